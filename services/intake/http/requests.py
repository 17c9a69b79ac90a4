"""Requests of all channels, and what each business type asks for."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import NamedTuple

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from contracts.refusal import Refusal
from contracts.ticket import Attachment
from contracts.vocabulary import CENTRE, Channel
from contracts.windows import misplaced
from kit.auth.principal import Authenticated
from kit.auth.scope import Principal, brought_by
from kit.decide.fold import Cause
from kit.http.commands import JSON, CommandRequest
from kit.http.language import LanguageAsked
from kit.http.parameters import InPath
from kit.http.problems import Problem, granted
from procedures.model import Procedure
from services.intake.http.bodies import RequestBody
from services.intake.http.desk import ByFrontOffice, FrontDesk, refuse
from services.intake.http.views import AcceptedView, FormView, form_view, placed_view
from services.intake.looking import Look
from services.intake.people.register import Customer, verified
from services.intake.people.rules.person import LOOKED_UP
from services.intake.requests.accepting import Accepted, accept
from services.intake.requests.intake import in_its_call, own_key
from services.intake.rules.request import Request, order_name

TAG = "受理 Requests"


class Caller(NamedTuple):
    """Who asks, and the files they enclose."""

    customer: Customer
    attachments: tuple[Attachment, ...]


def add_requests(routes: APIRouter, desk: FrontDesk) -> None:
    """`POST /requests`, `GET /forms/{type}`."""

    @routes.post(
        "/requests", tags=[TAG], status_code=201, response_model=AcceptedView, summary="受理诉求 Accept a request"
    )
    async def receive(body: RequestBody, command: ByFrontOffice) -> Response:
        """One contact on any channel. Demands of different units become a ticket each; what a customer's open ticket
        already says becomes an urge or a supplement of it. With an Idempotency-Key it is accepted once.
        """
        return await _receive(desk, body, command)

    @routes.get("/forms/{type}", tags=[TAG], summary="受理要素 What a business type asks for")
    async def form(type: InPath, who: Authenticated, language: LanguageAsked) -> FormView:
        procedure = desk.procedure(who.utility, desk.now())
        if type not in procedure.types:
            raise Problem(Refusal("type_unknown", params={"type": type}, accepts=tuple(procedure.types)), status=404)
        return form_view(type, procedure, language)


async def _receive(desk: FrontDesk, body: RequestBody, command: CommandRequest) -> Response:
    at = command.moment(body.at, desk.intake.tickets.clock)
    if (refusal := misplaced(body, desk.now())) is not None:
        return refuse(command, refusal)
    if not _may_bring(command.who, body):
        raise Problem(Refusal("not_your_channel", accepts=(*command.who.channels, *command.who.platforms)))
    if body.parent is not None:
        await desk.ticket(command.who, body.parent)
    procedure = desk.procedure(command.who.utility, at)
    caller = await _caller(desk, body, command)
    if isinstance(caller, Refusal):
        return refuse(command, caller)
    request = body.request(
        at=at,
        by=command.by,
        customer_ref=caller.customer.ref,
        anonymous=not any(field in LOOKED_UP for field in (*body.customer.fields(), *caller.customer.on_file)),
        given=body.given(caller.customer.on_file),
        verified=await _verified(desk, command.who, body, caller.customer, procedure),
        explained=_explained(body, procedure),
        attachments=caller.attachments,
        procedure=procedure,
    )
    if body.appeals is not None:
        request = request.model_copy(update={"appeals": (await desk.ticket(command.who, body.appeals)).key})
    utility, stated, cause = command.who.utility, body.customer.fields(), _cause(body, command)
    outcome = await accept(
        desk.intake,
        await in_its_call(desk.intake, utility, request),
        procedure,
        utility=utility,
        cause=cause,
        fingerprint=command.fingerprint,
        once_checked=lambda: desk.people.remember(utility, caller.customer, stated, at, procedure, cause),
    )
    if isinstance(outcome, Refusal):
        return refuse(command, outcome)
    return _shown(outcome, request, procedure, command)


def _may_bring(who: Principal, body: RequestBody) -> bool:
    """The centre takes requests of every channel, a connected system those of its own."""
    platform = body.gov.platform if body.gov else None
    return who.has(*CENTRE) or brought_by(who, channel=body.channel, platform=platform)


def _cause(body: RequestBody, command: CommandRequest) -> Cause:
    """A platform that sends the same order again after a lost answer means it once, even without an Idempotency-Key."""
    if body.gov is None or command.key is not None:
        return command.cause
    said = hashlib.sha256(body.model_dump_json().encode()).hexdigest()
    return replace(command.cause, id=f"gov/{command.who.utility}/{order_name(body.gov)}/{said}")


async def _caller(desk: FrontDesk, body: RequestBody, command: CommandRequest) -> Caller | Refusal:
    key = own_key(desk.intake, command.who.utility)
    attachments = await desk.files_named(command.who, body.attachments)
    if isinstance(attachments, Refusal):
        return attachments
    if body.customer.ref is None:
        return Caller(await desk.people.recognise(body.customer.fields(), _cause(body, command), key), attachments)
    customer = await desk.people.customer(body.customer.ref, key)
    return Refusal("unknown_customer") if customer is None else Caller(customer, attachments)


async def _verified(
    desk: FrontDesk, who: Principal, body: RequestBody, customer: Customer, procedure: Procedure
) -> bool | None:
    """Compared with the file where the caller's words were sent, which is a try like any other; else as told."""
    if body.identity is None:
        return body.verified
    look = Look("verification", procedure.ref, customer.ref, fields=tuple(body.identity.fields()))
    granted(await desk.looks.tried(who, look))
    named = {*(item.type for item in body.items), body.type}
    asked = [rules.identity for name, rules in procedure.types.items() if name in named and rules.identity]
    return all(verified(customer, body.identity.fields(), identity) for identity in asked)


def _explained(body: RequestBody, procedure: Procedure) -> bool:
    """On channels where nobody waits there is nobody to explain to."""
    if body.reason_explained is not None:
        return body.reason_explained
    rule = procedure.acceptance.reason_explained
    return rule is None or Channel(body.channel) not in rule.value


def _shown(accepted: Accepted, request: Request, procedure: Procedure, command: CommandRequest) -> Response:
    view = AcceptedView(
        contact=accepted.contact,
        customer=request.customer_ref,
        tickets=tuple(placed_view(placed, procedure, command.language) for placed in accepted.placed),
    )
    headers = {"Idempotency-Replayed": "true"} if accepted.replayed else {}
    return Response(orjson.dumps(view.model_dump(mode="json", exclude_none=True)), 201, headers, JSON)
