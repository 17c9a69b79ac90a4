"""Steps on a ticket at the front desk: what customers bring to it, and what clerks find about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import APIRouter
from starlette.responses import Response

from contracts.fact import Fact
from contracts.refusal import Outcome, Refusal
from contracts.vocabulary import LinkKind, Role
from kit.http.commands import CommandRequest
from kit.http.problems import Problem
from kit.store.port import Document
from procedures.model import Procedure
from services.intake.http.bodies import (
    AnswerBody,
    LinkBody,
    RegradeBody,
    StepBody,
    SupplementBody,
    UrgeBody,
    WithdrawalBody,
)
from services.intake.http.desk import ByCentre, ByFrontOffice, Desk, refuse
from services.intake.http.views import StepView, step_view
from services.intake.matters.matching import confirm_same_matter, refuse_matter
from services.intake.requests.noting import note
from services.intake.requests.rules.contact import Kind, Words
from services.intake.rules.commands import COMMANDS
from services.intake.rules.ticket import Ticket

TAG = "受理后的办理 Steps at the front desk"
Endpoint = TypeVar("Endpoint", bound=Callable[..., Awaitable[Response]])

_KINDS: dict[str, Kind] = {"answer": "answer", "urge": "urge", "supplement": "supplement", "withdraw": "withdraw"}
"""Steps whose words are kept, by the kind of contact that keeps them."""


def add_steps(routes: APIRouter, desk: Desk) -> None:
    """What customers bring: `POST /tickets/{ticket}/{answer|urges|supplements|withdrawal}`."""

    @_step(routes, "answer", "当即答复 Answer at first contact")
    async def answer(ticket: str, body: AnswerBody, command: ByCentre) -> Response:
        words = Words(answer=body.text)
        return await _said(desk, command, ticket, "answer", body, words, article=body.article, guidance=body.guidance)

    @_step(routes, "urges", "客户催办 The customer presses")
    async def urge(ticket: str, body: UrgeBody, command: ByFrontOffice) -> Response:
        """The answer says what came of it, and the words to explain it with, time left included (第十五条(四)1)."""
        return await _said(desk, command, ticket, "urge", body, Words(text=body.text), strong=body.strong)

    @_step(routes, "supplements", "补充材料 The customer adds something")
    async def supplement(ticket: str, body: SupplementBody, command: ByFrontOffice) -> Response:
        files = await desk.attachments.named(command.who.utility, body.attachments)
        if isinstance(files, Refusal):
            return refuse(command, files)
        return await _said(desk, command, ticket, "supplement", body, Words(text=body.text), attachments=files)

    @_step(routes, "withdrawal", "撤回诉求 The customer takes it back")
    async def withdraw(ticket: str, body: WithdrawalBody, command: ByFrontOffice) -> Response:
        return await _said(desk, command, ticket, "withdraw", body, Words(text=body.reason))


def add_corrections(routes: APIRouter, desk: Desk) -> None:
    """What clerks find: `POST /tickets/{ticket}/{regrade|links}`, `DELETE /tickets/{ticket}/matter`."""

    @_step(routes, "regrade", "改判投诉等级 Grade a complaint anew")
    async def regrade(ticket: str, body: RegradeBody, command: ByCentre) -> Response:
        if body.approve_later_deadline and not command.who.has(Role.SUPERVISOR):
            raise Problem(Refusal("role_missing", accepts=(Role.SUPERVISOR.value,)))
        approved_by = command.who.subject if body.approve_later_deadline else None
        fields = {"grade": body.grade, "reason": body.reason, "approved_by": approved_by}
        return await _said(desk, command, ticket, "regrade", body, Words(), **fields)

    @_step(routes, "links", "关联、合并 Join to another ticket")
    async def link(ticket: str, body: LinkBody, command: ByCentre) -> Response:
        """`same_matter` confirms that both are about one matter; `merged` closes this ticket into the other."""
        return await _linked(desk, command, ticket, body)

    @routes.delete("/tickets/{ticket}/matter", tags=[TAG], response_model=StepView, summary="不是同一事件 Not the same")
    async def leave(ticket: str, command: ByCentre) -> Response:
        """The clerk refuses what was proposed: the ticket is not about its matter."""
        found = await desk.ticket(command.who, ticket)
        if found.state.matter is not None:
            await refuse_matter(desk.intake.matters, found, command.cause)
        return await _said(
            desk, command, found.key, "leave_matter", StepBody(), Words(), matter=found.state.matter or ""
        )


def _step(routes: APIRouter, path: str, summary: str) -> Callable[[Endpoint], Endpoint]:
    return routes.post(f"/tickets/{{ticket}}/{path}", tags=[TAG], response_model=StepView, summary=summary)


async def _said(
    desk: Desk, command: CommandRequest, ticket: str, name: str, body: StepBody, words: Words, **fields: Any
) -> Response:
    """One command on one ticket, its words kept first; the answer carries what to tell the customer."""
    at = command.moment(body.at, desk.intake.tickets.clock)
    found = await desk.ticket(command.who, ticket)
    kept = (
        await note(desk.intake, _KINDS[name], found, words, at, command.by, command.cause) if name in _KINDS else None
    )
    model, rule = COMMANDS[name]
    asked = model(at=at, by=command.by, words=kept, **fields)
    facts: list[Fact] = []

    def step(state: Ticket | None, procedure: Procedure) -> Outcome[Ticket]:
        outcome = rule(state, asked, procedure)
        facts[:] = [] if isinstance(outcome, Refusal) else outcome[1]
        return outcome

    def view(document: Document[Ticket]) -> StepView:
        return step_view(document, facts, desk.procedures.get(document.state.procedure), command.language, at)

    return await command.carry_out(desk.intake.tickets, found.key, step, view)


async def _linked(desk: Desk, command: CommandRequest, ticket: str, body: LinkBody) -> Response:
    found, other = await desk.ticket(command.who, ticket), await desk.ticket(command.who, body.other)
    if found.key == other.key:
        return refuse(command, Refusal("linked_to_itself"))
    if body.kind is LinkKind.MERGED and other.state.over:
        return refuse(command, Refusal("merged_into_closed", params={"number": other.state.number}))
    matter = None
    if body.kind is LinkKind.SAME_MATTER:
        matter = await confirm_same_matter(desk.intake.matters, found, other, command.cause)
    return await _said(desk, command, found.key, "link", body, Words(), other=other.key, kind=body.kind, matter=matter)
