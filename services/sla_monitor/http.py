"""What supervisors, units and divisions ask of the clocks: those of one ticket, and those due next or overdue."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, Field
from starlette.responses import Response

from contracts.fact import Instant, Line, Word
from contracts.refusal import Refusal
from contracts.vocabulary import ClockState, Role
from kit.auth.principal import HolderOf
from kit.auth.scope import Principal, may_see, seen_by
from kit.decide.shell import UNKNOWN, Shell
from kit.http.app import problem
from kit.http.commands import shown
from kit.http.language import LanguageAsked
from kit.http.paging import Page, PageAsked, Paging, page_of
from kit.http.parameters import InPath
from kit.http.problems import Problem
from kit.http.routes import PlainRoute
from kit.store.port import Condition, Document, Equal, Range
from procedures.loader import Procedures
from procedures.model import Origin, Procedure
from services.sla_monitor.rules import Sla, SlaClock
from services.sla_monitor.rules.explaining import explanation
from services.sla_monitor.rules.lists import fields
from texts import Language

TAG = "时限 Clocks"
MOST_PAGES = 20
"""Store pages read for one answer when a filter passes most tickets over; the cursor goes on from there."""

_EPOCH = datetime.fromtimestamp(0, UTC)
_ORDER = {"running": "next_due", "missed": "overdue_since"}

Reader = Annotated[Principal, Depends(HolderOf(Role.AGENT, Role.SUPERVISOR, Role.DIVISION, Role.UNIT))]


class CandidateView(BaseModel):
    """A limit that was considered; `binding` is the one that counts."""

    due: AwareDatetime
    limit: str | None = None
    source: str
    rule: str | None = None
    origin: Origin | None = Field(default=None, description="absent for the binding one")
    binding: bool = False


class ClockView(BaseModel):
    """One run of a clock."""

    clock: str
    name: str = Field(description="in the reader's language")
    round: int
    state: ClockState
    started_at: AwareDatetime
    due: AwareDatetime
    limit: str | None = Field(default=None, description="as the procedure writes it, `3 working days`")
    source: str = Field(description="the clause, as the procedure cites it")
    rule: str | None = None
    advisory: bool = False
    warned_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    late_by_s: int | None = None
    overdue: bool = Field(default=False, description="missed, and what is owed has not come yet")


class ExplainedClockView(ClockView):
    """A clock with every limit considered and the reasons in words."""

    candidates: list[CandidateView]
    explanation: str


class TicketClocks(BaseModel):
    """All clocks of one ticket (or article, task, notice), oldest first, earlier rounds included."""

    ticket: str
    procedure: str
    unit: str | None = None
    division: str | None = None
    clocks: list[ExplainedClockView]


class DueRow(BaseModel):
    """A ticket in the list with those of its clocks that were asked for."""

    ticket: str
    unit: str | None = None
    division: str | None = None
    next_due: AwareDatetime | None = None
    overdue_since: AwareDatetime | None = None
    clocks: list[ClockView]


class ClockFilter(BaseModel):
    """Which clocks are listed."""

    state: Literal["running", "missed"] = Field(
        default="running", description="`missed` lists what is overdue and still owed"
    )
    clock: Word | None = None
    due_before: Instant | None = None
    unit: Line | None = None

    def fits(self, clock: SlaClock) -> bool:
        """Whether this clock of a listed ticket was asked for."""
        return (
            clock.is_open
            and clock.state.value == self.state
            and (self.clock is None or clock.name == self.clock)
            and (self.due_before is None or clock.due < self.due_before)
        )

    def where(self, scope: tuple[Condition, ...]) -> tuple[Condition, ...]:
        """A ticket's earliest deadline is never later than the one asked for, so no ticket is passed over."""
        unit = () if self.unit is None else (Equal("unit", self.unit),)
        return (*scope, *unit, Range(_ORDER[self.state], _EPOCH, self.due_before))


