"""What a process keeps on a disk is its owner's to read: keys, people's words, the log of the bus."""

import os
from pathlib import Path

OWNER_ALONE = 0o077
"""The `umask` of every process of ours: files 0600, folders 0700."""


def kept_private(folder: Path) -> None:
    """The folder, made if missing, is closed to others; so is what this process and its children make from now on."""
    os.umask(OWNER_ALONE)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
