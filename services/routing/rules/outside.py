"""What keeps a matter outside the unit's hands: the customer's material, somebody it was sent to, a closed door."""

from datetime import datetime

from contracts.fact import SYSTEM, Actor
from contracts.refusal import Outcome, refused
from contracts.ticket import (
    TicketContactFailed,
    TicketHeld,
    TicketMaterialAsked,
    TicketMaterialCompleted,
    TicketProgressed,
    TicketResumed,
)
from procedures.model import Procedure
from procedures.wording import local_text
from services.routing.rules.commands import AskMaterial, CompleteMaterial, FailContact, Hold, Progress, Resume
from services.routing.rules.state import WorkOrder
from services.routing.rules.unit_work import signed, unit_of


def asks_material(order: WorkOrder, procedure: Procedure) -> bool:
    """Whether the type knows of material, and the customer was not told what is missing."""
    return procedure.types[order.ticket_type].material is not None and order.material is None


def awaits_material(order: WorkOrder, _: Procedure) -> bool:
    """Whether the customer was told what is missing, and it has not come."""
    return order.material == "asked"


def ask_material(order: WorkOrder, command: AskMaterial, procedure: Procedure) -> Outcome[WorkOrder]:
    """The customer is told what is missing: once, and all of it. Refused the second time, and for unknown material."""
    asked = procedure.types[order.ticket_type].material
    if asked is None:
        return refused("order_without_material", procedure.clause("material"))
    if order.material is not None:
        onward = ("complete_material",) if order.material == "asked" else ()
        return refused("order_material_asked", procedure.clause("material"), accepts=onward)
    unknown = tuple(item for item in command.items if item not in asked.value)
    if unknown:
        return refused("order_material_unknown", asked, accepts=asked.value, items=", ".join(unknown))
    order, facts = signed(order, command.at, command.by)
    told = TicketMaterialAsked(at=command.at, by=command.by, unit=unit_of(order), items=command.items)
    return order.but(material="asked"), (*facts, told)


def complete_material(order: WorkOrder, command: CompleteMaterial, procedure: Procedure) -> Outcome[WorkOrder]:
    """The material is complete; refused where none was asked for, and the second time."""
    if order.material is None:
        return refused("order_material_not_asked", procedure.clause("material"), accepts=("ask_material",))
    if order.material == "complete":
        return refused("order_material_complete", procedure.clause("material"))
    complete = TicketMaterialCompleted(at=command.at, by=command.by, unit=unit_of(order))
    return order.but(material="complete"), (complete,)


def fail_contact(order: WorkOrder, command: FailContact, _: Procedure) -> Outcome[WorkOrder]:
    """Nobody was reached; what that means for the limits stands in the clock table."""
    order, facts = signed(order, command.at, command.by)
    tried = TicketContactFailed(at=command.at, by=command.by, unit=unit_of(order), outcome=command.outcome)
    return order, (*facts, tried)


def is_not_held(order: WorkOrder, _: Procedure) -> bool:
    """Whether the matter is in the unit's hands."""
    return order.held is None


def is_held(order: WorkOrder, _: Procedure) -> bool:
    """Whether it lies with somebody outside."""
    return order.held is not None


def hold(order: WorkOrder, command: Hold, procedure: Procedure) -> Outcome[WorkOrder]:
    """The matter goes outside, at most for as long as the procedure allows. Refused for a reason it does not know."""
    rule = procedure.holds.get(command.reason)
    if rule is None:
        return refused("order_hold_unknown", procedure.clauses.loop, accepts=procedure.holds, reason=command.reason)
    if order.held is not None:
        return refused("order_held", rule, accepts=("resume",))
    if command.until is not None and command.until <= command.at:
        return refused("order_hold_passed", rule, until=local_text(command.until, procedure.calendar.zone))
    order, facts = signed(order, command.at, command.by)
    latest = procedure.calendar.add(command.at, rule.at_most) if rule.at_most else None
    until = min((each for each in (command.until, latest) if each is not None), default=None)
    held = TicketHeld(at=command.at, by=command.by, unit=unit_of(order), reason=command.reason, until=until)
    return order.but(held=command.reason, held_until=until, wake_at=until), (*facts, held)


def resume(order: WorkOrder, command: Resume, procedure: Procedure) -> Outcome[WorkOrder]:
    """The matter is back; refused where it never left."""
    if order.held is None:
        return refused("order_not_held", procedure.clauses.loop, accepts=("hold",))
    return resumed(order, command.at, command.by)


def resumed(order: WorkOrder, at: datetime, by: Actor = SYSTEM) -> Outcome[WorkOrder]:
    """Back with the unit, by its own word or since the time is over."""
    assert order.held is not None
    back = TicketResumed(at=at, by=by, unit=unit_of(order), reason=order.held)
    return order.but(held=None, held_until=None, wake_at=None), (back,)


def progress(order: WorkOrder, command: Progress, procedure: Procedure) -> Outcome[WorkOrder]:
    """A step of the work was reached; refused for one that the procedure has no word for."""
    if command.step not in procedure.progress:
        loop = procedure.clauses.loop
        return refused("order_progress_unknown", loop, accepts=procedure.progress, step=command.step)
    order, facts = signed(order, command.at, command.by)
    reached = TicketProgressed(at=command.at, by=command.by, unit=unit_of(order), step=command.step)
    return order.but(progress=command.step), (*facts, reached)
