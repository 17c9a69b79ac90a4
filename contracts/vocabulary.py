"""The words of the loop itself, the same for every utility; Chinese labels live in the texts.

Business types, grades, flags, grounds and clocks are words of a utility's procedure and stand nowhere in the code.
"""

from enum import StrEnum


class Channel(StrEnum):
    """How a request reached the centre."""

    PHONE = "phone"
    GOV_12345 = "gov_12345"
    WEB = "web"
    WECHAT = "wechat"
    APP = "app"
    EMAIL = "email"
    LETTER = "letter"
    WALK_IN = "walk_in"
    SOCIAL = "social"


class Stage(StrEnum):
    """Where a ticket stands in the loop."""

    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    IN_PROGRESS = "in_progress"
    REPLIED = "replied"
    CALLBACK = "callback"
    RETURNED = "returned"
    CLOSED = "closed"


class Closure(StrEnum):
    """Why a ticket is closed."""

    ANSWERED = "answered"
    SATISFIED = "satisfied"
    DISSATISFIED = "dissatisfied"
    UNREACHABLE = "unreachable"
    CALLBACK_WAIVED = "callback_waived"
    NO_CALLBACK_DUE = "no_callback_due"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    INVALID = "invalid"
    FORWARDED = "forwarded"
    OUT_OF_SCOPE = "out_of_scope"
    MEDIATED = "mediated"


class ClockState(StrEnum):
    """A clock that was missed stays missed, with how late the thing then came."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"
    EXEMPT = "exempt"


class CallOutcome(StrEnum):
    """What came of one call to the customer."""

    CONNECTED = "connected"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    INCONVENIENT = "inconvenient"


class CallDirection(StrEnum):
    """Who dialled: the customer, we for a ticket, or one station another."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class NumberKind(StrEnum):
    """What kind of number the other party has; a short one belongs to a platform or a service."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    SHORT = "short"
    FOREIGN = "foreign"
    EXTENSION = "extension"
    WITHHELD = "withheld"
    UNKNOWN = "unknown"


class CallParty(StrEnum):
    """Whose phone; a third is who was brought into the call."""

    AGENT = "agent"
    CUSTOMER = "customer"
    THIRD = "third"


class Transfer(StrEnum):
    """Put through at once, or after a word with whoever takes over."""

    BLIND = "blind"
    ATTENDED = "attended"


class AbandonedAt(StrEnum):
    """Where the caller gave up."""

    QUEUE = "queue"
    BEFORE_QUEUE = "before_queue"


class RingEnd(StrEnum):
    """Why an agent's phone stopped ringing without being picked up."""

    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"


class CallEnd(StrEnum):
    """What a call came to: the first four of a call to us, the others of one that we dialled."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    QUEUE_TIMEOUT = "queue_timeout"
    NOT_ANSWERED = "not_answered"
    CONNECTED = "connected"
    BUSY = "busy"
    REFUSED = "refused"
    EMPTY_NUMBER = "empty_number"
    NO_ANSWER = "no_answer"
    AGENT_NO_ANSWER = "agent_no_answer"
    FAILED = "failed"
    CANCELLED = "cancelled"
    JOINED = "joined"


class EndedBy(StrEnum):
    """Who hung up."""

    CUSTOMER = "customer"
    AGENT = "agent"
    SWITCH = "switch"
    UNKNOWN = "unknown"


class ClosedBy(StrEnum):
    """How a call is known to be over: it hung up, was gone when we looked again, or lasted past all measure."""

    HANG_UP = "hang_up"
    GAP = "gap"
    LIMIT = "limit"


class AgentState(StrEnum):
    """What an agent is doing, as phone and sign-in tell it."""

    SIGNED_OUT = "signed_out"
    READY = "ready"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"
    UNREACHABLE = "unreachable"


class ContactFailure(StrEnum):
    """Why the unit did not reach the customer although it tried."""

    NOT_REACHED = "not_reached"
    NOT_AT_HOME = "not_at_home"


class CallKind(StrEnum):
    """A satisfaction call asks whether the matter is solved; an answer call only tells."""

    SATISFACTION = "satisfaction"
    ANSWER = "answer"
    NONE = "none"


class CallPreference(StrEnum):
    """What the customer asked of the callback."""

    DEFAULT = "default"
    NONE = "none"
    APPOINTED = "appointed"


class Answers(StrEnum):
    """Whether a reply answers every demand of the ticket."""

    ALL = "all"
    SOME = "some"


class Reviewer(StrEnum):
    """Who reviews a reply: the division first for grade 1, the centre always."""

    DIVISION = "division"
    CENTRE = "centre"


class ExtensionDecider(StrEnum):
    """Who may lengthen a limit: the division, or the platform for a government order (reading 11)."""

    DIVISION = "division"
    PLATFORM = "platform"
    CENTRE = "centre"


class LinkKind(StrEnum):
    """Why one ticket points at another."""

    SAME_MATTER = "same_matter"
    NEW_REQUEST = "new_request"
    REPEAT = "repeat"
    MERGED = "merged"
    SAME_CONTACT = "same_contact"
    APPEAL = "appeal"


class ArticleStage(StrEnum):
    """The life of a knowledge article."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    PUBLISHED = "published"
    EXPIRED = "expired"


class Role(StrEnum):
    """What a token's holder may do; units and divisions carry a scope beside it."""

    AGENT = "agent"
    UNIT = "unit"
    DIVISION = "division"
    SUPERVISOR = "supervisor"
    KNOWLEDGE = "knowledge"
    INTEGRATION = "integration"
    ADMIN = "admin"


NO_ONE = "none"
"""Who is complained about where the clerk asked and was told that nobody is (design reading 30)."""

CENTRE = (Role.AGENT, Role.SUPERVISOR)
"""The hotline centre's own people, who see every work order of their utility."""
