"""Every step of a work order: its command and rule, whose it is, the clause that foresees it, when it is heard."""

from collections.abc import Mapping

from contracts.fact import SYSTEM, Actor
from contracts.refusal import Clause, Outcome, Refusal, refused
from contracts.vocabulary import CENTRE, Role, Stage
from kit.decide.steps import Command, Step, offered, steps
from kit.decide.steps import accepted_now as accepted
from procedures.model import Procedure
from procedures.model.part import Sourced
from services.routing.rules import (
    closing,
    commands,
    dispatching,
    extending,
    outside,
    replying,
    returning,
    reviewing,
    settling,
    telling,
    unit_work,
)
from services.routing.rules.state import WorkOrder

UNIT = (Role.UNIT,)

_NOT_SENT = frozenset({Stage.ACCEPTED, Stage.RETURNED})
_AT_UNIT = frozenset({Stage.DISPATCHED, Stage.IN_PROGRESS})
_RETURNED = frozenset({Stage.RETURNED})
_BEFORE_CALL = frozenset(Stage) - {Stage.CALLBACK, Stage.CLOSED}
_OPEN = frozenset(Stage) - {Stage.CLOSED}
_SENT = _OPEN - _NOT_SENT


def _loop(procedure: Procedure) -> Sourced:
    return procedure.clauses.loop


def _returns(procedure: Procedure) -> Sourced:
    return procedure.returns.grounds if procedure.returns else procedure.clauses.loop


def _has_returns(procedure: Procedure) -> bool:
    return procedure.returns is not None


def _extension(procedure: Procedure) -> Sourced:
    return procedure.extension.clocks if procedure.extension else procedure.clauses.loop


def _has_extensions(procedure: Procedure) -> bool:
    return procedure.extension is not None


def _material(procedure: Procedure) -> Sourced:
    return procedure.clause("material")


def _has_material(procedure: Procedure) -> bool:
    return any(rules.material is not None for rules in procedure.types.values())


def _unreachable(procedure: Procedure) -> Sourced:
    return procedure.clause("unreachable")


def _knows_the_unreachable(procedure: Procedure) -> bool:
    return procedure.clauses.unreachable is not None or "ticket.contact_failed" in procedure.reactions


def _first(rules: Mapping[str, Sourced], procedure: Procedure) -> Sourced:
    return next(iter(rules.values()), procedure.clauses.loop)


def _compensation(procedure: Procedure) -> Sourced:
    return procedure.compensation.payments if procedure.compensation else procedure.clauses.loop


def _review(procedure: Procedure) -> Sourced:
    return procedure.clause("review")


STEPS = steps(
    Step(
        "notify_by_phone",
        commands.NotifyByPhone,
        dispatching.notify_by_phone,
        CENTRE,
        dispatching.phone_clause,
        _NOT_SENT,
        dispatching.may_be_phoned,
    ),
    Step("dispatch", commands.Dispatch, dispatching.dispatch, CENTRE, _loop, _NOT_SENT, dispatching.may_be_dispatched),
    Step("sign", commands.Sign, unit_work.sign, UNIT, _returns, frozenset({Stage.DISPATCHED})),
    Step("contact", commands.Contact, unit_work.contact, UNIT, _loop, _AT_UNIT),
    Step("appoint", commands.Appoint, unit_work.appoint, UNIT, _loop, _AT_UNIT),
    Step(
        "on_site",
        commands.Arrive,
        unit_work.arrive,
        UNIT,
        _loop,
        _AT_UNIT | {Stage.ACCEPTED},
        unit_work.somebody_is_told,
    ),
    Step("complete", commands.Complete, unit_work.complete, UNIT, _loop, _AT_UNIT),
    Step(
        "decline", commands.Decline, unit_work.decline, UNIT, unit_work.declining, _AT_UNIT, unit_work.may_be_declined
    ),
    Step(
        "return",
        commands.Return,
        returning.give_back,
        UNIT,
        _returns,
        _AT_UNIT,
        returning.may_be_returned,
        _has_returns,
    ),
    Step(
        "accept_return",
        commands.AcceptReturn,
        returning.accept_return,
        CENTRE,
        _returns,
        _RETURNED,
        returning.is_undecided,
        _has_returns,
    ),
    Step(
        "refuse_return",
        commands.RefuseReturn,
        returning.refuse_return,
        CENTRE,
        _returns,
        _RETURNED,
        returning.is_undecided,
        _has_returns,
    ),
    Step(
        "request_extension",
        commands.RequestExtension,
        extending.request_extension,
        UNIT,
        _extension,
        _AT_UNIT,
        extending.none_is_asked,
        _has_extensions,
    ),
    Step(
        "decide_extension",
        commands.DecideExtension,
        extending.decide_extension,
        (Role.DIVISION, Role.INTEGRATION, Role.SUPERVISOR),
        _extension,
        _AT_UNIT,
        extending.one_is_asked,
        _has_extensions,
        speaks_as="decider",
    ),
    Step(
        "ask_material",
        commands.AskMaterial,
        outside.ask_material,
        UNIT,
        _material,
        _AT_UNIT,
        outside.asks_material,
        _has_material,
    ),
    Step(
        "complete_material",
        commands.CompleteMaterial,
        outside.complete_material,
        (*CENTRE, *UNIT),
        _material,
        _AT_UNIT,
        outside.awaits_material,
        _has_material,
    ),
    Step(
        "fail_contact",
        commands.FailContact,
        outside.fail_contact,
        UNIT,
        _unreachable,
        _AT_UNIT,
        offered=_knows_the_unreachable,
    ),
    Step(
        "hold",
        commands.Hold,
        outside.hold,
        UNIT,
        _loop,
        _AT_UNIT,
        outside.is_not_held,
        lambda procedure: bool(procedure.holds),
    ),
    Step(
        "resume",
        commands.Resume,
        outside.resume,
        UNIT,
        _loop,
        _AT_UNIT,
        outside.is_held,
        lambda procedure: bool(procedure.holds),
    ),
    Step(
        "progress",
        commands.Progress,
        outside.progress,
        UNIT,
        _loop,
        _AT_UNIT,
        offered=lambda procedure: bool(procedure.progress),
    ),
    Step(
        "forward",
        commands.Forward,
        telling.forward,
        CENTRE,
        lambda procedure: _first(procedure.forwarding, procedure),
        _NOT_SENT,
        telling.may_be_forwarded,
        lambda procedure: bool(procedure.forwarding),
    ),
    Step(
        "tell",
        commands.Tell,
        telling.tell,
        (*CENTRE, *UNIT),
        lambda procedure: _first(procedure.templates, procedure),
        _OPEN,
        telling.may_be_told,
        lambda procedure: bool(procedure.templates),
    ),
    Step(
        "compensate",
        commands.Compensate,
        settling.compensate,
        (*CENTRE, Role.DIVISION, *UNIT),
        _compensation,
        _SENT,
        offered=lambda procedure: procedure.compensation is not None,
    ),
    Step(
        "mediate",
        commands.Mediate,
        settling.mediate,
        CENTRE,
        lambda procedure: procedure.mediation or procedure.clauses.loop,
        _OPEN,
        settling.may_be_mediated,
        lambda procedure: procedure.mediation is not None,
    ),
    Step(
        "raise_warning",
        commands.RaiseWarning,
        settling.raise_warning,
        (*CENTRE, Role.DIVISION),
        lambda procedure: _first(procedure.early_warnings, procedure),
        _OPEN,
        offered=lambda procedure: bool(procedure.early_warnings),
    ),
    Step("reply", commands.Reply, replying.reply, UNIT, _loop, _AT_UNIT),
    Step(
        "review",
        commands.Review,
        reviewing.review,
        (*CENTRE, Role.DIVISION),
        _review,
        frozenset({Stage.REPLIED}),
        speaks_as="reviewer",
    ),
    Step(
        "invalid",
        commands.Invalidate,
        closing.invalidate,
        CENTRE,
        closing.invalidating,
        _BEFORE_CALL,
        closing.may_be_invalid,
    ),
    Step("close", commands.Close, closing.close, CENTRE, _loop, _AT_UNIT, closing.owes_nobody),
)


