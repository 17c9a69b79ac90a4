"""Becomes the given command, after asking the kernel to end it when the process that started it dies.

Run as a script (`python end_with_parent.py PARENT_PID COMMAND…`) between fork and exec, because Python code in a forked
child (`preexec_fn`) is unsafe beside threads. Only Linux offers this; elsewhere the pid file of the next start does the
work.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> None:
    """Ask for SIGKILL at the death of the parent, and give up now if it died before the kernel was asked."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(1)


if __name__ == "__main__":
    end_with_parent(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])
