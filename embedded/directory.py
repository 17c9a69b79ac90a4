"""A data directory held by one process at a time; the kernel lets go of it when that process dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO


class DirectoryInUse(RuntimeError):
    """Another living process holds this data directory; the text names the directory and that process."""


class DirectoryLock:
    """An advisory lock on `directory/owner.lock`, which holds the owner's pid for people to read."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "owner.lock"
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Take the directory (made if missing); taking it twice is harmless. Raises DirectoryInUse."""
        if self._file is not None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            owner = file.read().strip() or "unknown"
            file.close()
            raise DirectoryInUse(f"{self._path.parent} is in use by process {owner}; stop it first") from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let go. The file stays: removing it would let two owners lock two different files of one name."""
        if self._file is not None:
            self._file.close()
            self._file = None