def decide(
    step: Step[WorkOrder], order: WorkOrder | None, command: Command, procedure: Procedure
) -> Outcome[WorkOrder]:
    """Take a step: refused to the wrong role or scope, after the close, and in a stage that does not hear it.

    Transient where the ticket is not known yet, or where the customer's answer on its way may send the order back.
    """
    if order is None:
        return Refusal("unknown_ticket", transient=True)
    if not step.offered(procedure):
        accepts = offered(STEPS, procedure)
        return refused("not_in_procedure", procedure.clauses.loop, accepts=accepts, step=step.name)
    if command.at < order.opened_at:
        return refused("before_opening", procedure.clauses.loop, accepts=(f">= {order.opened_at.isoformat()}",))
    refusal = _not_theirs(order, command.by, step, procedure) or _not_now(order, step, procedure)
    if refusal is not None:
        return refusal
    return step.taken(order, _signed_by_someone(order, command, step), procedure)


def accepted_now(order: WorkOrder, procedure: Procedure) -> tuple[str, ...]:
    """The steps that the order's stage and type hear now, whoever may take them."""
    return accepted(STEPS, order, order.stage, procedure)


def _not_theirs(order: WorkOrder, by: Actor, step: Step[WorkOrder], procedure: Procedure) -> Refusal | None:
    """Role and scope (第十一条(六), R004-026): a unit acts on its own orders, a division in its area."""
    if by.role == SYSTEM.role:
        return None
    scope = procedure.clause("scope")
    if by.role not in step.roles:
        return refused("role_missing", scope, accepts=(role.value for role in step.roles))
    own = {Role.UNIT.value: order.responsible, Role.DIVISION.value: order.division}
    if by.role in own and own[by.role] not in by.within:
        return refused("out_of_scope", scope)
    return None


def _not_now(order: WorkOrder, step: Step[WorkOrder], procedure: Procedure) -> Refusal | None:
    if step.is_heard_in(order.stage):
        return None
    basis = _out_of_order(step, procedure)
    if order.stage is Stage.CLOSED:
        return refused("order_closed", basis, closure=order.closure)
    accepts = accepted_now(order, procedure)
    awaited = order.stage is Stage.CALLBACK and step.is_heard_in(Stage.IN_PROGRESS)
    return refused("order_wrong_stage", basis, accepts=accepts, transient=awaited, stage=order.stage, command=step.name)


def _out_of_order(step: Step[WorkOrder], procedure: Procedure) -> Clause:
    """The loop says what follows what, the step's own clause what it is for: both are cited."""
    loop, own = procedure.clauses.loop, step.clause(procedure)
    if own is loop:
        return loop
    return Sourced(source=f"{loop.source}；{own.source}", rule=own.rule)


def _signed_by_someone(order: WorkOrder, command: Command, step: Step[WorkOrder]) -> Command:
    """In a written case nobody is logged in: what only the unit does was done by the unit."""
    if command.by.role != SYSTEM.role or step.roles != UNIT or order.responsible is None:
        return command
    unit = order.responsible
    return command.model_copy(update={"by": Actor(subject=unit, role=Role.UNIT, scope=unit)})