def router(shell: Shell[Sla], procedures: Procedures) -> APIRouter:
    """The monitor's API."""
    routes = APIRouter(route_class=PlainRoute)

    @routes.get(
        "/tickets/{ticket}/clocks",
        tags=[TAG],
        response_model=TicketClocks,
        summary="工单时限说明 Every clock of a ticket, explained",
    )
    async def clocks_of(ticket: InPath, who: Reader, language: LanguageAsked, request: Request) -> Response:
        document = await shell.shown(ticket, who.utility)
        if isinstance(document, Refusal):
            return problem(request, document)
        if not _may_see(who, document):
            return problem(request, UNKNOWN)
        procedure = shell.procedure_of(document.state.procedure)
        return shown(document, lambda found: _ticket_clocks(found, procedure, language))

    @routes.get("/clocks", tags=[TAG], summary="将到期与已超时 What is due next or overdue")
    async def due(
        filters: Annotated[ClockFilter, Query()], who: Reader, paging: PageAsked, language: LanguageAsked
    ) -> Page[DueRow]:
        scope = seen_by(who)
        if scope is None:
            raise Problem(Refusal("role_missing"))
        if filters.clock is not None:
            _known(filters.clock, who.utility, procedures)
        return await _page(shell, filters, scope, paging, who.utility, language)

    return routes


def _may_see(who: Principal, document: Document[Sla]) -> bool:
    state = document.state
    return may_see(who, utility=document.utility, unit=state.unit, division=state.division)


def _known(clock: str, utility: str, procedures: Procedures) -> None:
    """Raises Problem 422 for a clock that no procedure of the utility has."""
    known = {name: None for procedure in procedures.of(utility) for name in procedure.clocks}
    if clock not in known:
        raise Problem(Refusal("clock_unknown", accepts=tuple(known)), status=422)


async def _page(
    shell: Shell[Sla],
    filters: ClockFilter,
    scope: tuple[Condition, ...],
    paging: Paging,
    utility: str,
    language: Language,
) -> Page[DueRow]:
    """The next page with a row in it: filtering by clock may empty pages, which nobody wants to turn by hand."""
    cursor, incomplete = paging.cursor, None
    for _ in range(MOST_PAGES):
        page = await page_of(
            shell.store,
            fields,
            lambda document: _row(document, filters, shell.procedure_of(document.state.procedure), language),
            replace(paging, cursor=cursor),
            utility=utility,
            where=filters.where(scope),
            order=_ORDER[filters.state],
        )
        rows, cursor, incomplete = [row for row in page.items if row.clocks], page.next, page.incomplete or incomplete
        if rows or cursor is None:
            break
    return Page(items=rows, next=cursor, incomplete=incomplete)


def _row(document: Document[Sla], filters: ClockFilter, procedure: Procedure, language: Language) -> DueRow:
    state = document.state
    found = fields(state)
    return DueRow.model_validate(
        {
            "ticket": document.key,
            **found,
            "clocks": [_clock(clock, procedure, language) for clock in state.clocks if filters.fits(clock)],
        }
    )


def _ticket_clocks(document: Document[Sla], procedure: Procedure, language: Language) -> TicketClocks:
    state = document.state
    return TicketClocks(
        ticket=document.key,
        procedure=state.procedure,
        unit=state.unit,
        division=state.division,
        clocks=[_explained(clock, procedure, language) for clock in state.clocks],
    )


def _clock(clock: SlaClock, procedure: Procedure, language: Language) -> ClockView:
    return ClockView(
        clock=clock.name,
        name=procedure.name_of("clock", clock.name).of(language),
        late_by_s=clock.late_by,
        overdue=clock.is_open and clock.state is ClockState.MISSED,
        **clock.model_dump(include=_SHARED),
    )


_SHARED = set(ClockView.model_fields) & set(SlaClock.model_fields) - {"name"}


def _explained(clock: SlaClock, procedure: Procedure, language: Language) -> ExplainedClockView:
    binding = CandidateView(due=clock.due, limit=clock.limit, source=clock.source, rule=clock.rule, binding=True)
    rivals = [CandidateView.model_validate(rival._asdict()) for rival in clock.rivals]
    return ExplainedClockView(
        **_clock(clock, procedure, language).model_dump(),
        candidates=[binding, *rivals],
        explanation=explanation(clock, procedure, language),
    )
