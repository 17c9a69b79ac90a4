"""Calls at the front desk: who is on the line, the calls of a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, Field
from starlette.responses import Response

from contracts.fact import Instant, Word
from contracts.refusal import Refusal
from contracts.vocabulary import CallDirection
from kit.decide.steps import Step, accepted_now
from kit.http.app import problem
from kit.http.commands import CommandRequest
from kit.http.language import LanguageAsked
from kit.http.paging import Page, PageAsked, page_of
from kit.http.parameters import InPath
from kit.http.problems import Problem, granted
from kit.http.steps import StepBody, Things, add_step, command_of
from kit.store.port import Condition, Document, Equal, Range
from services.intake.calls.rules import call as calls
from services.intake.calls.rules.call import Call
from services.intake.http.customers import panel
from services.intake.http.desk import Centre, FrontDesk
from services.intake.http.views import PanelView
from services.intake.looking import Key, Look
from services.intake.people.rules.person import PersonalField, masked
from services.intake.requests.intake import calls_of

TAG = "来电 Calls"


class CallView(BaseModel):
    """One call: who, when, what it came to, and its tickets. No number: who may dial asks for it with a reason."""

    id: str
    direction: str | None = None
    number: str | None = Field(default=None, description="masked")
    ticket: str | None = Field(default=None, description="the one it was dialled for")
    queue: str | None = None
    station: str | None = None
    agent: str | None = None
    arrived_at: AwareDatetime | None = None
    answered_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    outcome: str | None = None
    waited_ms: int | None = None
    rang_ms: int | None = None
    talked_ms: int = 0
    recording: str | None = Field(default=None, description="what to ask telephony's recordings for")
    code: Word | None = Field(default=None, description="what it came to where it led to no ticket")
    tickets: tuple[str, ...] = Field(default=(), description="tickets that contacts in the call led to")
    accepts: tuple[str, ...] = ()


class CallScreenView(BaseModel):
    """A call with everybody known under its number, their latest tickets first."""

    call: CallView
    customers: tuple[PanelView, ...] = ()


class CallFilter(BaseModel):
    """Which calls are listed, newest first."""

    agent: str | None = Field(default=None, max_length=255)
    direction: CallDirection | None = None
    outcome: Word | None = None
    since: Instant | None = None
    until: Instant | None = Field(default=None, description="before this moment")


_CALLS = Things("/calls/{call}", CallView, "call_step", "call_")


def add_calls(routes: APIRouter, desk: FrontDesk) -> None:
    """`GET /calls/{call}` with its steps, `GET /calls`, `GET /tickets/{ticket}/calls`."""
    kept = desk.intake.calls
    _add_steps(routes, desk)

    @routes.get("/calls/{call}", tags=[TAG], response_model=CallScreenView, summary="来电弹屏 Who is on the line")
    async def one(call: InPath, who: Centre, language: LanguageAsked, request: Request) -> Any:
        """The call with everybody known under its number; the look is recorded."""
        found = await kept.calls.get(call, who.utility)
        if found is None:
            return problem(request, Refusal("unknown_call"))
        index = found.state.number_index
        key = granted(await desk.looks.counted(who, Look("screen", found.state.procedure, number=index)))
        known = await desk.people.find(PersonalField.CONTACT, index, key) if index else []
        panels = tuple([await panel(desk, who.utility, each, language) for each in known])
        (call_view,) = await _views(desk, [found], key)
        return CallScreenView(call=call_view, customers=panels)

    @routes.get("/calls", tags=[TAG], summary="通话列表 Calls, newest first")
    async def listed(filters: Annotated[CallFilter, Query()], who: Centre, paging: PageAsked) -> Page[CallView]:
        """Without numbers; one call shows its own, masked."""
        same = {name: getattr(filters, name) for name in ("agent", "direction", "outcome")}
        where: list[Condition] = [Equal(name, value) for name, value in same.items() if value is not None]
        where.append(Range("arrived_at", filters.since, filters.until))
        return await page_of(
            kept.calls.store,
            calls.fields,
            lambda call: _call_view(desk, call),
            paging,
            utility=who.utility,
            where=where,
            order="arrived_at",
            descending=True,
        )

    @routes.get("/tickets/{ticket}/calls", tags=[TAG], summary="工单的通话 The calls of a ticket, with recordings")
    async def of_ticket(ticket: InPath, who: Centre) -> list[CallView]:
        """Those in which it was spoken of, and those we made for it, the earliest first."""
        document = await desk.ticket(who, ticket)
        look = Look("calls", document.state.procedure, document.state.customer_ref, ticket=document.key)
        return await _views(desk, await calls_of(desk.intake, document), await desk.looks.written(who, look))


def _add_steps(routes: APIRouter, desk: FrontDesk) -> None:
    kept = desk.intake.calls

    async def take(call: str, step: Step[Call], body: StepBody, asked: CommandRequest) -> Response:
        if await kept.calls.get(call, asked.who.utility) is None:
            raise Problem(Refusal("unknown_call"))
        command = command_of(step, body, asked, kept.calls.clock)
        return await asked.carry_out(
            kept.calls,
            call,
            lambda state, procedure: step.taken(state, command, procedure),
            lambda document: _call_view(desk, document),
        )

    for step in calls.STEPS.values():
        add_step(routes, _CALLS, step, take, tag=TAG)


async def _views(desk: FrontDesk, found: Iterable[Document[Call]], key: Key) -> list[CallView]:
    shown = list(found)
    numbers = await desk.intake.calls.opened((each.state.number_ref for each in shown), key)
    return [
        _call_view(desk, each).model_copy(update={"number": masked_number(numbers, each.state.number_ref)})
        for each in shown
    ]


def masked_number(numbers: Mapping[str, str], ref: str | None) -> str | None:
    """A number of the vault as screens show it."""
    number = numbers.get(ref) if ref is not None else None
    return masked(PersonalField.CONTACT, number) if number is not None else None


def _call_view(desk: FrontDesk, document: Document[Call], number: str | None = None) -> CallView:
    own = {name: getattr(document.state, name) for name in CallView.model_fields if name in Call.model_fields}
    accepts = accepted_now(calls.STEPS, document.state, None, desk.procedure_of(document.state.procedure))
    return CallView(id=document.key, number=number, accepts=accepts, **own)
