"""A capture of the switch's messages played through reader and rules, with its own time and without a store."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from contracts.envelope import Event
from kit.clock import SteppedClock
from kit.decide.decider import Decider
from kit.decide.shell import Shell
from kit.store.memory import MemoryStore
from kit.store.port import S
from kit.vault import Vault
from procedures.model import Procedure
from services.telephony.ami.agents import read_member
from services.telephony.ami.calls import CallReader
from services.telephony.ami.difference import ClockDifference
from services.telephony.ami.wire import Message, text
from services.telephony.decider import AGENTS, CALLS, QUEUES
from services.telephony.measuring import Measuring
from services.telephony.people import Numbers
from services.telephony.rules.agent import MemberSeen
from services.telephony.rules.heard import Heard
from services.telephony.statements import Statements

_SOURCE = "/switch/replay"
_MOST_WAKES = 10_000
_AT_ONCE = timedelta(0)
_ASKED = frozenset({"QueueSummary", "QueueStatusComplete"})
"""Where the capture shows that somebody looked at the queues, they are measured."""


class BadLine(ValueError):
    """A line of the capture that is no message; `line` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line


class Replay:
    """Feeds messages in; what is said comes out in order, each event once."""

    def __init__(self, procedure: Procedure, vault: Vault) -> None:
        self._said: list[Event] = []
        self.clock = SteppedClock(datetime.fromtimestamp(0, UTC))
        self._reader = CallReader(procedure.ref, Numbers(vault, procedure.utility).party)
        self._difference = ClockDifference()
        self._procedure = procedure
        self._calls = self._shell(CALLS)
        agents = self._shell(AGENTS)
        self._measuring = Measuring(self._calls, agents, self._shell(QUEUES), lambda _, __: procedure)
        self._statements = Statements(self._calls, agents, procedure.utility, _SOURCE)

    def _shell(self, decider: Decider[S]) -> Shell[S]:
        store = MemoryStore(decider.collection)
        return Shell(decider, store, self, self.clock, lambda _: self._procedure, _AT_ONCE)

    def put(self, key: str, published: int, events: Sequence[Event]) -> None:  # noqa: ARG002 - the outlet's signature
        self._said.extend(events)

    def taken(self) -> list[Event]:
        """What was said since the last call."""
        said, self._said = self._said, []
        return said

    async def hear(self, message: Message, received: datetime) -> None:
        """One message, at the moment at which it was received."""
        await self._pass_to(received)
        at = self._difference.moment(message, received)
        members = read_member(message, at, self._procedure.ref, self._reader.is_station)
        facts: list[Heard | MemberSeen] = [*self._reader.read(message, at), *members]
        if facts:
            await self._statements.hear(facts)
        if text(message, "Event") in _ASKED:
            await self._measuring.tell(self._procedure, self.clock.now())

    async def finish(self) -> None:
        """Let all the time pass that calls still wait for."""
        for _ in range(_MOST_WAKES):
            due = await self._calls.next_wake()
            if due is None:
                return
            await self._pass_to(due)
            await self._calls.tick()

    async def _pass_to(self, moment: datetime) -> None:
        while (due := await self._calls.next_wake()) is not None and due < moment:
            self.clock.advance_to(max(due, self.clock.now()))
            await self._calls.tick()
        if moment > self.clock.now():
            self.clock.advance_to(moment)


async def replayed(
    lines: Iterable[bytes], procedure: Procedure, vault: Vault, bad: Callable[[BadLine], None]
) -> AsyncIterator[Event]:
    """The events of a capture, one JSON object a line with the key `t` for when it was received.

    A line that is no such object is told to `bad` and passed over; lines that were mixed up are put in order first.
    """
    replay = Replay(procedure, vault)
    for message, received in sorted(_messages(lines, bad), key=_order):
        await replay.hear(message, received)
        for event in replay.taken():
            yield event
    await replay.finish()
    for event in replay.taken():
        yield event


def _order(received: tuple[Message, datetime]) -> tuple[datetime, str]:
    """As they came; what came in one breath as the switch stamped it."""
    message, moment = received
    return moment, text(message, "Timestamp")


def _messages(lines: Iterable[bytes], bad: Callable[[BadLine], None]) -> Iterator[tuple[Message, datetime]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _read(number, line)
            except BadLine as fault:
                bad(fault)


def _read(number: int, line: bytes) -> tuple[Message, datetime]:
    try:
        found: Any = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadLine(number, f"not JSON: {error}") from None
    if not isinstance(found, dict):
        raise BadLine(number, "not an object")
    stamp = found.pop("t", None)
    if not isinstance(stamp, int | float) or not 0 <= stamp < 2**33:
        raise BadLine(number, "no moment `t` in seconds since 1970")
    texts = {key: value for key, value in found.items() if _is_value(value)}
    return texts, datetime.fromtimestamp(stamp, UTC)


def _is_value(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value))
