"""Recorded requests lived through again: they come and are answered when they really were."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from contracts.vocabulary import CallKind, CallOutcome, Closure
from hotline.api import Refused
from hotline.demo.desks import HOUR, MINUTE, Desk, Lives, next_ten_minutes

_CLOSURES = {
    CallKind.NONE: Closure.NO_CALLBACK_DUE,
    CallKind.ANSWER: Closure.ANSWERED,
    CallKind.SATISFACTION: Closure.SATISFIED,
}
_MOST_TEXT = 4000


class Record(BaseModel):
    """One recorded request and, where known, the reply it got; what else its line says is not looked at."""

    id: Annotated[str, Field(min_length=1, coerce_numbers_to_str=True)]
    customer: Annotated[str, Field(coerce_numbers_to_str=True)]
    at: AwareDatetime
    subject: str = ""
    text: str = Field(min_length=1)
    reply: str | None = None
    replied_at: AwareDatetime | None = None


class BadRecord(ValueError):
    """A line that is no record; the text says which line and what is wrong."""


def records(file: Path) -> Iterator[Record]:
    """The file's records in order of time. Raises BadRecord, OSError."""
    found = [_record(number, line) for number, line in enumerate(file.read_bytes().splitlines(), 1) if line.strip()]
    yield from sorted(found, key=lambda record: record.at)


def _record(number: int, line: bytes) -> Record:
    try:
        return Record.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "line"
        raise BadRecord(f"line {number}: {where}: {first['msg']}") from None


async def live(lives: Lives, record: Record) -> None:
    """Type and unit as proposed from the words; the unit replies when, and as, it once did."""
    await lives.pace.until(record.at)
    proposed = await lives.api.post("agent", "/intake/proposals", {"subject": record.subject, "text": record.text})
    desk = await lives.accept(_body(record, proposed), record.id)
    desk.ends(_CLOSURES[lives.procedure.callback_kind(desk.type)])
    try:
        await _Life(record, desk, proposed.get("unit") or await _anybody(lives)).work()
    except Refused as refused:
        lives.refused.append(f"{desk.number} {desk.type}: {refused}")


async def _anybody(lives: Lives) -> str:
    """Where no known place is named the clerk has to choose; here, the first unit there is."""
    units = await lives.api.get("agent", "/routing/units")
    return str(units[0]["id"])


@dataclass(slots=True)
class _Life:
    record: Record
    desk: Desk
    unit: str

    async def work(self) -> None:
        await self.desk.after(2 * MINUTE)
        await self.desk.dispatch(self.unit)
        await self.desk.after(HOUR)
        await self.desk.of_unit("contact")
        await self.desk.lives.pace.until(self._replied_at())
        await self.desk.reply((self.record.reply or "已答复")[:_MOST_TEXT], "已回复")
        await self.desk.after(HOUR)
        await self.desk.approve()
        if await self.desk.stage() == "callback":
            await self.desk.until_callable()
            await self.desk.called(CallOutcome.CONNECTED, solved="yes", satisfaction="declined")

    def _replied_at(self) -> datetime:
        """When it really was, but after the unit was reached; a day later where nobody noted it."""
        earliest = self.desk.lives.pace.now + MINUTE
        return next_ten_minutes(max(self.record.replied_at or earliest + timedelta(days=1), earliest))


def _body(record: Record, proposed: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {
        "channel": "web",
        "type": proposed["type"],
        "subject": record.subject[:200] or "-",
        "text": record.text[:8000],
        "customer": {"name": record.customer, "contact": f"web-{record.customer}", "address": "-"},
        "call_wish": {"preference": "default"},
        "separate": True,
        "verified": True,
        "precautions_given": True,
        "situation": "-",
    }
    if proposed.get("subtype"):
        body["subtype"] = proposed["subtype"]
    return body
