"""A secret of the embedded mode in a file of its own, readable by its owner alone."""

import os
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from secrets import token_bytes


def kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """What is in the file; made on first use, whole or not at all: of several processes the first one's stays."""
    if not path.exists():
        _write(path, make())
    return path.read_bytes()


def kept_key(path: Path) -> bytes:
    """A 256-bit key, in the file as base64."""
    return b64decode(kept(path, lambda: b64encode(token_bytes(32))))


def _write(path: Path, secret: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(secret)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
