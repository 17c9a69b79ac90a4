"""The clock table: what starts, meets, pauses and ends each clock, whose it is, and who is told of it."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool
from pydantic_core import PydanticCustomError

from contracts.catalogue import BY_SHORT_TYPE
from procedures.duration import Duration
from procedures.model.part import Names, Part, Setting, Slug, Some
from procedures.model.when import When

_SAID_OF_CLOCKS = frozenset({"ticket.escalated"})
_HAVE_NO_CLOCKS = ("clock.", "call.", "agent.", "queue.")

FACT_NAMES = tuple(sorted({name for name in BY_SHORT_TYPE if not name.startswith(_HAVE_NO_CLOCKS)} - _SAID_OF_CLOCKS))
"""All that can happen to a ticket or an article, by the names that cases use, save what is said of clocks."""


def _known(name: str) -> str:
    if name not in FACT_NAMES:
        accepts = list(FACT_NAMES)
        raise PydanticCustomError("unknown_word", "no such event", {"value": repr(name), "accepts": accepts})
    return name


FactName = Annotated[str, Field(json_schema_extra={"enum": list(FACT_NAMES)}), AfterValidator(_known)]


def _exact(value: object) -> object:
    """A share as written: 0.8 is four fifths, not the nearest float."""
    return Fraction(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


Share = Annotated[Fraction, BeforeValidator(_exact), Field(gt=0, le=1)]
ShareOrNone = Annotated[Fraction, BeforeValidator(_exact), Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1, le=10_000)]

Owner = Literal["centre", "unit", "division", "platform"]
"""Whose clock it is: who has to act before it ends."""


class Level(StrEnum):
    """Who is told."""

    UNIT = "unit"
    DIVISION = "division"
    CENTRE = "centre"


class Moment(StrEnum):
    """From which moment a clock counts: the event's own, or an earlier one that the ticket remembers."""

    EVENT = "event"
    RECEIPT = "receipt"
    HANG_UP = "hang_up"
    DISPATCH = "dispatch"
    CONTACT = "contact"
    MATERIAL = "material"


CARRIES: Mapping[str, str] = {
    name: fact.told_apart_by for name, fact in BY_SHORT_TYPE.items() if fact.told_apart_by is not None
}
"""Events of which one is told from another by a word they carry, and where in the event it stands."""


def _by_name(value: object) -> object:
    return {"on": value} if isinstance(value, str) else value


class Trigger(Part):
    """An event, under a condition: `ticket.replied` stands for `{on: ticket.replied}`.

    `only` names what the event must be about: for which reason the matter was held, which step of the work was reached,
    how reaching the customer failed, on what ground the order came back.
    """

    on: FactName
    only: Some[Slug] = ()
    when: When = When()

    @cached_property
    def unconditional(self) -> bool:
        """Whether the event alone sets it off, readings aside."""
        return not self.only and not self.when.stated

    def is_about(self, fact: object) -> bool:
        """Whether the event says one of the words that are asked for."""
        return not self.only or getattr(fact, CARRIES[self.on], None) in self.only


class Start(Trigger):
    """A run begins with the event, counted `from` a moment.

    A run that is still open then ends (`running: restart`), or goes on and nothing begins (`running: keep`). `renew`:
    what the event meets is the open run, and the new one waits for the next such event.
    """

    from_: Moment = Field(default=Moment.EVENT, alias="from")
    running: Literal["restart", "keep", "renew"] = "restart"


class Pause(Trigger):
    """The clock stands from the event on: until another event resumes it, or until the moment that was agreed.

    `later` says that only an agreed moment later than the deadline stops it.
    """

    until: Literal["resumed", "agreed"] = "resumed"
    later: StrictBool = False


class Restate(Trigger):
    """The event makes the running clock be judged anew by the limits that now hold, counted `from` a moment.

    `shorter_only`: a longer limit needs an approval, which the event names (design reading 10).
    """

    from_: Literal["start", "contact"] = Field(default="start", alias="from")
    shorter_only: StrictBool = False


class ClockWarning(Part):
    """A warning once this share of the limit is used, to these levels."""

    at: Share
    to: Some[Level] = ()


class ClockReminder(Part):
    """Told again and again while overdue, `at_most` so often."""

    every: Duration
    to: Some[Level]
    at_most: Count = 10


Triggers = tuple[Annotated[Trigger, BeforeValidator(_by_name)], ...]

NOTHING_MORE_OWED: Triggers = (Trigger(on="ticket.answered"), Trigger(on="ticket.withdrawn"))
"""What ends a clock whose row says nothing else; the close of the ticket ends every clock."""


class Clock(Part):
    """One row of the table.

    `period`: the limit within which the matter as a whole is handled, by which desks are ordered and urging is judged.
    `every_type`: each type states a limit for it or says `unlimited`. `ends: platform` runs to a platform's own
    deadline, which `platform_caps` makes a candidate for other clocks too. `yields_to_appointment`: a later time agreed
    with the customer replaces the limit. `internal`: shown, but no part of a ticket's record of punctuality.
    """

    names: Names
    owner: Owner
    starts: tuple[Annotated[Start, BeforeValidator(_by_name)], ...] = Field(min_length=1)
    met_by: Triggers = ()
    cancelled_by: Triggers = NOTHING_MORE_OWED
    exempted_by: Triggers = ()
    paused_by: tuple[Annotated[Pause, BeforeValidator(_by_name)], ...] = ()
    resumed_by: Triggers = ()
    restated_by: tuple[Annotated[Restate, BeforeValidator(_by_name)], ...] = ()
    period: StrictBool = False
    every_type: StrictBool = False
    internal: StrictBool = False
    ends: Literal["limit", "platform"] = "limit"
    platform_caps: When | None = None
    yields_to_appointment: StrictBool = False
    warns: tuple[ClockWarning, ...] | None = None
    reminds: ClockReminder | None = None


class ClockRules(Part):
    """How all clocks are judged and when they warn unless their row says otherwise (design reading 13)."""

    grace_seconds: Setting[Annotated[int, Field(ge=0, le=300)]]
    warn_at: Setting[Share]


ClockTable = Mapping[Slug, Clock]


class Reactions(NamedTuple):
    """What one event does to the clocks: by clock, what sets it off."""

    starts: tuple[tuple[str, Start], ...]
    meets: tuple[tuple[str, Trigger], ...]
    cancels: tuple[tuple[str, Trigger], ...]
    exempts: tuple[tuple[str, Trigger], ...]
    pauses: tuple[tuple[str, Pause], ...]
    resumes: tuple[tuple[str, Trigger], ...]
    restates: tuple[tuple[str, Restate], ...]


NO_REACTIONS = Reactions((), (), (), (), (), (), ())

_FIELDS = ("starts", "met_by", "cancelled_by", "exempted_by", "paused_by", "resumed_by", "restated_by")


def reactions(table: ClockTable, counts: Callable[[str, When], bool]) -> Mapping[str, Reactions]:
    """The table turned over: by event, in the order of the clocks, what counts for whoever asks."""
    found: dict[str, tuple[list[tuple[str, Any]], ...]] = {}
    for name, row in table.items():
        for place, field in enumerate(_FIELDS):
            for trigger in getattr(row, field):
                if counts(name, trigger.when):
                    found.setdefault(trigger.on, tuple([] for _ in _FIELDS))[place].append((name, trigger))
    return {event: Reactions(*map(tuple, lists)) for event, lists in found.items()}
