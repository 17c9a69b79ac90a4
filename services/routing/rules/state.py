"""A work order as routing keeps it: flat and frozen, where it stands and what it still owes; never its history."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from contracts.fact import Grade, Open
from contracts.ticket import Demand, GovernmentOrder
from contracts.vocabulary import CallPreference, Closure, ExtensionDecider, Stage
from kit.decide.state import State
from procedures.model import Circumstances, Procedure
from procedures.model.clocks import NO_REACTIONS


class RunningLimit(State):
    """A limit that runs: until when, since when, how long as the procedure writes it, and whose it is."""

    due: datetime
    since: datetime
    length: str | None
    owner: str


class WorkOrder(State):
    """One ticket's work order.

    `unit` is where it lies or lay last; `round` counts its dispatches; `return_until` is the last instant of the
    unit's window to give it back; `kept` is true once the centre refused to take it
    back; `pressed` says that the customer presses for the dispatch, `undelivered` that what they brought goes out with
    it; `held` is why the matter lies with somebody outside, `forwarded_to` to whom it went for good; `progress` is
    the last step of the work, and `reply` what the reply says, kept where customers are told in set words; `limits` are
    those that sla_monitor told of and that still run.
    """

    procedure: str
    number: str
    ticket_type: str
    opened_at: datetime
    first_owner: str
    subtype: str | None = None
    grade: Grade | None = None
    area: str | None = None
    demands: tuple[Demand, ...] = ()
    flags: tuple[str, ...] = ()
    fields: Mapping[str, str] = {}
    people: int = 1
    channel: str | None = None
    gov: GovernmentOrder | None = None
    call_wish: Open[CallPreference] = CallPreference.DEFAULT
    proposed_unit: str | None = None
    accused: str | None = None

    stage: Stage = Stage.ACCEPTED
    closure: Closure | None = None
    closed_at: datetime | None = None

    phoned_unit: str | None = None
    unit: str | None = None
    division: str | None = None
    round: int = 0
    fixed: bool = False
    dispatched_at: datetime | None = None
    signed_at: datetime | None = None
    contacted_at: datetime | None = None
    appointed_for: datetime | None = None
    declined: bool = False
    return_until: datetime | None = None
    return_taken: bool = False
    completed: bool = False
    kept: bool = False

    urges: int = 0
    urged_at: datetime | None = None
    supplements: int = 0
    pressed: bool = False
    undelivered: bool = False
    merged_into: str | None = None
    supervised: bool = False

    extension_until: datetime | None = None
    extension_decider: ExtensionDecider | None = None
    extensions: int = 0

    replied_at: datetime | None = None
    division_approved: bool = False
    again: bool = False

    material: Literal["asked", "complete"] | None = None
    held: str | None = None
    held_until: datetime | None = None

    forwarded_to: str | None = None
    progress: str | None = None
    reply: Mapping[str, str] = {}
    compensated_fen: int = 0
    rechecks: int = 0

    limits: Mapping[str, RunningLimit] = {}

    wake_at: datetime | None = None

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
        desk = _DESKS.get(self.stage)
        return min((limit.due for limit in self.limits.values() if limit.owner == desk), default=None)

    def limits_after(self, event: str, procedure: Procedure) -> Mapping[str, RunningLimit]:
        """The limits that go on after an event: those that it begins anew or ends are sla_monitor's to tell of."""
        does, of_demands = procedure.reactions.get(event, NO_REACTIONS), self.circumstances(procedure)
        begun = ((name, start) for name, start in does.starts if start.running == "restart")
        ended = (*begun, *does.meets, *does.cancels)
        over = {name for name, trigger in ended if any(map(trigger.when.holds, of_demands))}
        return {name: limit for name, limit in self.limits.items() if name not in over}

    @property
    def kinds(self) -> tuple[tuple[str, str | None], ...]:
        """Type and subtype of every demand, each once, the one that gave the order its type first."""
        named = ((demand.type, demand.subtype) for demand in self.demands)
        return tuple(dict.fromkeys(((self.ticket_type, self.subtype), *named)))

    @property
    def types(self) -> tuple[str, ...]:
        """The business types of its demands, each once, the order's own first."""
        return tuple(dict.fromkeys(kind for kind, _ in self.kinds))

    def circumstances(self, procedure: Procedure) -> tuple[Circumstances, ...]:
        """What limits and conditions of the procedure are held against, of every demand."""
        return tuple(self._circumstances(kind, subtype, procedure) for kind, subtype in self.kinds)

    def _circumstances(self, kind: str, subtype: str | None, procedure: Procedure) -> Circumstances:
        return procedure.circumstances(
            kind,
            subtype=subtype,
            grade=procedure.grade_of(kind, self.grade),
            flags=self.flags,
            channel=self.channel,
            area=self.area,
            fields=tuple(self.fields.items()),
            people=self.people,
            platform=self.gov.platform if self.gov else None,
            declined=self.declined,
            again=self.again,
            phoned=self.phoned_unit is not None and self.unit is None,
            call_wanted=self.call_wish is not CallPreference.NONE,
        )


_DESKS = {
    Stage.ACCEPTED: "centre",
    Stage.REPLIED: "centre",
    Stage.DISPATCHED: "unit",
    Stage.IN_PROGRESS: "unit",
    Stage.RETURNED: "unit",
}
"""Whose limits a desk works against while the order is in this stage."""
