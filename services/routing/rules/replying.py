"""The unit's reply order (回单): complete, answering every demand, with what its type must enclose."""

from collections.abc import Iterator

from contracts.refusal import Outcome, Refusal, refused
from contracts.ticket import TicketReplied
from contracts.vocabulary import Answers, Stage
from procedures.filling import misfilled
from procedures.model import Procedure, ReplyPart, ReplyRules
from procedures.model.part import Sourced
from procedures.model.types import RequiredAttachment
from services.routing.rules.commands import Reply
from services.routing.rules.extending import dropped
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
    order, asked = dropped(order, "replied", command.at, command.by)
    replied = TicketReplied(
        at=command.at,
        by=command.by,
        unit=unit_of(order),
        opinion=command.opinion,
        result=command.result,
        parts=dict(command.parts or {}),
        attachments=command.attachments or (),
        answers=command.answers or Answers.ALL,
        public=command.public and not _must_stay_private(order, procedure),
    )
    return _as_replied(order, command, procedure), (*facts, *asked, replied)


def _as_replied(order: WorkOrder, command: Reply, procedure: Procedure) -> WorkOrder:
    """Who replies has accepted the order: the window to return it is over."""
    said = {"opinion": command.opinion, "result": command.result, **(command.parts or {})}
    return order.but(
        stage=Stage.REPLIED,
        replied_at=command.at,
        division_approved=False,
        return_until=min(order.return_until, command.at) if order.return_until else None,
        reply=said if procedure.templates else {},
    )


def _gaps(order: WorkOrder, command: Reply, procedure: Procedure) -> Iterator[Refusal]:
    """Everything the reply lacks, the plainest first."""
    rules = _rules(order, procedure)
    every = procedure.work_orders.every_reply
    empty = tuple(part for part in (every.value if every else ReplyPart) if not getattr(command, part))
    if empty:
        basis = _of_every_reply(rules, procedure)
        yield refused("order_reply_incomplete", basis, accepts=empty, missing=_named(empty, procedure))
    for each in rules:
        parts = _missing_parts(command, each.parts.value)
        if parts:
            yield refused("order_reply_incomplete", each.parts, accepts=parts, missing=_named(parts, procedure))
    yield from _unfit_parts(command, procedure)
    yield from _missing_attachments(order, command, procedure)
    yield from _unanswered(order, command, procedure)


def _rules(order: WorkOrder, procedure: Procedure) -> tuple[ReplyRules, ...]:
    """What each of its demands asks of the reply (design reading 19)."""
    found = (procedure.types[each].reply for each in order.types)
    return tuple(rules for rules in found if rules is not None)


def _named(parts: tuple[str, ...], procedure: Procedure) -> Labels:
    own = procedure.fields
    return Labels(own[part].names if part in own else ReplyPart(part) for part in parts)


def _of_every_reply(rules: tuple[ReplyRules, ...], procedure: Procedure) -> Sourced:
    """The clause that asks opinion and result of every reply; where none does, that of a type that asks for both."""
    if procedure.work_orders.every_reply is not None:
        return procedure.work_orders.every_reply
    stated = (each.parts for each in (*rules, *(kind.reply for kind in procedure.types.values())) if each)
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
    for asked in _asked_attachments(order, procedure):
        enclosed = sum(asked.accepts(attachment.media_type) for attachment in command.attachments)
        if enclosed < asked.at_least:
            yield refused("order_attachments_missing", asked, accepts=(asked.kind,), at_least=asked.at_least)


def _asked_attachments(order: WorkOrder, procedure: Procedure) -> Iterator[RequiredAttachment]:
    for kind, subtype in order.kinds:
        rules = procedure.types[kind].reply
        yield from rules.attachments_for(subtype) if rules else ()


def _unanswered(order: WorkOrder, command: Reply, procedure: Procedure) -> Iterator[Refusal]:
    rule = procedure.work_orders.every_demand_answered
    if rule is None or not rule.value:
        return
    if command.answered is not None:
        left = tuple(str(each.number) for each in order.demands if each.number not in command.answered)
        if left:
            yield refused("order_demands_unanswered", rule, accepts=left, demands=Labels(left))
    elif command.answers is Answers.SOME or (command.answers is None and len(order.demands) > 1):
        asked = tuple(str(each.number) for each in order.demands)
        yield refused("order_demands_unanswered", rule, accepts=("all",), demands=Labels(asked))


def _must_stay_private(order: WorkOrder, procedure: Procedure) -> bool:
    """Results that should not be public are told to the caller only (第十三条(四), R004-041)."""
    rule = procedure.work_orders.private_reply_for
    return rule is not None and any(flag in rule.value for flag in order.flags)
