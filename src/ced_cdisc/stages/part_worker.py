"""A worker process: it reads tasks from its input and answers each, until the input ends.

:mod:`ced_cdisc.stages.part_workers` starts it.
"""

from __future__ import annotations

import gc
import os
import pickle
import sys
import traceback
from typing import Any

from ced_cdisc.core.findings import Stopped


def main() -> None:
    """Carry tasks out; an answer is what was made, the findings that stop the build, or a trace as text."""
    gc.disable()  # as the command line does: the objects of a plan would be looked at again and again
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed is no answer
    orders = sys.stdin.buffer
    from ced_cdisc.stages.part_work import carry_out

    try:
        plan, folder = pickle.load(orders)
        while True:
            task = pickle.load(orders)
            answer: Any
            try:
                answer = carry_out(plan, task, folder)
            except Stopped as stopped:
                answer = stopped.findings
            except Exception:
                answer = traceback.format_exc()
            pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return
