"""Python's collector of cycles, held while many objects are made that all stay."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Generator[None]:
    """Without the collector, as long as the block lasts; then it is as it was.

    It begins whenever some thousand objects more were made than freed, and looks at all that there are: of a
    plan, which is made of half a million and has no cycles, that takes a fifth of the time, and of a whole
    build of a small study a sixth. Frames and trees are freed without it.
    """
    was_at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_at_work:
            gc.enable()
