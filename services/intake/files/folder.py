"""Where the bytes of attachments are: received into a draft, moved to their place once they are known to be whole."""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Protocol

import structlog

HEAD = 4096
"""Bytes that decide what a file is."""

_PIECE = 65_536
_DRAFT_SECONDS = 3600
"""A draft as old as this was left by a process that died."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has arrived whole, not kept yet."""

    path: Path
    sha256: str
    size: int
    head: bytes


class AttachmentStore(Protocol):
    """Where the bytes are; S3 and the like fit behind it. Contents never change: the key is their hash."""

    def receiving(self, pieces: AsyncIterator[bytes], most: int) -> AbstractAsyncContextManager[Received | None]:
        """The file these pieces make, None where it is larger than `most`; gone at the end of the block if not kept."""
        ...

    async def keep(self, utility: str, received: Received) -> None:
        """Put it in its place, over whatever is there: the same content, or what is left of it."""
        ...

    async def content(self, utility: str, sha256: str, size: int) -> AsyncIterator[bytes] | None:
        """The bytes, or None when they are not there as they were kept."""
        ...


class FolderAttachments:
    """A folder per utility, two levels deep, so that no directory grows without end; drafts beside them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._drafts = folder / ".drafts"

    @asynccontextmanager
    async def receiving(self, pieces: AsyncIterator[bytes], most: int) -> AsyncIterator[Received | None]:
        handle, path = await asyncio.to_thread(self._draft)
        try:
            with os.fdopen(handle, "wb") as file:
                arrived = await _arrived(pieces, file, most)
            yield None if arrived is None else Received(path, *arrived)
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def keep(self, utility: str, received: Received) -> None:
        await asyncio.to_thread(self._move, received.path, self._path(utility, received.sha256))

    async def content(self, utility: str, sha256: str, size: int) -> AsyncIterator[bytes] | None:
        path = self._path(utility, sha256)
        if await asyncio.to_thread(_is_whole, path, sha256, size):
            return _read(path)
        _log.error("attachments.not_as_kept", sha256=sha256)
        return None

    async def forget_drafts(self) -> None:
        """Throw away what was begun by a process that died; a chore."""
        await asyncio.to_thread(self._forget_drafts)

    def _draft(self) -> tuple[int, Path]:
        self._drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._drafts)
        return handle, Path(name)

    def _forget_drafts(self) -> None:
        for draft in self._drafts.glob("*"):
            if time() - draft.stat().st_mtime > _DRAFT_SECONDS:
                draft.unlink(missing_ok=True)

    def _path(self, utility: str, sha256: str) -> Path:
        return self._folder / utility / sha256[:2] / sha256

    @staticmethod
    def _move(draft: Path, place: Path) -> None:
        """Whole or not at all, also through a power cut: first the bytes, then the name, then its folder."""
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _synced(draft)
        draft.replace(place)
        _synced(place.parent)


async def _arrived(pieces: AsyncIterator[bytes], file: "_Writable", most: int) -> tuple[str, int, bytes] | None:
    """Written as it comes, with hash, size and first bytes; None as soon as it is too large."""
    digest, size, head = hashlib.sha256(), 0, b""
    async for piece in pieces:
        size += len(piece)
        if size > most:
            return None
        head = (head + piece[: HEAD - len(head)]) if len(head) < HEAD else head
        digest.update(piece)
        await asyncio.to_thread(file.write, piece)
    return digest.hexdigest(), size, head


class _Writable(Protocol):
    def write(self, data: bytes, /) -> int: ...


def _synced(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_whole(path: Path, sha256: str, size: int) -> bool:
    if not path.exists() or path.stat().st_size != size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


async def _read(path: Path) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
    finally:
        file.close()
