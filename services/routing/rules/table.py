"""Every command there is: by the word of a written case, with its rule, when it is accepted, and whose it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from contracts.fact import SYSTEM, Actor
from contracts.refusal import Outcome, Refusal
from contracts.vocabulary import CallKind, Role, Stage
from procedures.model import Procedure
from procedures.model.part import Sourced
from services.routing.rules import (
    closing,
    commands,
    dispatching,
    extending,
    replying,
    returning,
    reviewing,
    unit_work,
)
from services.routing.rules.commands import Command, written_attachment
from services.routing.rules.refusing import refused
from services.routing.rules.state import WorkOrder

CENTRE = (Role.AGENT, Role.SUPERVISOR)
UNIT = (Role.UNIT,)

_NOT_SENT = frozenset({Stage.ACCEPTED, Stage.RETURNED})
_AT_UNIT = frozenset({Stage.DISPATCHED, Stage.IN_PROGRESS})
_RETURNED = frozenset({Stage.RETURNED})
_BEFORE_CALL = frozenset(Stage) - {Stage.CALLBACK, Stage.CLOSED}


@dataclass(frozen=True, slots=True)
class Entry:
    """A command's model and rule, the stages in which it is heard, the roles whose it is, the clause that foresees it.

    `case_by` is the field that a written case calls `by`, since there nobody's token is at hand.
    """

    model: type[Command]
    rule: Callable[[WorkOrder, Any, Procedure], Outcome[WorkOrder]]
    stages: frozenset[Stage]
    roles: tuple[Role, ...]
    basis: Callable[[Procedure], Sourced]
    case_by: str | None = None

    def command(self, at: datetime, fields: Mapping[str, object], by: Actor = SYSTEM) -> Command:
        """The command from a written case's words; ValidationError for a wrong one."""
        renamed = {self.case_by if name == "by" and self.case_by else name: value for name, value in fields.items()}
        if isinstance(named := renamed.get("attachments"), list | tuple):
            renamed["attachments"] = [written_attachment(each) if isinstance(each, str) else each for each in named]
        return self.model.model_validate({**renamed, "at": at, "by": by})


def _loop(procedure: Procedure) -> Sourced:
    return procedure.work_orders.loop


def _returns(procedure: Procedure) -> Sourced:
    return procedure.returns.grounds


def _extension(procedure: Procedure) -> Sourced:
    return procedure.extension.clocks


COMMANDS: Mapping[str, Entry] = MappingProxyType(
    {
        "notify_by_phone": Entry(
            commands.NotifyByPhone,
            dispatching.notify_by_phone,
            _NOT_SENT,
            CENTRE,
            lambda procedure: procedure.work_orders.phone_notice,
        ),
        "dispatch": Entry(commands.Dispatch, dispatching.dispatch, _NOT_SENT, CENTRE, _loop),
        "sign": Entry(commands.Sign, unit_work.sign, frozenset({Stage.DISPATCHED}), UNIT, _returns),
        "contact": Entry(commands.Contact, unit_work.contact, _AT_UNIT, UNIT, _loop),
        "appoint": Entry(commands.Appoint, unit_work.appoint, _AT_UNIT, UNIT, _loop),
        "on_site": Entry(commands.Arrive, unit_work.arrive, _AT_UNIT | {Stage.ACCEPTED}, UNIT, _loop),
        "complete": Entry(commands.Complete, unit_work.complete, _AT_UNIT, UNIT, _loop),
        "decline": Entry(commands.Decline, unit_work.decline, _AT_UNIT, UNIT, unit_work.declining),
        "return": Entry(commands.Return, returning.give_back, _AT_UNIT, UNIT, _returns),
        "accept_return": Entry(commands.AcceptReturn, returning.accept_return, _RETURNED, CENTRE, _returns),
        "refuse_return": Entry(commands.RefuseReturn, returning.refuse_return, _RETURNED, CENTRE, _returns),
        "request_extension": Entry(commands.RequestExtension, extending.request_extension, _AT_UNIT, UNIT, _extension),
        "decide_extension": Entry(
            commands.DecideExtension,
            extending.decide_extension,
            _AT_UNIT,
            (Role.DIVISION, Role.INTEGRATION, Role.SUPERVISOR),
            _extension,
            "decider",
        ),
        "reply": Entry(commands.Reply, replying.reply, _AT_UNIT, UNIT, _loop),
        "review": Entry(
            commands.Review,
            reviewing.review,
            frozenset({Stage.REPLIED}),
            (*CENTRE, Role.DIVISION),
            lambda procedure: procedure.work_orders.review,
            "reviewer",
        ),
        "invalid": Entry(commands.Invalidate, closing.invalidate, _BEFORE_CALL, CENTRE, closing.invalidating),
        "close": Entry(commands.Close, closing.close, _AT_UNIT, CENTRE, _loop),
    }
)

