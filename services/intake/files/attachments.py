"""Files kept once by content: checked for size and for what they really are, referred to by hash everywhere else."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import filetype

from contracts.fact import Actor
from contracts.refusal import Refusal
from contracts.ticket import Attachment
from kit.decide.fold import Cause
from kit.decide.shell import Done, Idempotency, Shell
from kit.decide.state import State
from kit.store.port import Document
from services.intake.allowances import Allowances, Use
from services.intake.files.folder import AttachmentStore, Received
from services.intake.rules.allowance import Allowance, Limit

_LEAST_COUNTED = 65_536
"""Bytes that even the smallest file uses of an allowance: it takes a place in the folder and a document."""

_MOST_REMEMBERED = 100

_MOST_AT_ONCE = 16
"""Files that one process receives at the same time; each is on the disk before it is known to be wanted."""


class Upload(State):
    """What was uploaded, by whom. The name it had is not kept: it may name people, and facts carry names."""

    procedure: str
    attachment: Attachment
    by: Actor
    at: datetime
    also_by: tuple[str, ...] = ()

    def is_of(self, subject: str) -> bool:
        """Whether this person uploaded it."""
        return subject == self.by.subject or subject in self.also_by

    def again_by(self, subject: str) -> "Upload":
        """The same content from somebody else; of very many the last are remembered."""
        if self.is_of(subject):
            return self
        return self.model_copy(update={"also_by": (*self.also_by, subject)[-_MOST_REMEMBERED:]})


class Bounds(NamedTuple):
    """Which media types are taken, bytes of one file, and bytes of one person or system in a day."""

    types: tuple[str, ...]
    most: int
    most_a_day: int


@dataclass(frozen=True, slots=True)
class Uploading:
    """One upload: whose it is, when, under which Idempotency-Key."""

    utility: str
    procedure: str
    by: Actor
    at: datetime
    key: str | None = None


class Attachments:
    """Uploads of all utilities: bytes in one place, what they are in another."""

    def __init__(
        self, contents: AttachmentStore, records: Shell[Upload], allowances: Allowances, bounds: Bounds
    ) -> None:
        unknown = set(bounds.types) - set(_ENDINGS)
        if unknown:
            raise ValueError(
                f"cannot tell these from their content: {', '.join(sorted(unknown))}; known: {KNOWN_TYPES}"
            )
        self._contents = contents
        self._records = records
        self._allowances = allowances
        self.bounds = bounds
        self._receiving = 0

    async def upload(self, asked: Uploading, pieces: AsyncIterator[bytes]) -> Attachment | Refusal:
        """Keep a file once; the same content again is the same attachment, and mends what is left of it."""
        if self._receiving >= _MOST_AT_ONCE:
            return Refusal("busy")
        # Who has nothing left is told so before the file is on the disk.
        if (spent := await self._spend(asked, 0)) is not None:
            return spent
        self._receiving += 1
        try:
            async with self._contents.receiving(pieces, self.bounds.most) as received:
                return await self._judged(asked, received)
        finally:
            self._receiving -= 1

    async def _judged(self, asked: Uploading, received: Received | None) -> Attachment | Refusal:
        if received is None:
            most = self.bounds.most
            return Refusal("attachment_too_large", params={"most": most}, accepts=(f"<= {most}",))
        media_type = media_type_of(received.head)
        if media_type not in self.bounds.types:
            return Refusal("attachment_type_not_taken", accepts=self.bounds.types)
        if (spent := await self._spend(asked, received.size, received.sha256)) is not None:
            return spent
        await self._contents.keep(asked.utility, received)
        attachment = _attachment(received, media_type)
        await self._note(asked, attachment)
        return attachment

    async def _spend(self, asked: Uploading, size: int, sha256: str | None = None) -> Refusal | None:
        """The same Idempotency-Key pays once, and is refused for another file."""
        once: Idempotency[Allowance] | None = None
        if asked.key is not None and sha256 is not None:
            once = Idempotency(asked.key, sha256, lambda _: b"1\n")
        limit = Limit(self.bounds.most_a_day, timedelta(days=1))
        use = Use("upload", asked.by.subject, limit, max(size, _LEAST_COUNTED) if size else 0)
        done = await self._allowances.spend(asked.utility, use, asked.at, asked.procedure, once)
        return done if isinstance(done, Refusal) else None

    async def _note(self, asked: Uploading, attachment: Attachment) -> None:
        upload = Upload(procedure=asked.procedure, attachment=attachment, by=asked.by, at=asked.at)
        key = _key(asked.utility, attachment.sha256)
        done = await self._records.do(
            key,
            lambda known, _: (known.again_by(asked.by.subject) if known else upload, ()),
            utility=asked.utility,
            cause=Cause(key),
            creates=asked.procedure,
        )
        assert isinstance(done, Done), done

    async def named(self, utility: str, hashes: Iterable[str], only_of: str | None) -> tuple[Attachment, ...] | Refusal:
        """What the hashes stand for; refused when one was never uploaded, or not by the person it must be `only_of`."""
        wanted = tuple(dict.fromkeys(hashes))
        found = await self._records.store.load([_key(utility, sha256) for sha256 in wanted])
        uploads = {sha256: found.get(_key(utility, sha256)) for sha256 in wanted}
        missing = [
            sha256
            for sha256, each in uploads.items()
            if each is None or not (only_of is None or each.state.is_of(only_of))
        ]
        if missing:
            return Refusal("no_such_attachment", params={"sha256": ", ".join(missing)})
        return tuple(found[_key(utility, sha256)].state.attachment for sha256 in wanted)

    async def record(self, utility: str, sha256: str) -> Document[Upload] | None:
        """Who uploaded it, and what it is."""
        return (await self._records.store.load([_key(utility, sha256)])).get(_key(utility, sha256))

    async def content(self, utility: str, attachment: Attachment) -> AsyncIterator[bytes] | None:
        """The bytes; None where they are not there, or not what was uploaded."""
        return await self._contents.content(utility, attachment.sha256, attachment.size)


def _attachment(received: Received, media_type: str) -> Attachment:
    name = f"{received.sha256[:12]}.{_ENDINGS[media_type]}"
    return Attachment(sha256=received.sha256, name=name, media_type=media_type, size=received.size)


def _key(utility: str, sha256: str) -> str:
    return f"att_{utility}_{sha256}"


def media_type_of(head: bytes) -> str | None:
    """What the first bytes say it is, whatever name or header it came with; None when they say nothing known."""
    found = _brand(head) or filetype.guess_mime(head)
    found = _CALLED_ALSO.get(found, found)
    if found in _ENDINGS:
        return found
    return "text/plain" if found is None and _is_text(head) else None


def _brand(head: bytes) -> str | None:
    """The still images among the files that begin like a film: what telephones take photos in."""
    if head[4:8] != b"ftyp":
        return None
    length = min(int.from_bytes(head[:4], "big"), len(head))
    named = [head[8:12], *(head[place : place + 4] for place in range(16, length, 4))]
    known = [_BRANDS[brand] for brand in named if brand in _BRANDS]
    return next((each for each in known if each != "image/heif"), known[0] if known else None)


def _is_text(head: bytes) -> bool:
    """UTF-8 without control characters; a character may be cut at the end of the head."""
    text = head.decode("utf-8", "ignore")
    whole = len(head) - len(text.encode()) < 4
    return whole and bool(text) and all(letter.isprintable() or letter in "\r\n\t\ufeff" for letter in text)


_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/avif": "avif",
    "application/pdf": "pdf",
    "audio/wav": "wav",
    "video/mp4": "mp4",
    "audio/mpeg": "mp3",
    "text/plain": "txt",
}
"""File ending by media type."""

_CALLED_ALSO: dict[str | None, str] = {
    "audio/x-wav": "audio/wav",
    "video/quicktime": "video/mp4",
    "video/x-m4v": "video/mp4",
}

_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "image/heic"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"mif1", b"msf1"), "image/heif"),
}
"""Which image a file of the ISO base media format is (ISO/IEC 23008-12, AV1 Image File Format)."""

KNOWN_TYPES = ", ".join(_ENDINGS)
