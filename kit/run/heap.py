"""Garbage collection for a process that makes many short-lived objects beside a large heap that stays."""

import gc
from functools import cache

_YOUNG = 20_000


@cache
def collect_seldom() -> None:
    """Once per process, when everything is imported and started; reference counting frees nearly all that is made here.

    With Python's own thresholds (700 young objects) a quarter of the CPU of a batch goes into looking through it again
    and again for cycles that are not there. What is there at the start is not looked through any more.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 50)
