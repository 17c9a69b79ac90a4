"""Callers who hung up before anybody answered, until they are reached."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field
from starlette.responses import Response

from contracts.fact import Instant
from contracts.refusal import Refusal
from kit.decide.steps import Step, accepted_now
from kit.http.commands import CommandRequest
from kit.http.paging import Page, PageAsked, page_of
from kit.http.problems import Problem
from kit.http.steps import StepBody, Things, add_step, command_of
from kit.store.port import Document, Range
from services.intake.calls.rules import missed
from services.intake.calls.rules.missed import MissedCaller
from services.intake.http.calls import TAG, masked_number
from services.intake.http.desk import Centre, FrontDesk
from services.intake.looking import Look


class MissedCallerView(BaseModel):
    """A caller who hung up before anybody answered: all calls in vain of one number, merged."""

    id: str
    number: str | None = Field(default=None, description="masked")
    queue: str | None = None
    calls: tuple[str, ...]
    first_at: AwareDatetime | None = None
    last_at: AwareDatetime | None = None
    due: AwareDatetime | None = Field(default=None, description="when they must be called back")
    overdue: bool = False
    attempts: int = Field(description="our calls that did not reach them")
    settled: str | None = None
    reason: str | None = None
    accepts: tuple[str, ...] = ()


class MissedFilter(BaseModel):
    """Which callers are listed, the earliest due first."""

    due_before: Instant | None = None


_EVER = datetime.fromtimestamp(0, UTC)
_MISSED = Things("/missed-calls/{caller}", MissedCallerView, "missed_step", "missed_call_")


def add_missed_calls(routes: APIRouter, desk: FrontDesk) -> None:
    """`GET /missed-calls` and the steps on one."""
    kept = desk.intake.calls

    @routes.get("/missed-calls", tags=[TAG], summary="未接来电回拨 Callers to be called back")
    async def listed(
        filters: Annotated[MissedFilter, Query()], who: Centre, paging: PageAsked
    ) -> Page[MissedCallerView]:
        """Who hung up before anybody answered, the earliest due first; who got through since is not here."""
        page = await page_of(
            kept.missed.store,
            missed.fields,
            lambda caller: caller,
            paging,
            utility=who.utility,
            where=(Range("due", _EVER, filters.due_before),),
            order="due",
        )
        look = Look("missed_calls", desk.procedure(who.utility, desk.now()).ref)
        key = await desk.looks.written(who, look)
        numbers = await kept.opened((caller.state.number_ref for caller in page.items), key)
        shown = [_missed_view(desk, caller, masked_number(numbers, caller.state.number_ref)) for caller in page.items]
        return Page[MissedCallerView](items=shown, next=page.next, incomplete=page.incomplete)

    async def take(caller: str, step: Step[MissedCaller], body: StepBody, asked: CommandRequest) -> Response:
        if await kept.missed.get(caller, asked.who.utility) is None:
            raise Problem(Refusal("unknown_missed_call"))
        command = command_of(step, body, asked, kept.missed.clock)
        return await asked.carry_out(
            kept.missed,
            caller,
            lambda state, procedure: step.taken(state, command, procedure),
            lambda document: _missed_view(desk, document),
        )

    for step in missed.STEPS.values():
        add_step(routes, _MISSED, step, take, tag=TAG)


def _missed_view(desk: FrontDesk, document: Document[MissedCaller], number: str | None = None) -> MissedCallerView:
    caller = document.state
    own = {name: getattr(caller, name) for name in MissedCallerView.model_fields if name in MissedCaller.model_fields}
    return MissedCallerView(
        id=document.key,
        number=number,
        overdue=caller.is_owed and caller.due is not None and caller.due < desk.now(),
        attempts=len(caller.tried),
        accepts=accepted_now(missed.STEPS, caller, None, desk.procedure_of(caller.procedure)),
        **own,
    )
