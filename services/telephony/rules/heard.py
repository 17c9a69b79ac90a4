"""What a phone switch can tell of a call, whatever switch it is: each a typed statement about one leg of one call."""

from typing import ClassVar

from contracts.fact import Fact, Frozen
from contracts.vocabulary import NumberKind, Transfer
from kit.decide.state import State


class Party(State):
    """The other party's number: masked for screens, an index and a reference into intake's vault for the bus."""

    kind: NumberKind = NumberKind.UNKNOWN
    index: str | None = None
    ref: str | None = None
    masked: str = ""


class Seen(Frozen):
    """A leg as an event shows it: whose phone, and what of number and line it carries.

    `station` is an agent's extension, None for the outside world, `agent` who is signed in there; `inner` is a leg that
    joins others inside the switch and is nobody's phone. `party` is the number that it shows, `line` what was dialled.
    """

    id: str
    station: str | None = None
    agent: str | None = None
    inner: bool = False
    party: Party | None = None
    line: str = ""
    up: bool = False
    ringing: bool = False
    call_id: str = ""
    ticket: str = ""


class Heard(Fact):
    """`linked` is how the switch names the call that the leg belongs to."""

    type: ClassVar[str] = "switch"
    said_by: ClassVar[str] = "switch"
    about: ClassVar[tuple[str, ...]] = ("call",)
    procedure: str
    linked: str
    leg: Seen | None = None


class LegBegan(Heard):
    """A leg came into being."""


class LegChanged(Heard):
    """A leg rings or was picked up."""


class Dialled(Heard):
    """`to` is being rung; without a `leg` the switch itself dials because it was told to."""

    to: Seen
    by_queue: str | None = None


class DialOver(Heard):
    """The ringing of `to` ended, `status` as the switch has it: ANSWER, BUSY, NOANSWER, CANCEL, CHANUNAVAIL …"""

    to: Seen
    status: str


class HangUpAsked(Heard):
    """Whoever holds this leg's phone hung up (or refused); the switch's own hang-ups are not told so."""


class LegEnded(Heard):
    """The leg is gone, with the cause of Q.850 and, where there was one, the code of SIP."""

    cause: int = 0
    sip: int | None = None


class Joined(Heard):
    """The caller came into a queue."""

    queue: str
    position: int = 0
    waiting: int = 0


class GaveUp(Heard):
    """The queue says that the caller left it unanswered; whether of their own will, it does not know."""

    queue: str
    position: int | None = None


class QueueLeft(Heard):
    """The dial plan says why the queue let the caller go: TIMEOUT, JOINEMPTY, …"""

    status: str


class Connected(Heard):
    """The queue joined the caller with `to`."""

    to: Seen
    queue: str


class Missed(Heard):
    """An agent's phone, `to`, stopped ringing unanswered."""

    to: Seen


class Bridged(Heard):
    """The leg can hear another one."""


class Held(Heard):
    """The leg's phone put the other side on hold."""


class Unheld(Heard):
    """The hold is over."""


class PutThrough(Heard):
    """The holder of `leg` put the other party through to `to`, an extension or a number."""

    kind: Transfer
    to: str | None = None


class JoinedTo(Heard):
    """The whole call became part of another one."""

    other: str


class Scored(Heard):
    """The customer pressed this key; empty for none."""

    key: str


class Recorded(Heard):
    """A recording runs; `file` is its name, where the dial plan tells it."""

    file: str | None = None


class Originated(Heard):
    """What came of dialling the agent's own phone, and whom the call is for."""

    reached: bool
    party: Party | None = None


class Resulted(Heard):
    """The dial plan says what came of dialling the customer."""

    status: str
    cause: int | None = None


class Vanished(Heard):
    """After a gap the switch knows this call no more."""


class Accounted(Heard):
    """The switch's own record of a call that began and ended unheard: written after it, and coarser than events.

    `answered_by` is the station that spoke, `ended_by_caller` that a caller gave up.
    """

    queue: str | None = None
    answered_by: str | None = None
    ended_by_caller: bool = False
    waited_s: int | None = None
    ended: bool = True


ALL: tuple[type[Heard], ...] = tuple(Heard.__subclasses__())
