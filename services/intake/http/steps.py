"""Steps on a ticket at the front desk: what customers bring to it, and what clerks find about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends
from starlette.responses import Response

from contracts.fact import Fact
from contracts.refusal import Outcome, Refusal
from contracts.vocabulary import LinkKind, Role
from kit.decide.steps import Step
from kit.http.commands import CommandBy, CommandRequest
from kit.http.parameters import InPath
from kit.http.problems import Problem
from kit.http.steps import StepBody, Things, add_step
from kit.store.port import Document
from procedures.model import Procedure
from services.intake.http.bodies import (
    AnswerBody,
    LinkBody,
    RegradeBody,
    SupplementBody,
    UrgeBody,
    WithdrawalBody,
)
from services.intake.http.desk import FrontDesk, refuse
from services.intake.http.views import StepView, step_view
from services.intake.matters.matching import confirm_same_matter, refuse_matter
from services.intake.requests.noting import note
from services.intake.requests.rules.contact import Kind, Words
from services.intake.rules.merging import not_merged
from services.intake.rules.table import STEPS
from services.intake.rules.ticket import Ticket

TAG = "受理后的办理 Steps at the front desk"
_TICKETS = Things("/tickets/{ticket}", StepView, "ticket_step")
_LEAVE = STEPS["leave_matter"]

_KINDS: Mapping[str, Kind] = MappingProxyType(
    {"answer": "answer", "urge": "urge", "supplement": "supplement", "withdraw": "withdraw"}
)
"""Steps whose words are kept, by the kind of contact that keeps them."""


class Said(NamedTuple):
    """What a body comes to: the words, which are sealed and kept beside the ticket, and the fields of the command."""

    words: Words
    fields: Mapping[str, Any] = MappingProxyType({})


def add_steps(routes: APIRouter, desk: FrontDesk) -> None:
    """`POST /tickets/{ticket}/<step>`, and `DELETE /tickets/{ticket}/matter`."""

    async def take(ticket: str, step: Step[Ticket], body: StepBody, asked: CommandRequest) -> Response:
        found = await desk.ticket(asked.who, ticket)
        said = await _BODIES[step.name].meaning(desk, found, body, asked)
        return (
            refuse(asked, said) if isinstance(said, Refusal) else await _taken(desk, asked, found, step, body.at, said)
        )

    for name, each in _BODIES.items():
        add_step(routes, _TICKETS, STEPS[name], take, tag=TAG, body=each.body)

    @routes.delete("/tickets/{ticket}/matter", tags=[TAG], response_model=StepView, summary="不是同一事件 Not the same")
    async def leave(ticket: InPath, asked: Annotated[CommandRequest, Depends(CommandBy(*_LEAVE.roles))]) -> Response:
        """The clerk refuses what was proposed: the ticket is not about its matter."""
        found = await desk.ticket(asked.who, ticket)
        if found.state.matter is not None:
            await refuse_matter(desk.intake.matters, found, asked.cause)
        return await _taken(desk, asked, found, _LEAVE, None, Said(Words(), {"matter": found.state.matter or ""}))


async def _taken(
    desk: FrontDesk,
    asked: CommandRequest,
    ticket: Document[Ticket],
    step: Step[Ticket],
    given: datetime | None,
    said: Said,
) -> Response:
    """One command on one ticket, its words kept first; the answer carries what to tell the customer."""
    at = asked.moment(given, desk.intake.tickets.clock)
    if at < ticket.state.opened_at:
        return refuse(asked, Refusal("before_opening", accepts=(f">= {ticket.state.opened_at.isoformat()}",)))
    kind = _KINDS.get(step.name)
    kept = await note(desk.intake, kind, ticket, said.words, at, asked.by, asked.cause) if kind else None
    command = step.asked(at, asked.by, {**said.fields, "words": kept})
    facts: list[Fact] = []

    def decide(state: Ticket | None, procedure: Procedure) -> Outcome[Ticket]:
        outcome = step.taken(state, command, procedure)
        facts[:] = [] if isinstance(outcome, Refusal) else outcome[1]
        return outcome

    def view(document: Document[Ticket]) -> StepView:
        return step_view(document, facts, desk.procedure_of(document.state.procedure), asked.language, at)

    return await asked.carry_out(desk.intake.tickets, ticket.key, decide, view)


async def _answer(_: FrontDesk, __: Document[Ticket], body: AnswerBody, ___: CommandRequest) -> Said:
    return Said(
        Words(answer=body.text), {"article": body.article, "guidance": body.guidance, "verified": body.verified}
    )


async def _urge(_: FrontDesk, __: Document[Ticket], body: UrgeBody, ___: CommandRequest) -> Said:
    return Said(Words(text=body.text), {"strong": body.strong})


async def _supplement(
    desk: FrontDesk, _: Document[Ticket], body: SupplementBody, asked: CommandRequest
) -> Said | Refusal:
    files = await desk.files_named(asked.who, body.attachments)
    return files if isinstance(files, Refusal) else Said(Words(text=body.text), {"attachments": files})


async def _withdraw(_: FrontDesk, __: Document[Ticket], body: WithdrawalBody, ___: CommandRequest) -> Said:
    return Said(Words(text=body.reason))


async def _regrade(_: FrontDesk, __: Document[Ticket], body: RegradeBody, asked: CommandRequest) -> Said:
    if body.approve_later_deadline and not asked.who.has(Role.SUPERVISOR):
        raise Problem(Refusal("role_missing", accepts=(Role.SUPERVISOR.value,)))
    approved_by = asked.who.subject if body.approve_later_deadline else None
    return Said(Words(), {"grade": body.grade, "reason": body.reason, "approved_by": approved_by})


async def _link(desk: FrontDesk, ticket: Document[Ticket], body: LinkBody, asked: CommandRequest) -> Said | Refusal:
    other = await desk.ticket(asked.who, body.other)
    if ticket.key == other.key:
        return Refusal("linked_to_itself")
    procedure = desk.procedure_of(ticket.state.procedure)
    if body.kind is LinkKind.MERGED and (found := not_merged(ticket.state, other.state, procedure)) is not None:
        return found
    matter = None
    if body.kind is LinkKind.SAME_MATTER:
        matter = await confirm_same_matter(desk.intake.matters, ticket, other, asked.cause)
    return Said(Words(), {"other": other.key, "kind": body.kind, "matter": matter})


class _Read(NamedTuple):
    """A step's body and what it means."""

    body: type[StepBody]
    meaning: Callable[[FrontDesk, Document[Ticket], Any, CommandRequest], Awaitable[Said | Refusal]]


_BODIES: Mapping[str, _Read] = MappingProxyType(
    {
        "answer": _Read(AnswerBody, _answer),
        "urge": _Read(UrgeBody, _urge),
        "supplement": _Read(SupplementBody, _supplement),
        "withdraw": _Read(WithdrawalBody, _withdraw),
        "regrade": _Read(RegradeBody, _regrade),
        "link": _Read(LinkBody, _link),
    }
)
"""Bodies are not the commands themselves here: people's words are sealed, files and tickets named."""
