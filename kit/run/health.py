"""Whether the process lives and is ready: named checks, and proof that the consume loop moves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from starlette.responses import Response

from kit.clock import machine_now

Check = Callable[[], Awaitable[str | None]]
"""Returns when all is well, with what an operator should know all the same, if anything.

Raises NotReady (or an outage: ConnectionError, TimeoutError) saying what is not.
"""


class NotReady(Exception):
    """A check failed; the text says what is wrong, for the operator."""


class CheckResult(BaseModel):
    """One named check."""

    ok: bool
    detail: str = ""


class Readiness(BaseModel):
    """`ready` only if every check is ok."""

    ready: bool
    checks: dict[str, CheckResult]


class Health:
    """The checks of one process; services add theirs, draining makes it unready."""

    def __init__(self, patience: timedelta = timedelta(seconds=2)) -> None:
        self._patience = patience.total_seconds()
        self._checks: dict[str, Check] = {}
        self.draining = False

    def add(self, name: str, check: Check) -> None:
        """Register a check under a name such as `routing.store`; a name is given once (ValueError)."""
        if name in self._checks:
            raise ValueError(f"there is already a check {name!r}")
        self._checks[name] = check

    async def readiness(self) -> Readiness:
        """Run all checks at once, each with the same patience."""
        results = await asyncio.gather(*(self._run(check) for check in self._checks.values()))
        found = dict(zip(self._checks, results, strict=True))
        if self.draining:
            found["draining"] = CheckResult(ok=False, detail="SIGTERM received; finishing what was begun")
        return Readiness(ready=all(result.ok for result in found.values()), checks=found)

    async def _run(self, check: Check) -> CheckResult:
        try:
            detail = await asyncio.wait_for(check(), self._patience)
        except TimeoutError:
            return CheckResult(ok=False, detail=f"no answer within {self._patience:g} s")
        except (NotReady, OSError) as error:
            return CheckResult(ok=False, detail=str(error) or type(error).__name__)
        return CheckResult(ok=True, detail=detail or "")


class ProgressCheck:
    """Proves that a consume loop moves: it polled lately, and while there is lag its position rises.

    The loop calls `polled` after every poll. A loop that hangs in a handler stops polling; one that polls but can save
    nothing (a store that is away, an event retried for ever) has lag and a position that stands still.
    """

    def __init__(
        self,
        poll_within: timedelta = timedelta(seconds=10),
        move_within: timedelta = timedelta(seconds=60),
        now: Callable[[], datetime] = machine_now,
    ) -> None:
        self._poll_within = poll_within
        self._move_within = move_within
        self._now = now
        self._polled_at: datetime | None = None
        self._moved_at = now()
        self._position = -1
        self._blocked_by = ""

    def blocked(self, reason: str) -> None:
        """The batch at hand waits for something and is tried again."""
        self._blocked_by = reason

    def polled(self, *, position: int, lag: int) -> None:
        """The loop came round: `position` rises with every event committed, `lag` is how many still wait."""
        self._polled_at = self._now()
        if position > self._position or lag <= 0:
            self._moved_at = self._polled_at
            self._blocked_by = ""
        self._position = position

    async def __call__(self) -> None:
        """The check itself; raises NotReady."""
        now = self._now()
        if self._blocked_by:
            raise NotReady(f"the batch at hand waits: {self._blocked_by}")
        if self._polled_at is None:
            raise NotReady("the consume loop has not polled yet")
        if now - self._polled_at > self._poll_within:
            raise NotReady(f"the consume loop last polled {_seconds(now - self._polled_at)} s ago")
        if now - self._moved_at > self._move_within:
            raise NotReady(f"events wait but none was handled for {_seconds(now - self._moved_at)} s")


def _seconds(duration: timedelta) -> str:
    return f"{duration.total_seconds():.0f}"


def health_router(health: Health) -> APIRouter:
    """`/livez`, `/readyz` and `/metrics`, open to the cluster and free of personal data."""
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def livez() -> dict[str, bool]:
        return {"live": True}

    @router.get("/readyz", response_model=None)
    async def readyz() -> Response:
        found = await health.readiness()
        return Response(found.model_dump_json(), 200 if found.ready else 503, media_type="application/json")

    @router.get("/metrics", response_model=None)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router
