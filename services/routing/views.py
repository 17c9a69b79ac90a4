"""What the API shows of a work order and its history, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, Field

from contracts.envelope import Event
from contracts.fact import Actor, Fact
from contracts.ticket import Demand, GovernmentOrder, TicketSigned
from contracts.vocabulary import Closure, ExtensionDecider, Stage
from kit.store.port import Document
from procedures.model import Procedure, Unit
from procedures.model.procedure import Named
from procedures.wording import local_text
from services.routing.rules import WorkOrder, accepted_now
from services.routing.rules.clauses import clause_of
from services.routing.rules.settling import yuan
from texts import Language, label, text


class UnitView(BaseModel):
    """A responsible unit or a head-office department."""

    id: str
    name: str
    kind: str = Field(description="unit or department")
    division: str | None = None
    division_name: str | None = None
    advisory: bool = Field(default=False, description="an affiliate: its limits are told, not enforced")


class Proposal(BaseModel):
    """Who is responsible by category and area; absent when nobody is."""

    unit: UnitView | None = None


class HistoryLine(BaseModel):
    """One thing that happened to the order, with the clause that foresees it."""

    at: AwareDatetime
    event: str
    text: str
    by: Actor
    clause: str
    rule: str | None = None


class WorkOrderView(BaseModel):
    """A work order as it stands; names and texts are in the reader's language."""

    id: str
    number: str
    type: str
    type_name: str
    subtype: str | None = None
    grade: int | None = None
    area: str | None = None
    stage: Stage
    stage_name: str
    closure: Closure | None = None
    closure_name: str | None = None
    unit: str | None = Field(default=None, description="where it lies, or lay last")
    unit_name: str | None = None
    division: str | None = None
    proposed_unit: str | None = None
    phoned_unit: str | None = None
    round: int = Field(description="how many times dispatched")
    fixed: bool = Field(description="the centre has fixed the unit; it cannot be returned")
    due: AwareDatetime | None = Field(default=None, description="the next limit of whoever holds it now")
    opened_at: AwareDatetime
    dispatched_at: AwareDatetime | None = None
    signed_at: AwareDatetime | None = None
    contacted_at: AwareDatetime | None = None
    appointed_for: AwareDatetime | None = None
    return_until: AwareDatetime | None = Field(default=None, description="the last instant of the window to return it")
    replied_at: AwareDatetime | None = None
    closed_at: AwareDatetime | None = None
    declined: bool
    division_approved: bool
    urges: int = Field(description="urging orders so far")
    urged_at: AwareDatetime | None = Field(default=None, description="the last urging order or supplement")
    supplements: int = Field(description="how often the customer brought more material")
    pressed: bool = Field(default=False, description="the customer presses for the dispatch; it goes out with it")
    supervised: bool = Field(description="under the centre's supervision")
    extension_until: AwareDatetime | None = Field(default=None, description="asked for, not decided")
    extension_decider: ExtensionDecider | None = None
    extensions: int = Field(description="how many were granted")
    forwarded_to: str | None = Field(default=None, description="somebody outside, whose business it is")
    progress: str | None = Field(default=None, description="the last step of the work that was reached")
    compensated_fen: int = Field(description="refunds and compensations so far, in fen")
    rechecks: int = Field(description="how often the customer, not satisfied, had it looked at again")
    first_owner: str
    demands: tuple[Demand, ...] = ()
    flags: tuple[str, ...] = ()
    gov: GovernmentOrder | None = None
    accepts: tuple[str, ...] = Field(default=(), description="the steps that would be accepted now")
    history: tuple[HistoryLine, ...] | None = Field(default=None, description="oldest first; only of a single order")


_SHARED = tuple(name for name in WorkOrderView.model_fields if name in WorkOrder.model_fields)


def order_view(
    document: Document[WorkOrder], procedure: Procedure, language: Language, said: Iterable[Event] | None = None
) -> WorkOrderView:
    """The order, with its history where its events are given."""
    order = document.state
    unit = procedure.unit(order.unit) if order.unit else None
    return WorkOrderView(
        **{name: getattr(order, name) for name in _SHARED},
        id=document.key,
        type=order.ticket_type,
        type_name=procedure.name_of("type", order.ticket_type).of(language),
        stage_name=label(order.stage, language),
        closure_name=label(order.closure, language) if order.closure else None,
        unit_name=unit.names.of(language) if unit else None,
        due=order.due,
        accepts=accepted_now(order, procedure),
        history=None if said is None else tuple(history_line(each.data, order, procedure, language) for each in said),
    )


def history_line(fact: Fact, order: WorkOrder, procedure: Procedure, language: Language) -> HistoryLine:
    """A fact that routing said, as people read it."""
    basis = clause_of(order, fact, procedure)
    places = {name: _readable(name, getattr(fact, name), procedure, language) for name in type(fact).model_fields}
    return HistoryLine(
        at=fact.at,
        event=fact.short_type(),
        text=text(_wording(fact), language, **places),
        by=getattr(fact, "by"),  # noqa: B009 - every fact of routing is somebody's
        clause=basis.source,
        rule=basis.rule,
    )


def _wording(fact: Fact) -> str:
    if isinstance(fact, TicketSigned) and fact.deemed:
        return "happened.ticket.deemed_signed"
    return f"happened.{fact.short_type()}"


def _readable(name: str, value: object, procedure: Procedure, language: Language) -> object:
    if isinstance(value, datetime):
        return local_text(value, procedure.calendar.zone)
    if name == "amount_fen" and isinstance(value, int):
        return yuan(value)
    kind = _NAMED.get(name)
    return procedure.name_of(kind, value).of(language) if kind and isinstance(value, str) else value


_NAMED: Mapping[str, Named] = {
    "unit": "place",
    "ground": "ground",
    "reason": "hold",
    "step": "progress",
    "template": "template",
    "destination": "destination",
    "payment": "payment",
    "basis": "basis",
    "warning": "warning",
}
"""What a place of a history line says in words of the procedure."""


def unit_view(unit: Unit, procedure: Procedure, language: Language) -> UnitView:
    """A unit with its division, where it has one."""
    division = procedure.division_of(unit.id)
    return UnitView(
        id=unit.id,
        name=unit.names.of(language),
        kind=unit.kind,
        division=division.id if division else None,
        division_name=division.names.of(language) if division else None,
        advisory=unit.enforcement == "advisory",
    )