_ENTRY_OF: Mapping[type[Command], tuple[str, Entry]] = MappingProxyType(
    {entry.model: (name, entry) for name, entry in COMMANDS.items()}
)


def decide(order: WorkOrder | None, command: Command, procedure: Procedure) -> Outcome[WorkOrder]:
    """Carry out any command: refused to the wrong role or scope, after the close, and in a stage that does not hear it.

    Transient where the ticket is not known yet, or where the customer's answer on its way may send the order back.
    """
    if order is None:
        return Refusal("unknown_ticket", transient=True)
    name, entry = _ENTRY_OF[type(command)]
    refusal = _not_theirs(order, command.by, entry, procedure) or _not_now(order, name, entry, procedure)
    if refusal is not None:
        return refusal
    outcome: Outcome[WorkOrder] = entry.rule(order, _signed_by_someone(order, command, entry), procedure)
    return outcome


def accepted_now(order: WorkOrder, procedure: Procedure) -> tuple[str, ...]:
    """The commands that the order's stage and type hear now, whoever may give them."""
    rules = procedure.types[order.ticket_type]
    idle = {
        "notify_by_phone": not dispatching.may_be_phoned(order, procedure),
        "dispatch": dispatching.phone_first(order, procedure) and order.phoned_unit is None,
        "decline": not (rules.may_be_declined and rules.may_be_declined.value) or order.declined,
        "invalid": not (rules.may_be_invalid and rules.may_be_invalid.value),
        "return": order.fixed,
        "accept_return": order.return_taken,
        "refuse_return": order.return_taken,
        "request_extension": order.extension_until is not None,
        "decide_extension": order.extension_until is None,
        "on_site": order.responsible is None,
        "close": procedure.callback_kind(order.ticket_type) is not CallKind.NONE,
    }
    return tuple(name for name, entry in COMMANDS.items() if order.stage in entry.stages and not idle.get(name))


def _not_theirs(order: WorkOrder, by: Actor, entry: Entry, procedure: Procedure) -> Refusal | None:
    """Role and scope (第十一条(六), R004-026): a unit acts on its own orders, a division in its area."""
    if by.role == SYSTEM.role:
        return None
    scope = procedure.work_orders.scope
    if by.role not in entry.roles:
        return refused("role_missing", scope, accepts=tuple(role.value for role in entry.roles))
    own = {Role.UNIT.value: order.responsible, Role.DIVISION.value: order.division}
    if by.role in own and own[by.role] not in (by.scope or "").split(","):
        return refused("out_of_scope", scope)
    return None


def _not_now(order: WorkOrder, name: str, entry: Entry, procedure: Procedure) -> Refusal | None:
    if order.stage in entry.stages:
        return None
    basis = _out_of_order(entry, procedure)
    if order.stage is Stage.CLOSED:
        return refused("order_closed", basis, closure=order.closure)
    accepts = accepted_now(order, procedure)
    awaited = order.stage is Stage.CALLBACK and Stage.IN_PROGRESS in entry.stages
    return refused("order_wrong_stage", basis, accepts=accepts, transient=awaited, stage=order.stage, command=name)


def _out_of_order(entry: Entry, procedure: Procedure) -> Sourced:
    """The loop says what follows what, the step's own clause what it is for: both are cited."""
    loop, own = procedure.work_orders.loop, entry.basis(procedure)
    if own is loop:
        return loop
    return Sourced(source=f"{loop.source}；{own.source}", rule=own.rule)


def _signed_by_someone(order: WorkOrder, command: Command, entry: Entry) -> Command:
    """In a written case nobody is logged in: what only the unit does was done by the unit."""
    if command.by.role != SYSTEM.role or entry.roles != UNIT or order.responsible is None:
        return command
    unit = order.responsible
    return command.model_copy(update={"by": Actor(subject=unit, role=Role.UNIT, scope=unit)})
