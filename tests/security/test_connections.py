"""What strangers may do to a connection before they said who they are: little, and not for long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import APIRouter, Request

from kit.auth.issuer import BuiltInIssuer, seeded_user
from kit.auth.principal import Authenticated
from kit.http.app import create_app
from kit.http.serving import listening
from kit.run.health import Health
from kit.settings import HttpSettings, load_settings

LIMITS = HttpSettings(
    port=0, max_head_bytes=8_192, head_seconds=0.4, body_seconds=0.4, max_connections=20, max_in_flight=2
)


class Server:
    """An app with one open and one closed endpoint that read their bodies, on a real socket."""

    def __init__(self, folder: Path) -> None:
        self.read = 0
        self.held = asyncio.Event()
        issuer = BuiltInIssuer(folder)
        self.token = issuer.token(
            seeded_user("agent"), utility="u", audience="hotline-loop", lifetime=timedelta(minutes=5)
        )
        routes = APIRouter()

        @routes.post("/open")
        async def open_(request: Request) -> int:
            async for piece in request.stream():
                self.read += len(piece)
            return self.read

        @routes.post("/closed")
        async def closed(request: Request, who: Authenticated) -> str:
            await open_(request)
            return who.subject

        @routes.get("/slow")
        async def slow() -> str:
            await self.held.wait()
            return "at last"

        settings = load_settings(embedded={"issuer": True, "path": folder}, http=LIMITS)
        verifier = issuer.verifier(audience="hotline-loop", leeway=timedelta(0))
        self.app = create_app("test", {"t": routes}, settings=settings, verifier=verifier, health=Health())
        self.address = ("", 0)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(*self.address)

    async def says(self, *pieces: bytes, pause: float = 0.0) -> bytes:
        """Everything that comes back to these bytes, up to the end of the connection."""
        reader, writer = await self.connect()
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
            async with asyncio.timeout(5):
                return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    made = Server(tmp_path)
    async with listening(made.app, LIMITS) as address:
        host, _, port = address.removeprefix("http://").partition(":")
        made.address = (host, int(port))
        yield made
        made.held.set()


POST = b"POST /t/%b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n%b\r\n"


def head(path: bytes = b"open", *headers: bytes) -> bytes:
    return POST % (path, b"".join(each + b"\r\n" for each in headers))


async def test_headers_of_more_bytes_than_allowed_are_431(server: Server) -> None:
    assert (await server.says(head(b"open", b"X: " + b"a" * 9_000))).startswith(b"HTTP/1.1 431 ")
    assert (await server.says(head(b"o" * 9_000))).startswith(b"HTTP/1.1 431 ")
    assert (await server.says(head(b"open", *[b"X-%d: a" % n for n in range(101)]))).startswith(b"HTTP/1.1 431 ")


async def test_a_header_that_never_ends_is_431_long_before_the_memory_is_full(server: Server) -> None:
    said = await server.says(b"GET / HTTP/1.1\r\nX: ", *[b"a" * 60_000] * 20)
    assert said.startswith(b"HTTP/1.1 431 ") or said == b""
    ordinary = await server.says(head(b"open", b"Content-Length: 0"))
    assert ordinary.startswith(b"HTTP/1.1 200 ")


async def test_a_trailer_that_never_ends_breaks_the_connection(server: Server) -> None:
    begin = head(b"open", b"Transfer-Encoding: chunked") + b"3\r\nabc\r\n0\r\nX: "
    _, writer = await server.connect()
    writer.write(begin)
    with pytest.raises(ConnectionError):
        await _go_on(writer, b"a" * 60_000, pause=0.002)
    writer.close()


async def test_a_head_that_does_not_come_is_408_and_does_not_keep_the_connection(server: Server) -> None:
    assert (await server.says(b"GET / HTTP/1.1\r\nX: ")).startswith(b"HTTP/1.1 408 ")
    assert (await server.says(b"")).startswith(b"HTTP/1.1 408 ")


async def test_a_body_that_does_not_come_is_408(server: Server) -> None:
    said = await server.says(head(b"open", b"Content-Length: 500"), b"abc")
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b"body_too_slow" in said


async def test_a_body_that_announces_too_much_is_413_before_it_is_read(server: Server) -> None:
    said = await server.says(head(b"open", b"Content-Length: 9000000000"), b"abc")
    assert said.startswith(b"HTTP/1.1 413 ")
    assert server.read == 0


async def test_a_strangers_body_is_not_read_and_not_kept(server: Server) -> None:
    said = await server.says(head(b"closed", b"Content-Length: 500000"), b"a" * 100_000)
    assert said.startswith(b"HTTP/1.1 401 ")
    assert server.read == 0


async def test_a_stranger_who_goes_on_sending_after_the_answer_is_cut_off(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.http.connection._LINGER_SECONDS", 0.2)
    reader, writer = await server.connect()
    writer.write(b"POST /t/closed HTTP/1.1\r\nHost: h\r\nContent-Length: 500000\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 401 ")
    with pytest.raises(ConnectionError):
        await _go_on(writer, b"a" * 100, pause=0.05)
    writer.close()


async def test_one_connection_too_many_is_sent_away(server: Server) -> None:
    crowd = [await server.connect() for _ in range(20)]
    assert (await server.says(b"GET / HTTP/1.1\r\n")).startswith(b"HTTP/1.1 503 ")
    for _, writer in crowd:
        writer.close()


async def test_one_request_too_many_is_told_to_come_again_and_health_is_still_answered(server: Server) -> None:
    slow = b"GET /t/slow HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
    waiting = [asyncio.create_task(server.says(slow)) for _ in range(2)]
    await asyncio.sleep(0.1)
    said = await server.says(slow)
    assert said.startswith(b"HTTP/1.1 503 ")
    assert b"busy" in said
    assert b"retry-after: 1" in said
    assert (await server.says(slow.replace(b"/t/slow", b"/livez"))).startswith(b"HTTP/1.1 200 ")
    server.held.set()
    assert all(b"at last" in answer for answer in await asyncio.gather(*waiting))


async def _go_on(writer: asyncio.StreamWriter, piece: bytes, *, pause: float) -> None:
    for _ in range(400):
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(pause)
