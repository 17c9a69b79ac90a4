"""The client of the hotline's API: what is not possible for the moment is asked again, a plain no is not."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from hotline.api import MOST_TIMES_AGAIN, Api, Refused

LATER = b"HTTP/1.1 503 Not now\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"
NO = b"HTTP/1.1 404 Nothing\r\nContent-Length: 0\r\n\r\n"
YES = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}"


class Desk:
    """Answers one request after the other as it was told, and keeps what was asked."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.asked: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            self.asked.append(head)
            writer.write(self.answers.pop(0))
        writer.close()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


@pytest.fixture
async def desk() -> AsyncIterator[tuple[Desk, Api]]:
    made = Desk()
    server = await asyncio.start_server(made.serve, "127.0.0.1")
    api = Api(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", lambda who: who)
    yield made, api
    await api.close()
    server.close()


async def test_a_ticket_that_is_on_its_way_is_asked_for_again(desk: tuple[Desk, Api]) -> None:
    made, api = desk
    made.answers = [LATER, LATER, YES]
    assert await api.get("agent", "/routing/work-orders/tkt_1") == {}
    assert len(made.asked) == 3


async def test_it_is_given_up_in_the_end_and_a_plain_no_at_once(desk: tuple[Desk, Api]) -> None:
    made, api = desk
    made.answers = [LATER] * (MOST_TIMES_AGAIN + 1) + [NO]
    for times in (MOST_TIMES_AGAIN + 1, 1):
        with pytest.raises(Refused):
            await api.get("agent", "/routing/work-orders/tkt_1")
        assert len(made.asked) == times
        made.asked.clear()
