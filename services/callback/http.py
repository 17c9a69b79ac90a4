"""The callback desk: whom to call next, what the unit replied, and what came of each call."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

from contracts.fact import Score, Word
from contracts.refusal import Refusal
from contracts.ticket import Attachment
from contracts.vocabulary import CallKind, CallOutcome, Role
from kit.auth.principal import HolderOf, Principal
from kit.decide.shell import Shell
from kit.http.app import problem
from kit.http.commands import CommandBy, CommandRequest, shown
from kit.http.paging import Page, PageAsked, page_of
from kit.http.routes import PlainRoute
from kit.store.port import Document, Equal, Range
from services.callback.rules import (
    CallBack,
    Calls,
    CallStage,
    call_back,
    next_call_not_after,
    next_call_not_before,
)
from services.callback.rules.lists import fields

TAG = "回复回访 Callbacks"
_EPOCH = datetime.fromtimestamp(0, UTC)

Centre = Annotated[Principal, Depends(HolderOf(Role.AGENT, Role.SUPERVISOR))]
ByCentre = Annotated[CommandRequest, Depends(CommandBy(Role.AGENT, Role.SUPERVISOR, Role.INTEGRATION))]


class Attempt(BaseModel):
    """What came of one call to the customer."""

    model_config = ConfigDict(extra="forbid")

    outcome: CallOutcome
    solved: Word | None = Field(default=None, description="诉求是否得到解决; asked in every satisfaction call")
    satisfaction: Score | None = Field(default=None, description="on the procedure's scale")
    mismatch: Word | None = Field(default=None, description="the ground on which the work order is sent back")
    basis: str | None = Field(default=None, min_length=1, max_length=2000, description="needed with a mismatch")
    appointment: AwareDatetime | None = Field(default=None, description="needed when it was not convenient")
    reason: str | None = Field(default=None, min_length=1, max_length=500, description="why nobody was reached")
    at: AwareDatetime | None = Field(default=None, description="only from a connected system; otherwise it is now")


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
    opinion: str | None = Field(default=None, description="the unit's reply, to be known before dialling (R004-096)")
    result: str | None = None
    attachments: tuple[Attachment, ...] = ()
    public: bool = Field(description="false: told to the caller alone, never published (R004-041)")
    replied_at: AwareDatetime | None = None
    outcome: CallOutcome | None = None
    solved: Word | None = None
    satisfaction: Score | None = None
    satisfied: bool | None = None
    mismatch: Word | None = None
    basis: str | None = None
    reason: str | None = None


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


class PlansAsked(BaseModel):
    """Which plans are listed."""

    due_before: AwareDatetime | None = Field(default=None, description="calls that may be made before this moment")
    kind: CallKind | None = None


def router(shell: Shell[Calls]) -> APIRouter:
    """The desk's API. Only the centre calls customers back, so only its people see it."""
    routes = APIRouter(route_class=PlainRoute)

    @routes.post(
        "/tickets/{ticket}/attempts", tags=[TAG], response_model=CallsView, summary="记录一次回访 Record one call"
    )
    async def attempt(ticket: str, body: Attempt, command: ByCentre) -> Response:
        """The answer shows what follows: done, or when the next call may be made.

        A new request raised in the call is not part of it: post it to `/intake/requests` with this ticket as `parent`;
        the original is handled first (第十四条(九), R004-103).
        """
        given = CallBack(
            at=command.moment(body.at, shell.clock), by=command.by, **body.model_dump(exclude={"at"}, exclude_none=True)
        )
        return await command.carry_out(
            shell, ticket, lambda state, procedure: call_back(state, given, procedure), _view
        )

    @routes.get(
        "/tickets/{ticket}", tags=[TAG], response_model=CallsView, summary="回访内容 The call owed, with the reply"
    )
    async def calls_of(ticket: str, who: Centre, request: Request) -> Response:
        document = await shell.get(ticket, who.utility)
        return problem(request, Refusal("unknown_ticket")) if document is None else shown(document, _view)

    @routes.get("/plans", tags=[TAG], summary="待回访 Calls to be made")
    async def plans(asked: Annotated[PlansAsked, Query()], who: Centre, paging: PageAsked) -> Page[PlanRow]:
        now = shell.clock.now()
        kind = () if asked.kind is None else (Equal("kind", asked.kind.value),)
        return await page_of(
            shell.store,
            fields,
            lambda document: _row(document, now),
            paging,
            utility=who.utility,
            where=(*kind, Range("call_not_before", _EPOCH, asked.due_before)),
            order="call_not_before",
        )

    return routes


def _view(document: Document[Calls]) -> CallsView:
    state = document.state
    window = {"not_before": next_call_not_before(state), "not_after": next_call_not_after(state)}
    shared = {name: getattr(state, name) for name in CallsView.model_fields if name in Calls.model_fields}
    return CallsView.model_validate(shared | window | {"ticket": document.key, "kind": state.owed})


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
