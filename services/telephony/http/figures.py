"""How well the phone is answered, counted from our own events; every share comes with the two numbers it is made of."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from contracts.fact import Instant
from contracts.refusal import Refusal
from kit.http.problems import Problem
from services.telephony.http.desk import TAG, Centre, TelephonyDesk
from services.telephony.rules.figures import DAY, Figures, Share, lowest_day

LONGEST = timedelta(days=31)


class ShareView(BaseModel):
    """`part` of `of`; no rate of nothing."""

    part: int
    of: int
    rate: float | None = None


class FiguresView(BaseModel):
    """Of the calls to us that arrived in [since, until)."""

    since: datetime
    until: datetime
    queue: str | None = None
    arrived: int
    queued: int
    answered: int
    abandoned: int
    timed_out: int
    answered_of_arrived: ShareView = Field(description="接通率: of all calls to the line")
    answered_of_queued: ShareView = Field(description="接通率: of those that came to a queue")
    in_level: ShareView = Field(description="服务水平: answered within `level_s`, of those that came to a queue")
    level_s: int
    mean_wait_ms: int | None = None
    longest_wait_ms: int | None = None


class QueueView(BaseModel):
    """A queue as it stands now."""

    queue: str
    waiting: int
    longest_wait_ms: int
    ready: int
    busy: int
    paused: int
    today: FiguresView


class ConnectionView(BaseModel):
    """GB/T 33358: of the calls of any 24 hours so many are answered; `lowest` is the worst 24 hours of the period."""

    since: datetime
    until: datetime
    connected: ShareView
    lowest: ShareView | None = None
    lowest_since: datetime | None = None


class Period(BaseModel):
    """Which stretch of time; the last 24 hours unless said."""

    since: Instant | None = None
    until: Instant | None = Field(default=None, description="before this moment; now unless said")
    queue: str | None = Field(default=None, max_length=64)


def add_figures(routes: APIRouter, desk: TelephonyDesk) -> None:
    """`GET /figures`, `GET /connection-rate`, `GET /queues`."""

    @routes.get("/figures", tags=[TAG], summary="话务指标 Figures")
    async def figures(period: Annotated[Period, Query()], who: Centre) -> FiguresView:
        since, until = _bounds(period, desk.calls.clock.now())
        found = await desk.measuring.figures(who.utility, since, until, period.queue)
        return _view(found, desk.measuring.level(who.utility, until), period.queue)

    @routes.get("/connection-rate", tags=[TAG], summary="任意24小时接通率 Connection rate of any 24 hours")
    async def connection_rate(period: Annotated[Period, Query()], who: Centre) -> ConnectionView:
        since, until = _bounds(period, desk.calls.clock.now())
        rows = [
            row for row in await desk.measuring.rows(who.utility, since, until) if period.queue in (None, row.queue)
        ]
        lowest = lowest_day(rows, since, until)
        return ConnectionView(
            since=since,
            until=until,
            connected=_share(Share(sum(row.answered for row in rows), len(rows))),
            lowest=_share(lowest.answered) if lowest else None,
            lowest_since=lowest.since if lowest else None,
        )

    @routes.get("/queues", tags=[TAG], summary="队列现状 Queues now")
    async def queues(who: Centre) -> list[QueueView]:
        now = desk.calls.clock.now()
        return [await _queue(desk, who.utility, name, now) for name in await desk.measuring.names(who.utility)]


async def _queue(desk: TelephonyDesk, utility: str, name: str, now: datetime) -> QueueView:
    standing = await desk.measuring.standing(utility, name, now)
    counted = await desk.measuring.figures(utility, now - DAY, now, name)
    return QueueView(queue=name, **standing._asdict(), today=_view(counted, desk.measuring.level(utility, now), name))


def _bounds(period: Period, now: datetime) -> tuple[datetime, datetime]:
    """Raises Problem 422 for a period that ends before it begins, or is longer than a month."""
    until = period.until or now
    since = period.since or until - DAY
    if not timedelta(0) < until - since <= LONGEST:
        raise Problem(Refusal("period_wrong", accepts=(f"> 0, ≤ {LONGEST.days} d",)), status=422)
    return since, until


def _share(share: Share) -> ShareView:
    return ShareView(part=share.part, of=share.of, rate=share.rate)


def _view(found: Figures, level: timedelta, queue: str | None) -> FiguresView:
    told = {name: _share(value) if isinstance(value, Share) else value for name, value in found._asdict().items()}
    return FiguresView.model_validate(told | {"level_s": round(level.total_seconds()), "queue": queue})
