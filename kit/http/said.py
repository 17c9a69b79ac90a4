"""What a service said about one subject, as an API: its part of a ticket's story, without anybody's personal data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from contracts.envelope import encode
from contracts.refusal import Refusal
from contracts.vocabulary import Role
from kit.auth.principal import Principal, require
from kit.http.app import problem
from kit.run.runtime import Worker

Reader = Annotated[Principal, Depends(require(Role.AGENT, Role.SUPERVISOR, Role.ADMIN))]


def said_router(prefix: str, workers: Sequence[Worker[Any]]) -> APIRouter:
    """`GET /<prefix>/events/{subject}`: the CloudEvents of a ticket, article, task or notice, oldest first."""
    router = APIRouter(prefix=f"/{prefix}", tags=["经历 What was said"])

    @router.get("/events/{subject}", summary="本服务就此说过的事件 What this service said about it")
    async def events(subject: str, who: Reader, request: Request) -> Response:
        for worker in workers:
            if await worker.shell.get(subject, who.utility) is not None:
                said = await worker.shell.store.history(subject)
                body = b"[" + b",".join(encode(event) for event in said) + b"]"
                return Response(body, media_type="application/cloudevents-batch+json")
        return problem(request, Refusal("unknown_ticket"))

    return router
