"""Counts what the bus says: tickets opened and closed, limits kept and missed, customers satisfied, by type."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from contracts.callback import CallbackCompleted
from contracts.clock import ClockExempted, ClockMet, ClockMissed
from contracts.envelope import Event
from contracts.fact import Fact
from contracts.ticket import TicketClosed, TicketDispatched, TicketOpened, TicketReturned, TicketSentBack, TicketUrged


@dataclass(slots=True)
class TypeTally:
    """The figures of one business type."""

    opened: int = 0
    closed: int = 0
    met: int = 0
    missed: int = 0
    exempt: int = 0
    returned: int = 0
    urged: int = 0
    sent_back: int = 0
    satisfaction: Counter[int] = field(default_factory=Counter)

    @property
    def on_time(self) -> float | None:
        """The share of limits that were kept."""
        judged = self.met + self.missed
        return self.met / judged if judged else None

    @property
    def mean_satisfaction(self) -> float | None:
        """On the procedure's scale, over the customers who gave a score."""
        said = sum(self.satisfaction.values())
        return sum(score * times for score, times in self.satisfaction.items()) / said if said else None


_FIGURES: Mapping[type[Fact], str] = {
    TicketOpened: "opened",
    TicketClosed: "closed",
    TicketReturned: "returned",
    TicketUrged: "urged",
    TicketSentBack: "sent_back",
    ClockMissed: "missed",
    ClockExempted: "exempt",
}
"""What is counted whatever it says."""


class Tally:
    """Figures by type, and when each ticket was dispatched on this machine's clock (seconds).

    Keeping one of the `internal` clocks is no part of the figures.
    """

    def __init__(self, internal: Collection[str] = ()) -> None:
        self.types: defaultdict[str, TypeTally] = defaultdict(TypeTally)
        self.dispatched: dict[str, float] = {}
        self.latest: datetime | None = None
        self._type_of: dict[str, str] = {}
        self._internal = internal

    def hear(self, events: Iterable[Event], machine_seconds: float) -> None:
        """Count events, each once: the caller hands over what it has not handed over before."""
        for event in events:
            if isinstance(event.data, TicketOpened):
                self._type_of[event.subject] = event.data.ticket_type
            kind = self._type_of.get(event.subject)
            if kind is not None:
                self._count(self.types[kind], event, machine_seconds)

    def _count(self, tally: TypeTally, event: Event, machine_seconds: float) -> None:
        figure = _FIGURES.get(type(event.data))
        if figure is not None:
            setattr(tally, figure, getattr(tally, figure) + 1)
        match event.data:
            case TicketDispatched():
                self.dispatched.setdefault(event.subject, machine_seconds)
            case ClockMet(clock=clock) if clock not in self._internal:
                tally.met += 1
            case CallbackCompleted(satisfaction=int(score)):
                tally.satisfaction[score] += 1
            case _:
                pass

    @property
    def opened(self) -> int:
        """All types together."""
        return sum(tally.opened for tally in self.types.values())

    @property
    def closed(self) -> int:
        """All types together."""
        return sum(tally.closed for tally in self.types.values())
