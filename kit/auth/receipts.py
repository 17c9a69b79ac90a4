"""Receipts for files: who keeps them says what was handed in and by whom, and whoever is shown one can believe it."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from contracts.refusal import Refusal
from contracts.ticket import Attachment
from kit.auth.scope import Principal
from kit.auth.seal import Seal

_PURPOSE = "receipt"
RECEIPT_INVALID = Refusal("receipt_invalid")


class Receipts:
    """Given by the service that keeps files, taken by those that let files be enclosed."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def given(self, utility: str, attachment: Attachment, subject: str, units: Iterable[str]) -> str:
        """For a file that this person handed in, for themselves and the units that they speak for."""
        content = [utility, subject, sorted(units), attachment.model_dump()]
        return self._seal.sealed(_PURPOSE, orjson.dumps(content))

    def taken(self, receipts: Iterable[str], who: Principal) -> tuple[Attachment, ...] | Refusal:
        """The files, each once; refused where one is not a receipt of ours to this person or a unit of theirs."""
        found: dict[str, Attachment] = {}
        for receipt in receipts:
            content = self._seal.opened(_PURPOSE, receipt)
            if content is None:
                return RECEIPT_INVALID
            utility, subject, units, attachment = orjson.loads(content)
            if utility != who.utility or (subject != who.subject and who.units.isdisjoint(units)):
                return RECEIPT_INVALID
            found.setdefault(attachment["sha256"], Attachment.model_validate(attachment))
        return tuple(found.values())
