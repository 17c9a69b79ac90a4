"""What the clerk tells the customer after a step: language-neutral when decided, put into words when shown."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from contracts.fact import Fact
from contracts.ticket import (
    TicketAmended,
    TicketAnswered,
    TicketLinked,
    TicketOpened,
    TicketRegraded,
    TicketSupervised,
    TicketSupplemented,
    TicketUrged,
    TicketUrgeExplained,
    TicketUrgeQueued,
    TicketWithdrawn,
)
from contracts.vocabulary import Stage
from kit.decide.state import State
from procedures.model import Procedure
from procedures.wording import local_text
from services.intake.rules.ticket import Ticket
from texts import Language, text


class Explanation(State):
    """One message of the catalogue (`intake.told.<code>`) with what it says of this ticket."""

    code: str
    at: datetime
    timezone: str
    number: str
    due: datetime | None = None
    count: int | None = None
    grade: int | None = None

    def text(self, language: Language = "zh") -> str:
        """In words: the deadline in the utility's own time, and how long that is from the moment of the call."""
        return text(
            f"intake.told.{self.code}",
            language,
            number=self.number,
            due=self._local(self.due),
            left=self._left(language),
            count=self.count,
            grade=self.grade,
        )

    def _local(self, moment: datetime | None) -> str:
        return local_text(moment, ZoneInfo(self.timezone)) if moment else ""

    def _left(self, language: Language) -> str:
        return spoken(self.due - self.at, language) if self.due else ""


def spoken(length: timedelta, language: Language) -> str:
    """A length of time as one says it: its two greatest units, minutes the least; never negative."""
    minutes = max(int(length.total_seconds()) // 60, 0)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    units = (("days", days), ("hours", hours), ("minutes", minutes))
    said = [text(f"intake.left.{name}", language, count=count) for name, count in units if count]
    return text("intake.left.between", language).join(said[:2]) if said else text("intake.left.moments", language)


_WORTH_TELLING: tuple[tuple[type[Fact], str], ...] = (
    (TicketSupervised, "supervised"),
    (TicketUrged, "urged"),
    (TicketUrgeQueued, "urge_queued"),
    (TicketUrgeExplained, ""),
    (TicketSupplemented, "supplemented"),
    (TicketAnswered, "answered"),
    (TicketOpened, "opened"),
    (TicketWithdrawn, "withdrawn"),
    (TicketRegraded, "regraded"),
    (TicketAmended, "amended"),
    (TicketLinked, "linked"),
)
"""What a step said, the most important to the customer first."""


def explain(ticket: Ticket, said: Sequence[Fact], at: datetime, procedure: Procedure) -> Explanation:
    """What to tell of a step at `at` that left the ticket so and said these facts."""
    code, fact = next(
        ((code, fact) for kind, code in _WORTH_TELLING for fact in said if isinstance(fact, kind)), ("unchanged", None)
    )
    due = fact.due if isinstance(fact, TicketUrgeExplained) else None
    if isinstance(fact, TicketSupplemented) and ticket.lies_at_the_centre:
        code = "supplement_waits"
    return Explanation(
        code=code or _why_not_urged(ticket, due),
        at=at,
        timezone=procedure.working_time.timezone,
        number=ticket.number,
        due=due,
        count=fact.count if isinstance(fact, TicketUrged) else None,
        grade=ticket.grade,
    )


def _why_not_urged(ticket: Ticket, due: datetime | None) -> str:
    if ticket.supervised:
        return "already_supervised"
    if due is not None:
        return "in_time"
    if ticket.round == 0:
        return "being_dispatched"
    return "replied" if ticket.stage is Stage.REPLIED else "being_handled"
