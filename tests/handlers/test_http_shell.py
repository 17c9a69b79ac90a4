"""The HTTP shell over a real shell and store: who may, what happened, and every "no" with its reason."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Request
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import REGISTRY
from pydantic import AwareDatetime, BaseModel, ConfigDict
from starlette.responses import Response, StreamingResponse

from contracts.refusal import Outcome, Refusal
from contracts.ticket import TicketSigned
from contracts.vocabulary import Role, Stage
from kit.auth.issuer import BuiltInIssuer, seeded_user
from kit.auth.principal import Authenticated, HolderOf
from kit.auth.scope import Principal
from kit.clock import SteppedClock
from kit.decide.decider import Decider
from kit.decide.shell import Shell, TooManyConflicts
from kit.http.app import create_app, problem
from kit.http.commands import CommandBy, CommandRequest, shown
from kit.http.routes import PlainRoute
from kit.http.uploads import file_of
from kit.run.health import Health
from kit.settings import Settings, load_settings
from kit.store.memory import MemoryStore
from kit.store.port import Collection, Document, StoreAway
from kit.telemetry.tracing import build_provider
from tests.outbox import Outbox

ByUnitAgentOrSystem = Annotated[CommandRequest, Depends(CommandBy(Role.UNIT, Role.AGENT, Role.INTEGRATION))]
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


class Order(BaseModel):
    model_config = ConfigDict(frozen=True)
    procedure: str = "p@2026-01-01"
    note: str = ""
    wake_at: datetime | None = None


class Note(BaseModel):
    note: str
    type: Stage = Stage.ACCEPTED
    at: AwareDatetime | None = None


class OrderView(BaseModel):
    id: str
    note: str


def view(document: Document[Order]) -> OrderView:
    return OrderView(id=document.key, note=document.state.note)


def sign(command: CommandRequest, body: Note, state: Order | None) -> Outcome[Order]:
    if state is None:
        return Refusal("unknown_ticket", transient=True)
    if body.note == "twice" and state.note == "twice":
        return Refusal("order_already_declined", clause="第十五条(三)1", rule="R004-121", accepts=("another note",))
    at = command.moment(body.at, SteppedClock(NOON))
    return state.model_copy(update={"note": body.note}), (TicketSigned(at=at, by=command.by, unit="jinan"),)


def routes(shell: Shell[Order]) -> APIRouter:
    router = APIRouter(tags=["work orders"], route_class=PlainRoute)

    @router.post("/orders/{order}", response_model=OrderView, status_code=201)
    async def open_order(order: str, body: Note, command: ByUnitAgentOrSystem) -> Response:
        return await command.carry_out(
            shell, order, lambda _s, _p: (Order(note=body.note), ()), view, creates="p@2026-01-01", status=201
        )

    @router.post("/orders/{order}/sign", response_model=OrderView)
    async def sign_order(order: str, body: Note, command: ByUnitAgentOrSystem) -> Response:
        return await command.carry_out(shell, order, lambda state, _: sign(command, body, state), view)

    @router.get("/orders/{order}", response_model=OrderView)
    async def get_order(order: str, who: Authenticated, request: Request) -> Response:
        document = await shell.get(order, who.utility)
        return problem(request, Refusal("unknown_ticket")) if document is None else shown(document, view)

    @router.get("/admin")
    async def admin(who: Annotated[Principal, Depends(HolderOf(Role.ADMIN, Role.SUPERVISOR))]) -> str:
        return who.subject

    @router.post("/upload")
    async def upload(request: Request) -> int:
        return sum([len(piece) async for piece in file_of(request, 4096)])

    @router.get("/fails/{how}")
    async def fails(how: str) -> Response:
        if how == "late":
            return StreamingResponse(_breaks_off())
        raise {"store": StoreAway("db gone"), "races": TooManyConflicts("t1")}.get(how) or ZeroDivisionError(
            "secret 42"
        )

    return router


_FAILURES: dict[str, Exception] = {"store": StoreAway("db gone"), "races": TooManyConflicts("t1")}


async def _breaks_off() -> AsyncIterator[bytes]:
    yield b"the first part"
    raise ZeroDivisionError("after the answer began")


class World:
    """An app with its store and the people who call it."""

    def __init__(self, app: FastAPI, issuer: BuiltInIssuer, store: MemoryStore[Order], outbox: Outbox) -> None:
        self.app = app
        self.store = store
        self.outbox = outbox
        self._issuer = issuer

    def headers(self, who: str = "agent", utility: str = "gas", **more: str) -> dict[str, str]:
        token = self._issuer.token(
            seeded_user(who), utility=utility, audience="hotline-loop", lifetime=timedelta(hours=1)
        )
        return {"Authorization": f"Bearer {token}", **{name.replace("_", "-"): value for name, value in more.items()}}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(embedded={"issuer": True, "path": tmp_path}, http={"max_body_bytes": 2048})


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def world(settings: Settings, spans: InMemorySpanExporter) -> World:
    decider = Decider("routing", Collection("orders", Order))
    outbox = Outbox()
    store = MemoryStore(decider.collection)
    shell = Shell(decider, store, outbox, SteppedClock(NOON), lambda ref: ref, timedelta(seconds=1))
    issuer = BuiltInIssuer(settings.embedded.path)
    verifier = issuer.verifier(audience="hotline-loop", leeway=timedelta(0))
    app = create_app(
        "test",
        {"routing": routes(shell)},
        settings=settings,
        verifier=verifier,
        health=Health(),
        issuer=issuer,
        tracer=build_provider("routing", settings.otel, spans).get_tracer("test"),
    )
    return World(app, issuer, store, outbox)


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(world.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hotline") as client:
        yield client


async def opened(client: httpx.AsyncClient, world: World, key: str = "t1", utility: str = "gas") -> None:
    answer = await client.post(f"/routing/orders/{key}", json={"note": "new"}, headers=world.headers(utility=utility))
    assert answer.status_code == 201


async def signed(client: httpx.AsyncClient, world: World, note: str = "signed", **headers: str) -> httpx.Response:
    return await client.post("/routing/orders/t1/sign", json={"note": note}, headers=world.headers(**headers))


# --- what was done ---------------------------------------------------------------------------------------------------


async def test_a_command_changes_the_document_and_says_who_did_it(client: httpx.AsyncClient, world: World) -> None:
    await opened(client, world)
    answer = await signed(client, world, who="unit:jinan")
    assert (answer.status_code, answer.json()) == (200, {"id": "t1", "note": "signed"})
    assert answer.headers["etag"] == '"2"'
    (event,) = world.outbox.events
    assert event.data.model_dump()["by"] == {"subject": "unit-jinan", "role": "unit", "scope": "jinan", "scopes": None}


async def test_a_repeat_with_the_same_key_gets_the_first_answer_and_has_no_effect(
    client: httpx.AsyncClient, world: World
) -> None:
    await opened(client, world)
    first = await signed(client, world, idempotency_key="k1")
    await signed(client, world, note="later")
    again = await signed(client, world, idempotency_key="k1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["etag"] == first.headers["etag"] == '"2"'
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert len(world.outbox.events) == 2


async def test_two_repeats_at_once_have_one_effect(client: httpx.AsyncClient, world: World) -> None:
    await opened(client, world)
    answers = await asyncio.gather(*(signed(client, world, idempotency_key="k1") for _ in range(5)))
    assert {answer.content for answer in answers} == {answers[0].content}
    assert len(world.outbox.events) == 1


async def test_the_same_key_with_another_body_is_refused(client: httpx.AsyncClient, world: World) -> None:
    await opened(client, world)
    await signed(client, world, idempotency_key="k1")
    answer = await signed(client, world, note="other", idempotency_key="k1")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert len(world.outbox.events) == 1


async def test_two_people_may_happen_on_the_same_key(client: httpx.AsyncClient, world: World) -> None:
    await opened(client, world)
    await signed(client, world, idempotency_key="1")
    answer = await signed(client, world, note="mine", who="unit:jinan", idempotency_key="1")
    assert answer.json()["note"] == "mine"


async def test_commands_without_a_key_are_never_taken_for_repeats(client: httpx.AsyncClient, world: World) -> None:
    await opened(client, world)
    await signed(client, world)
    await signed(client, world)
    first, second = world.outbox.events
    assert first.id != second.id


async def test_an_ill_formed_idempotency_key_is_refused(client: httpx.AsyncClient, world: World) -> None:
    await opened(client, world)
    answer = await signed(client, world, idempotency_key="k" * 129)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_malformed")


async def test_two_clerks_do_not_overwrite_one_another(client: httpx.AsyncClient, world: World) -> None:
    await opened(client, world)
    seen = (await client.get("/routing/orders/t1", headers=world.headers())).headers["etag"]
    assert (await signed(client, world, if_match=seen)).status_code == 200
    late = await signed(client, world, note="late", if_match=seen)
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    assert (await client.get("/routing/orders/t1", headers=world.headers())).json()["note"] == "signed"


async def test_an_if_match_that_is_no_etag_is_refused(client: httpx.AsyncClient, world: World) -> None:
    answer = await signed(client, world, if_match="2")
    assert (answer.status_code, answer.json()["code"]) == (422, "if_match_malformed")


async def test_a_command_waits_for_a_ticket_that_is_on_its_way(client: httpx.AsyncClient, world: World) -> None:
    waiting = asyncio.create_task(signed(client, world))
    await asyncio.sleep(0.05)
    await opened(client, world)
    assert (await waiting).status_code == 200


# --- who may ---------------------------------------------------------------------------------------------------------


async def test_without_a_token_nothing_is_done(client: httpx.AsyncClient) -> None:
    answer = await client.post("/routing/orders/t1/sign", json={"note": "x"})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Bearer", "Bearer nonsense", "Basic dXNlcjpwYXNz", "nonsense"])
async def test_what_is_no_token_is_no_key(client: httpx.AsyncClient, header: str) -> None:
    answer = await client.get("/routing/admin", headers={"Authorization": header})
    assert answer.status_code == 401


async def test_the_wrong_role_is_told_which_roles_would_do(client: httpx.AsyncClient, world: World) -> None:
    answer = await client.get("/routing/admin", headers=world.headers("agent"))
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")
    assert answer.json()["accepts"] == ["admin", "supervisor"]
    assert (await client.get("/routing/admin", headers=world.headers("supervisor"))).json() == "supervisor-01"


async def at_moment(client: httpx.AsyncClient, world: World, who: str, at: datetime) -> httpx.Response:
    body = {"note": "x", "at": at.isoformat()}
    return await client.post("/routing/orders/t1/sign", json=body, headers=world.headers(who))


async def test_only_an_integration_says_when_it_happened(client: httpx.AsyncClient, world: World) -> None:
    await opened(client, world)
    yesterday = NOON - timedelta(days=1)
    answer = await at_moment(client, world, "agent", yesterday)
    assert (answer.status_code, answer.json()["code"]) == (403, "moment_not_yours")
    assert (await at_moment(client, world, "integration", yesterday)).status_code == 200
    assert world.outbox.events[-1].data.at == yesterday


async def test_what_has_not_happened_yet_is_not_reported(client: httpx.AsyncClient, world: World) -> None:
    await opened(client, world)
    answer = await at_moment(client, world, "integration", NOON + timedelta(hours=1))
    assert (answer.status_code, answer.json()["code"]) == (422, "moment_ahead")
    await at_moment(client, world, "integration", NOON + timedelta(seconds=5))
    assert world.outbox.events[-1].data.at == NOON


async def test_another_utilitys_ticket_does_not_exist(client: httpx.AsyncClient, world: World) -> None:
    await opened(client, world, utility="gas")
    answer = await client.get("/routing/orders/t1", headers=world.headers(utility="water"))
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_ticket")
    assert (await signed(client, world, utility="water")).status_code == 404
    assert world.outbox.events == []


async def test_the_embedded_issuers_keys_are_published(client: httpx.AsyncClient) -> None:
    (key,) = (await client.get("/.well-known/jwks.json")).json()["keys"]
    assert key["crv"] == "Ed25519"
    assert "d" not in key


async def test_the_bare_address_leads_to_the_pages_of_the_api(client: httpx.AsyncClient) -> None:
    answer = await client.get("/", follow_redirects=True)
    assert answer.status_code == 200
    assert answer.url.path == "/docs"


# --- every "no" ------------------------------------------------------------------------------------------------------


async def test_a_refusal_names_clause_rule_and_what_would_be_accepted(client: httpx.AsyncClient, world: World) -> None:
    await opened(client, world)
    await signed(client, world, note="twice")
    answer = await signed(client, world, note="twice")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["clause"] == "第十五条(三)1"
    assert document["rule"] == "R004-121"
    assert document["accepts"] == ["another note"]
    assert document["type"] == "urn:hotline:problem:order_already_declined"
    assert document["status"] == 409
    assert document["instance"] == "/routing/orders/t1/sign"


async def test_refusals_are_chinese_and_english_on_request(client: httpx.AsyncClient) -> None:
    chinese = await client.get("/routing/admin")
    english = await client.get("/routing/admin", headers={"Accept-Language": "en-GB"})
    assert chinese.headers["content-language"] == "zh"
    assert re.search("[一-鿿]", chinese.json()["detail"])
    assert english.headers["content-language"] == "en"
    assert english.json()["detail"].isascii()


async def test_each_wrong_field_is_named_with_what_is_accepted(client: httpx.AsyncClient, world: World) -> None:
    body = {"type": "fauxt", "at": "2026-11-20T16:50:00"}
    answer = await client.post("/routing/orders/t1", json=body, headers=world.headers())
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    errors = {error["field"]: error for error in answer.json()["errors"]}
    assert set(errors) == {"body.note", "body.type", "body.at"}
    assert errors["body.type"]["accepts"] == [word.value for word in Stage]
    assert "时区" in errors["body.at"]["reason"]


async def test_what_was_sent_wrongly_is_not_repeated(client: httpx.AsyncClient, world: World) -> None:
    body = {"note": {"phone": "13812345678"}, "type": "13812345678", "at": "13812345678x"}
    answer = await client.post("/routing/orders/t1", json=body, headers=world.headers())
    assert "13812345678" not in answer.text


async def test_broken_json_is_named_as_such(client: httpx.AsyncClient, world: World) -> None:
    headers = {**world.headers(), "Content-Type": "application/json"}
    answer = await client.post("/routing/orders/t1", content='{"note":', headers=headers)
    assert answer.json()["errors"] == [{"field": "body", "reason": "不是有效的 JSON"}]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("DELETE", "/routing/admin", 405)])
async def test_wrong_addresses_get_a_problem_document_too(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_a_body_that_is_too_large_is_refused_unread(client: httpx.AsyncClient, world: World) -> None:
    headers = {**world.headers(), "Content-Type": "application/json"}
    answer = await client.post("/routing/orders/t1", content=b'"' + b"x" * 3000 + b'"', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_an_upload_may_be_larger_than_other_bodies(client: httpx.AsyncClient) -> None:
    large = await client.post("/routing/upload", files={"file": b"x" * 4000})
    assert large.status_code == 200
    too_large = await client.post("/routing/upload", files={"file": b"x" * 100_000})
    assert too_large.status_code == 413


@pytest.mark.parametrize("how", ["store", "races"])
async def test_an_outage_is_a_503_that_asks_to_try_again(client: httpx.AsyncClient, how: str) -> None:
    answer = await client.get(f"/routing/fails/{how}")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "2"
    assert "db gone" not in answer.text


async def test_the_unexpected_leaks_nothing_but_the_request_id(client: httpx.AsyncClient) -> None:
    answer = await client.get("/routing/fails/otherwise", headers={"X-Request-Id": "call-17"})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret 42" not in answer.text
    assert "ZeroDivision" not in answer.text
    assert "call-17" in answer.json()["detail"]


async def test_an_answer_that_breaks_off_is_not_made_to_look_whole(client: httpx.AsyncClient) -> None:
    with pytest.raises(ZeroDivisionError):
        await client.get("/routing/fails/late")


# --- around every request --------------------------------------------------------------------------------------------


async def test_the_callers_request_id_comes_back(client: httpx.AsyncClient) -> None:
    answer = await client.get("/routing/admin", headers={"X-Request-Id": "call-17"})
    assert answer.headers["x-request-id"] == "call-17"


async def test_a_request_id_that_could_forge_log_lines_or_names_somebody_is_replaced(client: httpx.AsyncClient) -> None:
    answer = await client.get("/routing/admin", headers={"X-Request-Id": "call-13812345678"})
    assert "13812345678" not in answer.headers["x-request-id"]
    answer = await client.get("/routing/admin", headers={"X-Request-Id": "x y\tz"})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])


async def test_the_callers_trace_goes_on_in_what_the_command_says(
    client: httpx.AsyncClient, world: World, spans: InMemorySpanExporter
) -> None:
    await opened(client, world)
    spans.clear()
    await signed(client, world, traceparent=f"00-{5:032x}-{7:016x}-01")
    (span,) = spans.get_finished_spans()
    (event,) = world.outbox.events
    assert span.name == "POST /routing/orders/{order}/sign"
    assert span.context is not None
    assert span.parent is not None
    assert (span.context.trace_id, span.parent.span_id) == (5, 7)
    assert event.traceparent == f"00-{5:032x}-{span.context.span_id:016x}-01"


async def test_without_a_caller_in_a_trace_the_request_id_is_the_trace(
    client: httpx.AsyncClient, spans: InMemorySpanExporter
) -> None:
    answer = await client.get("/routing/admin?phone=13812345678")
    (span,) = spans.get_finished_spans()
    assert span.context is not None
    assert answer.headers["x-request-id"] == f"{span.context.trace_id:032x}"
    assert "13812345678" not in span.to_json()


async def test_a_failing_request_is_a_failed_span(client: httpx.AsyncClient, spans: InMemorySpanExporter) -> None:
    await client.get("/routing/fails/otherwise")
    (span,) = spans.get_finished_spans()
    assert not span.status.is_ok
    assert span.attributes is not None
    assert span.attributes["http.response.status_code"] == 500


async def test_requests_are_counted_by_template_never_by_ticket(client: httpx.AsyncClient, world: World) -> None:
    labels = {"method": "GET", "route": "/routing/orders/{order}", "status": "404"}
    before = REGISTRY.get_sample_value("hotline_http_request_seconds_count", labels) or 0
    await client.get("/routing/orders/tkt_secret", headers=world.headers())
    assert REGISTRY.get_sample_value("hotline_http_request_seconds_count", labels) == before + 1
    assert "tkt_secret" not in (await client.get("/metrics")).text


async def test_openapi_tells_of_tokens_keys_and_problems(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    operation = document["paths"]["/routing/orders/{order}/sign"]["post"]
    assert operation["security"] == [{"bearer": []}]
    assert {parameter["name"] for parameter in operation["parameters"]} == {"order", "Idempotency-Key", "If-Match"}
    assert "Problem" in document["components"]["schemas"]
    assert operation["responses"]["422"]["content"].keys() == {"application/problem+json"}
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    reading = document["paths"]["/routing/orders/{order}"]["get"]
    assert {parameter["name"] for parameter in reading["parameters"]} == {"order"}
    assert "/metrics" not in document["paths"]


@pytest.mark.parametrize("depth", [300, 900])
async def test_a_body_nested_too_deep_is_wrong_with_a_key_as_without(
    client: httpx.AsyncClient, world: World, depth: int
) -> None:
    body = b'{"note": ' + b"[" * depth + b"]" * depth + b"}"
    for key in ({}, {"Idempotency-Key": "k"}):
        headers = {**world.headers(), "Content-Type": "application/json", **key}
        answer = await client.post("/routing/orders/t1", content=body, headers=headers)
        assert answer.status_code == 422, answer.text
