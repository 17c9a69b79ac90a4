"""Files kept once by content: checked for size and for what they really are, referred to by hash everywhere else."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from contracts.fact import Actor
from contracts.refusal import Refusal
from contracts.ticket import Attachment
from kit.decide.fold import Cause
from kit.decide.shell import Done, Shell
from kit.decide.state import State
from kit.store.port import Document

_HEAD = 4096
"""Bytes that decide what a file is."""


class AttachmentStore(Protocol):
    """Where the bytes are; S3 and the like fit behind it. Contents never change: the key is their hash."""

    async def put(self, utility: str, sha256: str, data: bytes) -> None:
        """Keep the bytes; keeping the same again is nothing new."""
        ...

    async def get(self, utility: str, sha256: str) -> bytes | None:
        """The bytes, or None when they were never kept here."""
        ...


class FolderAttachments:
    """A folder per utility, two levels deep, so that no directory grows without end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, utility: str, sha256: str, data: bytes) -> None:
        await asyncio.to_thread(self._write, self._path(utility, sha256), data)

    async def get(self, utility: str, sha256: str) -> bytes | None:
        return await asyncio.to_thread(self._read, self._path(utility, sha256))

    def _path(self, utility: str, sha256: str) -> Path:
        return self._folder / utility / sha256[:2] / sha256

    @staticmethod
    def _write(path: Path, data: bytes) -> None:
        """Whole or not at all: a crash leaves a half-written neighbour, never a half-written attachment."""
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(f".{os.getpid()}.part")
        with half.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)

    @staticmethod
    def _read(path: Path) -> bytes | None:
        return path.read_bytes() if path.exists() else None


class Upload(State):
    """What was uploaded, by whom. The name it had is not kept: it may name people, and facts carry names."""

    procedure: str
    attachment: Attachment
    by: Actor
    at: datetime


class Attachments:
    """Uploads of all utilities: bytes in one place, what they are in another."""

    def __init__(self, contents: AttachmentStore, records: Shell[Upload], types: Iterable[str], most: int) -> None:
        unknown = set(types) - set(_SIGNATURES)
        if unknown:
            raise ValueError(
                f"cannot tell these from their content: {', '.join(sorted(unknown))}; known: {KNOWN_TYPES}"
            )
        self._contents = contents
        self._records = records
        self._types = tuple(types)
        self._most = most

    async def upload(
        self, utility: str, procedure: str, pieces: AsyncIterator[bytes], by: Actor, at: datetime
    ) -> Attachment | Refusal:
        """Keep a file once; the same content again is the same attachment."""
        data = await self._whole(pieces)
        if data is None:
            return Refusal("attachment_too_large", params={"most": self._most}, accepts=(f"<= {self._most}",))
        media_type = media_type_of(data[:_HEAD])
        if media_type not in self._types:
            return Refusal("attachment_type_not_taken", accepts=self._types)
        attachment = _attachment(data, media_type)
        await self._contents.put(utility, attachment.sha256, data)
        upload = Upload(procedure=procedure, attachment=attachment, by=by, at=at)
        key = _key(utility, attachment.sha256)
        done = await self._records.do(
            key, lambda known, _: (known or upload, ()), utility=utility, cause=Cause(key), creates=procedure
        )
        assert isinstance(done, Done), done
        return attachment

    async def named(self, utility: str, hashes: Iterable[str]) -> tuple[Attachment, ...] | Refusal:
        """What the hashes stand for; refused when one was never uploaded."""
        wanted = tuple(dict.fromkeys(hashes))
        found = await self._records.store.load([_key(utility, sha256) for sha256 in wanted])
        missing = [sha256 for sha256 in wanted if _key(utility, sha256) not in found]
        if missing:
            return Refusal("no_such_attachment", params={"sha256": ", ".join(missing)})
        return tuple(found[_key(utility, sha256)].state.attachment for sha256 in wanted)

    async def record(self, utility: str, sha256: str) -> Document[Upload] | None:
        """Who uploaded it, and what it is."""
        return (await self._records.store.load([_key(utility, sha256)])).get(_key(utility, sha256))

    async def content(self, utility: str, sha256: str) -> bytes | None:
        """The bytes."""
        return await self._contents.get(utility, sha256)

    async def _whole(self, pieces: AsyncIterator[bytes]) -> bytes | None:
        whole = bytearray()
        async for piece in pieces:
            whole += piece
            if len(whole) > self._most:
                return None
        return bytes(whole)


def _attachment(data: bytes, media_type: str) -> Attachment:
    sha256 = hashlib.sha256(data).hexdigest()
    name = f"{sha256[:12]}.{_SIGNATURES[media_type][0]}"
    return Attachment(sha256=sha256, name=name, media_type=media_type, size=len(data))


def _key(utility: str, sha256: str) -> str:
    return f"att_{utility}_{sha256}"


def media_type_of(head: bytes) -> str | None:
    """What the first bytes say it is, whatever name or header it came with; None when they say nothing known."""
    return next((media_type for media_type, (_, fits) in _SIGNATURES.items() if fits(head)), None)


def _riff(kind: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[:4] == b"RIFF" and head[8:12] == kind


def _is_mp3(head: bytes) -> bool:
    return head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2)


def _is_text(head: bytes) -> bool:
    """UTF-8 without control characters; a character may be cut at the end of the head."""
    text = head.decode("utf-8", "ignore")
    whole = len(head) - len(text.encode()) < 4
    return whole and bool(text) and all(letter.isprintable() or letter in "\r\n\t\ufeff" for letter in text)


_SIGNATURES: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    "image/jpeg": ("jpg", lambda head: head[:3] == b"\xff\xd8\xff"),
    "image/png": ("png", lambda head: head[:8] == b"\x89PNG\r\n\x1a\n"),
    "image/webp": ("webp", _riff(b"WEBP")),
    "application/pdf": ("pdf", lambda head: head[:5] == b"%PDF-"),
    "audio/wav": ("wav", _riff(b"WAVE")),
    "video/mp4": ("mp4", lambda head: head[4:8] == b"ftyp"),
    "audio/mpeg": ("mp3", _is_mp3),
    "text/plain": ("txt", _is_text),
}
"""File ending and test by media type, plain text last: it has no mark of its own."""

KNOWN_TYPES = ", ".join(_SIGNATURES)
