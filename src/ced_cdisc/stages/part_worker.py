"""A worker process: it reads tasks from its input and answers each, until the input ends.

:mod:`ced_cdisc.stages.part_workers` starts it.
"""

from __future__ import annotations

import gc
import os
import pickle
import sys
import traceback
from typing import Any, BinaryIO

from ced_cdisc.core.findings import Stopped
from ced_cdisc.core.fresh_python import end_with_parent


def main() -> None:
    """Carry tasks out; an answer is what was made, the findings that stop the build, or a trace as text.

    Where its build is gone it ends without a word, in the middle of a task or of an order.
    """
    gc.disable()  # as the command line does: the objects of a plan would be looked at again and again
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed is no answer
    end_with_parent()
    orders = sys.stdin.buffer
    try:
        _work(orders, answers)
    except (EOFError, KeyboardInterrupt):
        return
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), answers.fileno())  # for what is left to write at the end
    except pickle.UnpicklingError:
        if orders.read(1):  # else the order was cut off
            raise


def _work(orders: BinaryIO, answers: BinaryIO) -> None:
    from ced_cdisc.stages.part_work import carry_out

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
