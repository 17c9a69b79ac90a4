"""The unit's reply order (回单): complete, answering every demand, with what its type must enclose."""

from collections.abc import Iterator

from contracts.refusal import Outcome, Refusal, refused
from contracts.ticket import TicketReplied
from contracts.vocabulary import Answers, Stage
from procedures.filling import misfilled
from procedures.model import Procedure, ReplyPart, ReplyRules
from procedures.model.part import Sourced
from services.routing.rules.commands import Reply
from services.routing.rules.state import WorkOrder
from services.routing.rules.unit_work import signed, unit_of
from texts import Labels


def reply(order: WorkOrder, command: Reply, procedure: Procedure) -> Outcome[WorkOrder]:
    """The unit reports what it did (第十五条(一)4).

    Refused without opinion or result (R004-113), without a part or an enclosure its type requires (R004-028, R004-112),
    with a part that the procedure does not have or whose field takes no such value, and when a demand is left
    unanswered (R004-127).
    """
    refusal = next(_gaps(order, command, procedure), None)
    if refusal is not None:
        return refusal
    order, facts = signed(order, command.at, command.by)
    replied = TicketReplied(
        at=command.at,
        by=command.by,
        unit=unit_of(order),
        opinion=command.opinion,
        result=command.result,
        parts=dict(command.parts or {}),
        attachments=command.attachments or (),
        answers=command.answers,
        public=command.public and not _must_stay_private(order, procedure),
    )
    return _as_replied(order, command, procedure), (*facts, replied)


def _as_replied(order: WorkOrder, command: Reply, procedure: Procedure) -> WorkOrder:
    """Who replies has accepted the order: the window to return it is over, and so is a wish for more time."""
    said = {"opinion": command.opinion, "result": command.result, **(command.parts or {})}
    return order.but(
        stage=Stage.REPLIED,
        replied_at=command.at,
        division_approved=False,
        return_until=min(order.return_until, command.at) if order.return_until else None,
        extension_until=None,
        extension_decider=None,
        reply=said if procedure.templates else {},
    )


def _gaps(order: WorkOrder, command: Reply, procedure: Procedure) -> Iterator[Refusal]:
    """Everything the reply lacks, the plainest first."""
    rules = procedure.types[order.ticket_type].reply
    asked = rules.parts if rules else procedure.clauses.loop
    empty = tuple(name for name in ("opinion", "result") if not getattr(command, name))
    if empty:
        basis = _of_every_reply(rules, procedure)
        yield refused("order_reply_incomplete", basis, accepts=empty, missing=_named(empty, procedure))
    parts = _missing_parts(command, rules.parts.value if rules else ())
    if parts:
        yield refused("order_reply_incomplete", asked, accepts=parts, missing=_named(parts, procedure))
    yield from _unfit_parts(command, procedure)
    yield from _missing_attachments(order, command, procedure)
    yield from _unanswered(order, command, procedure)


def _named(parts: tuple[str, ...], procedure: Procedure) -> Labels:
    own = procedure.fields
    return Labels(own[part].names if part in own else ReplyPart(part) for part in parts)


def _of_every_reply(rules: ReplyRules | None, procedure: Procedure) -> Sourced:
    """The clause that asks opinion and result of every reply, for a type whose own parts rest on another."""
    stated = (each.parts for each in (rules, *(kind.reply for kind in procedure.types.values())) if each)
    return next((parts for parts in stated if set(ReplyPart) <= set(parts.value)), procedure.clauses.loop)


def _missing_parts(command: Reply, asked: tuple[str, ...]) -> tuple[str, ...]:
    """The parts beyond opinion and result that the type asks for, where the reply is written in parts."""
    if command.parts is None:
        return ()
    return tuple(part for part in asked if part not in tuple(ReplyPart) and not command.parts.get(part))


def _unfit_parts(command: Reply, procedure: Procedure) -> Iterator[Refusal]:
    """A part that the procedure does not have, or a value that its field does not take; replies are not sealed."""
    filled = {name: value for name, value in (command.parts or {}).items() if name not in tuple(ReplyPart)}
    open_ = {name: field for name, field in procedure.fields.items() if not field.personal}
    if (unfit := misfilled(filled, open_, procedure.clauses.loop)) is not None:
        yield unfit


def _missing_attachments(order: WorkOrder, command: Reply, procedure: Procedure) -> Iterator[Refusal]:
    if command.attachments is None:
        return
    rules = procedure.types[order.ticket_type].reply
    for asked in rules.attachments_for(order.subtype) if rules else ():
        enclosed = sum(asked.accepts(attachment.media_type) for attachment in command.attachments)
        if enclosed < asked.at_least:
            yield refused("order_attachments_missing", asked, accepts=(asked.kind,), at_least=asked.at_least)


def _unanswered(order: WorkOrder, command: Reply, procedure: Procedure) -> Iterator[Refusal]:
    rule = procedure.work_orders.every_demand_answered
    if rule is None or not rule.value:
        return
    if command.answered is not None:
        left = tuple(str(each.number) for each in order.demands if each.number not in command.answered)
        if left:
            yield refused("order_demands_unanswered", rule, accepts=left, demands=Labels(left))
    elif command.answers is not Answers.ALL:
        asked = tuple(str(each.number) for each in order.demands)
        yield refused("order_demands_unanswered", rule, accepts=("all",), demands=Labels(asked))


def _must_stay_private(order: WorkOrder, procedure: Procedure) -> bool:
    """Results that should not be public are told to the caller only (第十三条(四), R004-041)."""
    rule = procedure.work_orders.private_reply_for
    return rule is not None and any(flag in rule.value for flag in order.flags)
