"""Plays a case through the real services in virtual time and holds its expectations against the outcome."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter

from contracts.refusal import Refusal
from hotline.cases.judge import Failure, judge, says
from hotline.cases.model import Case, Expectation, Step
from hotline.cases.moments import moment
from hotline.cases.saying import Phrase, RefusalWords
from hotline.cases.stage import Stage
from procedures.model import Procedure
from services.sla_monitor.rules.state import SlaClock


@dataclass(frozen=True, slots=True)
class Missed:
    """An expectation or a step that did not come out as written."""

    where: Phrase
    failure: Failure


@dataclass(frozen=True, slots=True)
class Refused:
    """A step that a service would not take, and why."""

    at: datetime
    kind: str
    label: str | None
    refusal: Refusal


@dataclass(slots=True)
class Played:
    """What came of a case; `clocks` by label, each clock's rounds in order."""

    case: Case
    procedure: Procedure
    stage: Stage
    missed: list[Missed] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    clocks: dict[str, tuple[SlaClock, ...]] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether everything came out as written."""
        return not self.missed


async def play(case: Case, procedure: Procedure) -> Played:
    """Play one case by a procedure (`procedure_of`) from its first step to its last expectation."""
    moments = list(_moments(case))
    last = max(moments)
    agenda = sorted(_agenda(case, moments, last), key=itemgetter(0, 1))
    stage = Stage(agenda[0][0] - timedelta(milliseconds=1), procedure)
    played = Played(case, procedure, stage)
    for at, _, thing in agenda:
        await stage.virtual.advance_to(at)
        if isinstance(thing, Step):
            await _take(played, thing, at)
        else:
            await stage.virtual.finish_moment()
            played.missed.extend(await _look(stage, thing, last, case.expect.index(thing) + 1))
    played.clocks = await stage.ledgers()
    return played


def _moments(case: Case) -> Iterator[datetime]:
    """When each step happens; a duration counts from the step before."""
    at: datetime | None = None
    for step in case.steps:
        at = moment(step.at, at)
        yield at


def _agenda(case: Case, moments: list[datetime], last: datetime) -> Iterator[tuple[datetime, int, Step | Expectation]]:
    """Steps and looks in order of time; at one moment the steps come first, each kind as written."""
    for number, (at, step) in enumerate(zip(moments, case.steps, strict=True)):
        yield at, number, step
    for number, expected in enumerate(case.expect, len(case.steps)):
        yield (moment(expected.at, last) if expected.at else last), number, expected


async def _take(played: Played, step: Step, at: datetime) -> None:
    refusal = await played.stage.take(step)
    await played.stage.virtual.settle()
    if refusal is not None:
        label = getattr(step.body, "ticket", None) or getattr(step.body, "id", None)
        played.refused.append(Refused(at, step.kind, label, refusal))
    number = played.case.steps.index(step) + 1
    where = Phrase("step", {"number": number, "kind": step.kind, "line": step.line})
    played.missed.extend(_unexpected(step, refusal, where))


def _unexpected(step: Step, refusal: Refusal | None, where: Phrase) -> Iterator[Missed]:
    if refusal is None:
        if step.refused is not None:
            yield Missed(where, Failure("refused", step.refused, Phrase("was_accepted")))
        return
    said = RefusalWords(refusal)
    if step.refused is None:
        yield Missed(where, Failure("accepted", Phrase("accepted"), said, refusal.clause))
    elif not says(str(said), step.refused):
        yield Missed(where, Failure("refused", step.refused, said, refusal.clause))


async def _look(stage: Stage, expected: Expectation, last: datetime, number: int) -> list[Missed]:
    seen = await stage.see(expected.ticket, explained=expected.message is not None)
    found = judge(expected, seen, last, stage.zone)
    where = Phrase("expectation", {"number": number, "ticket": expected.ticket})
    return [Missed(where, failure) for failure in found]
