"""What intake remembers of a ticket: enough to urge, supplement, regrade, link and find it."""

from collections.abc import Mapping
from datetime import datetime

from contracts.fact import Grade, Open
from contracts.ticket import Attachment, CallWish, GovernmentOrder, came_by
from contracts.vocabulary import Channel, Closure, LinkKind, Stage
from kit.decide.state import State

Value = str | int | datetime | None


class Period(State):
    """A running clock that is the matter's period; `working` says whether its budget is working time."""

    start: datetime
    due: datetime
    working: bool
    round: int = 1
    paused_at: datetime | None = None


class Link(State):
    """Another ticket this one points at."""

    other: str
    kind: LinkKind


class Ticket(State):
    """Flat on purpose: it is copied with every message.

    `unit` and `division` are where it was dispatched, `round` how often. `others` are the types of demands beside the
    one that gave the ticket its type; `accused` is who is complained about, `NO_ONE` where the clerk was told that
    nobody is. `complaints` is how often this customer complained of the matter, this time included, and
    `complaints_before` how often before this ticket; one that was `struck` out as not valid does not count. `attended`
    says that the unit is or was there; `overdue` are the unit's clocks that were missed and are still owed;
    `urge_waits` that an urging order goes out with the next dispatch. `closure` is known here before routing closes
    what intake ended; `words` are the contacts whose texts belong to it; `in_call` is the call it was opened in, while
    that goes on.
    """

    procedure: str
    number: str
    contact: str
    channel: Channel
    type: str
    subtype: str | None = None
    others: tuple[str, ...] = ()
    area: str | None = None
    grade: Grade | None = None
    customer_ref: str
    first_owner: str
    opened_at: datetime
    flags: tuple[str, ...] = ()
    people: int = 1
    verified: bool = False
    call_wish: CallWish = CallWish()
    proposed_unit: str | None = None
    accused: str | None = None
    unit: str | None = None
    division: str | None = None
    matter: str | None = None
    gov_order: str | None = None
    platform: str | None = None
    gov: GovernmentOrder | None = None
    complaints: int = 1
    complaints_before: int = 0
    struck: bool = False
    counted_by: tuple[str | None, ...] = ()
    stage: Stage = Stage.ACCEPTED
    round: int = 0
    closure: Open[Closure] | None = None
    urges: int = 0
    urge_waits: bool = False
    urged_strongly: bool = False
    supervised: bool = False
    attended: bool = False
    periods: Mapping[str, Period] = {}
    overdue: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    words: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    closed_at: datetime | None = None
    in_call: str | None = None

    @property
    def lies_at_the_centre(self) -> bool:
        """No unit holds the order: it was not dispatched yet, or came back."""
        return self.stage in (Stage.ACCEPTED, Stage.RETURNED)

    @property
    def types(self) -> tuple[str, ...]:
        """The business types of everything it asks for, its own first."""
        return (self.type, *self.others)

    @property
    def over(self) -> bool:
        """Nothing more can be asked on it: it is closed, or about to be."""
        return self.closure is not None

    def points_at(self, other: str, kind: LinkKind) -> bool:
        """Whether this link was made already."""
        return any(link.other == other and link.kind is kind for link in self.links)


FIELDS = (
    "number", "customer", "type", "stage", "opened_at", "matter", "unit", "division", "gov_order", "channel", "came_by",
    "area",
    "same_1", "same_2", "same_3",
)  # fmt: skip


def fields(ticket: Ticket) -> dict[str, Value]:
    """What lists may ask for."""
    return {
        "number": ticket.number,
        "customer": ticket.customer_ref,
        "type": ticket.type,
        "stage": ticket.stage.value,
        "opened_at": ticket.opened_at,
        "matter": ticket.matter,
        "unit": ticket.unit,
        "division": ticket.division,
        "gov_order": ticket.gov_order,
        "channel": ticket.channel.value,
        "came_by": came_by(ticket.channel, ticket.platform),
        "area": ticket.area,
        **{f"same_{place}": key for place, key in enumerate(ticket.counted_by, 1)},
    }
