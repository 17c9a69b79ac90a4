"""A work order as routing keeps it: flat and frozen, where it stands and what it still owes; never its history."""

from datetime import datetime
from typing import Any

from contracts.fact import Frozen, Grade, Instant
from contracts.ticket import Demand, GovernmentOrder
from contracts.vocabulary import CallPreference, Closure, ExtensionDecider, Flag, Stage, TicketType


class WorkOrder(Frozen):
    """One ticket's work order.

    `unit` is where it lies or lay last; `round` counts its dispatches; `return_until` is the last instant of the
    unit's window to give it back (第十五条(三)1, R004-122); the `*_due` are limits told by sla_monitor that still run.
    """

    procedure: str
    number: str
    ticket_type: TicketType
    opened_at: Instant
    first_owner: str
    subtype: str | None = None
    grade: Grade | None = None
    area: str | None = None
    demands: tuple[Demand, ...] = ()
    flags: tuple[Flag, ...] = ()
    gov: GovernmentOrder | None = None
    call_wish: CallPreference = CallPreference.DEFAULT
    proposed_unit: str | None = None

    stage: Stage = Stage.ACCEPTED
    closure: Closure | None = None
    closed_at: Instant | None = None

    phoned_unit: str | None = None
    unit: str | None = None
    division: str | None = None
    round: int = 0
    fixed: bool = False
    dispatched_at: Instant | None = None
    signed_at: Instant | None = None
    contacted_at: Instant | None = None
    appointed_for: Instant | None = None
    declined: bool = False
    return_until: Instant | None = None
    return_taken: bool = False

    urges: int = 0
    urged_at: Instant | None = None
    supplements: int = 0
    supervised: bool = False

    extension_until: Instant | None = None
    extension_decider: ExtensionDecider | None = None
    extensions: int = 0

    replied_at: Instant | None = None
    division_approved: bool = False

    dispatch_due: Instant | None = None
    handle_due: Instant | None = None
    reply_due: Instant | None = None
    reply_from: Instant | None = None
    reply_limit: str | None = None
    callback_due: Instant | None = None

    wake_at: Instant | None = None

    def but(self, **changes: Any) -> "WorkOrder":
        """The same order with these fields changed; the rules vouch for their types, nothing is validated again."""
        return self.model_copy(update=changes)

    @property
    def responsible(self) -> str | None:
        """The unit that must act: dispatched to, or until then told by phone (第十四条(三), R004-053)."""
        return self.unit or self.phoned_unit

    @property
    def due(self) -> datetime | None:
        """The deadline that whoever holds the order now works against; None when no limit runs for that desk."""
        if self.stage is Stage.ACCEPTED:
            return self.dispatch_due
        if self.stage is Stage.REPLIED:
            return self.callback_due
        if self.stage in (Stage.DISPATCHED, Stage.IN_PROGRESS, Stage.RETURNED):
            return min((due for due in (self.handle_due, self.reply_due) if due is not None), default=None)
        return None
