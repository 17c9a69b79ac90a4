"""What a service said about one subject, as an API: its part of a ticket's story, without anybody's personal data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from contracts.envelope import encode
from contracts.refusal import Refusal
from contracts.vocabulary import Role
from kit.auth.principal import HolderOf
from kit.auth.scope import Principal
from kit.decide.shell import ON_ITS_WAY, UNKNOWN
from kit.http.app import problem
from kit.http.parameters import InPath
from kit.run.runtime import Worker

TAG = "经历 What was said"
Reader = Annotated[Principal, Depends(HolderOf(Role.AGENT, Role.SUPERVISOR, Role.ADMIN))]


def add_said(routes: APIRouter, workers: Sequence[Worker[Any]]) -> None:
    """`GET /events/{subject}`: the CloudEvents of a ticket, article, task or notice, oldest first."""

    @routes.get("/events/{subject}", tags=[TAG], summary="本服务就此说过的事件 What this service said about it")
    async def events(subject: InPath, who: Reader, request: Request) -> Response:
        absent = UNKNOWN
        for worker in workers:
            found = await worker.shell.shown(subject, who.utility)
            if found == UNKNOWN and subject in await worker.shell.store.load([subject]):
                return problem(request, UNKNOWN)
            if isinstance(found, Refusal):
                absent = ON_ITS_WAY if ON_ITS_WAY in (absent, found) else UNKNOWN
            else:
                said = await worker.shell.store.history(subject)
                body = b"[" + b",".join(encode(event) for event in said) + b"]"
                return Response(body, media_type="application/cloudevents-batch+json")
        return problem(request, absent)
