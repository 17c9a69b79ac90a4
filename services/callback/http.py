"""The callback desk: whom to call next, what the unit replied, and what came of each call."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, Field
from starlette.responses import Response

from contracts.fact import Instant, Score, Word
from contracts.refusal import Refusal
from contracts.ticket import Attachment
from contracts.vocabulary import CENTRE, CallKind, CallOutcome
from kit.auth.principal import HolderOf
from kit.auth.scope import Principal, brought_by
from kit.decide.shell import Shell
from kit.decide.steps import Step
from kit.http.app import problem
from kit.http.commands import CommandRequest, shown
from kit.http.paging import Page, PageAsked, page_of
from kit.http.parameters import InPath
from kit.http.routes import PlainRoute
from kit.http.steps import StepBody, Things, add_step, command_of
from kit.store.port import Document, Equal, Range
from procedures.model import Procedure
from services.callback.rules import (
    STEPS,
    Calls,
    CallStage,
    accepted_now,
    next_call_not_after,
    next_call_not_before,
)
from services.callback.rules.dialling import Dial
from services.callback.rules.line import PhoneCall, begun
from services.callback.rules.lists import fields

TAG = "回复回访 Callbacks"
_EPOCH = datetime.fromtimestamp(0, UTC)

Centre = Annotated[Principal, Depends(HolderOf(*CENTRE))]


class CallsView(BaseModel):
    """The call owed on a ticket, the reply to tell the customer, and what earlier calls came to."""

    ticket: str
    type: str
    kind: CallKind
    stage: CallStage
    not_before: AwareDatetime | None = None
    not_after: AwareDatetime | None = None
    appointed_for: AwareDatetime | None = None
    made: int = Field(description="calls made since the reply")
    counted: int = Field(description="of these, attempts that failed for the customer's reasons")
    unit: str | None = None
    opinion: str | None = Field(default=None, description="the unit's reply, to be known before dialling")
    result: str | None = None
    attachments: tuple[Attachment, ...] = ()
    public: bool = Field(description="false: told to the caller alone, never published")
    replied_at: AwareDatetime | None = None
    outcome: CallOutcome | None = None
    solved: Word | None = None
    satisfaction: Score | None = None
    satisfied: bool | None = None
    declined: bool = Field(default=False, description="asked for a score, and gave none")
    mismatch: Word | None = None
    basis: str | None = None
    reason: str | None = None
    accepts: tuple[str, ...] = Field(default=(), description="the steps that would be heard now")


class PlanRow(BaseModel):
    """A call to be made."""

    ticket: str
    type: str
    kind: CallKind
    not_before: AwareDatetime
    not_after: AwareDatetime | None = None
    appointed: bool
    attempt: int
    unit: str | None = None
    overdue: bool = Field(description="the first call was due by now")


class PlanFilter(BaseModel):
    """Which plans are listed."""

    due_before: Instant | None = Field(default=None, description="calls that may be made before this moment")
    kind: CallKind | None = None


_CALLS = Things("/tickets/{ticket}", CallsView, "callback_step")


def router(shell: Shell[Calls], lines: Shell[PhoneCall]) -> APIRouter:
    """The desk's API. Only the centre calls customers back, so only its people see it."""
    routes = APIRouter(route_class=PlainRoute)

    def view(document: Document[Calls]) -> CallsView:
        return calls_view(document, shell.procedure_of(document.state.procedure))

    async def take(ticket: str, step: Step[Calls], body: StepBody, asked: CommandRequest) -> Response:
        command = command_of(step, body, asked, shell.clock)
        response = await asked.carry_out(
            shell,
            ticket,
            lambda state, procedure: step.taken(state, command, procedure),
            view,
            sees=lambda state: _sees(asked.who, state),
        )
        if isinstance(command, Dial) and response.status_code == HTTPStatus.OK:
            await _expect(shell, lines, ticket, command, asked)
        return response

    for step in STEPS.values():
        add_step(routes, _CALLS, step, take, tag=TAG)

    @routes.get(
        "/tickets/{ticket}", tags=[TAG], response_model=CallsView, summary="回访内容 The call owed, with the reply"
    )
    async def calls_of(ticket: InPath, who: Centre, request: Request) -> Response:
        found = await shell.shown(ticket, who.utility)
        return problem(request, found) if isinstance(found, Refusal) else shown(found, view)

    @routes.get("/plans", tags=[TAG], summary="待回访 Calls to be made")
    async def plans(filters: Annotated[PlanFilter, Query()], who: Centre, paging: PageAsked) -> Page[PlanRow]:
        now = shell.clock.now()
        kind = () if filters.kind is None else (Equal("kind", filters.kind.value),)
        return await page_of(
            shell.store,
            fields,
            lambda document: _row(document, now),
            paging,
            utility=who.utility,
            where=(*kind, Range("call_not_before", _EPOCH, filters.due_before)),
            order="call_not_before",
        )

    return routes


async def _expect(
    shell: Shell[Calls], lines: Shell[PhoneCall], ticket: str, command: Dial, asked: CommandRequest
) -> None:
    """From now on what the line tells of this call is the ticket's; answered only once that is sure."""
    document = await shell.get(ticket, asked.who.utility)
    assert document is not None
    new = PhoneCall(procedure=document.state.procedure, ticket=ticket, by=command.by)
    await lines.do(
        command.call,
        lambda state, _: begun(state, new),
        utility=asked.who.utility,
        cause=asked.cause,
        creates=document.state.procedure,
    )


def _sees(who: Principal, state: Calls) -> bool:
    """The centre calls everybody back, a connected system those whose request it brought."""
    return who.has(*CENTRE) or brought_by(who, channel=state.channel or "", platform=state.platform)


def calls_view(document: Document[Calls], procedure: Procedure) -> CallsView:
    """The calls of one ticket as the desk sees them."""
    state = document.state
    window = {"not_before": next_call_not_before(state), "not_after": next_call_not_after(state)}
    shared = {name: getattr(state, name) for name in CallsView.model_fields if name in Calls.model_fields}
    own = {"ticket": document.key, "kind": state.owed, "accepts": accepted_now(state, procedure)}
    return CallsView.model_validate(shared | window | own)


def _row(document: Document[Calls], now: datetime) -> PlanRow:
    state = document.state
    assert state.not_before is not None
    return PlanRow(
        ticket=document.key,
        type=state.type,
        kind=state.owed,
        not_before=state.not_before,
        not_after=state.not_after,
        appointed=state.appointed_for is not None,
        attempt=state.made + 1,
        unit=state.unit,
        overdue=state.not_after is not None and state.not_after < now,
    )
