"""One connection to Asterisk's manager: signed in, watched, its messages in order, its actions with a deadline."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from itertools import count
from types import MappingProxyType

from kit.clock import machine_now
from kit.settings import TelephonySettings
from services.telephony.ami.wire import Message, Reader, text, written
from services.telephony.port import CommandRefused, LoginRefused, SwitchAway

PATIENCE = 5.0
"""Seconds until an action that has no answer is given up."""

PING_EVERY = 3.0
"""With the patience it takes at most 8 s to notice a switch that is frozen and keeps its socket open."""

MOST_WAITING = 100_000
"""Messages that may lie unread; beyond them the connection is given up, and what was missed is looked up again."""

Received = tuple[Message, datetime]
_NOTHING: Mapping[str, str] = MappingProxyType({})


class Connection:
    """Made by `opened`; `close` ends it, and whoever waits on it is told that the switch is away."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.messages = Reader()
        self._reader = reader
        self._writer = writer
        self._numbers = count(1)
        self._answers: dict[str, asyncio.Future[Message]] = {}
        self._lists: dict[str, list[Message]] = {}
        self._events: list[Received] = []
        self._arrived = asyncio.Event()
        self._gone: str | None = None
        self._tasks = [asyncio.create_task(self._pump()), asyncio.create_task(self._watch())]

    async def act(
        self, action: str, fields: Mapping[str, str] = _NOTHING, variables: Mapping[str, str] = _NOTHING
    ) -> Message:
        """Its answer. Raises SwitchAway when there is none in time, CommandRefused when it is an error."""
        return _granted(await self._asked(f"hotline-{next(self._numbers)}", action, fields, variables))

    async def listed(self, action: str, fields: Mapping[str, str] = _NOTHING) -> list[Message]:
        """The messages that the answer is made of, without its end; raises as `act` does."""
        action_id = f"hotline-{next(self._numbers)}"
        found = self._lists[action_id] = []
        try:
            _granted(await self._asked(action_id, action, fields, _NOTHING, until_complete=True))
        finally:
            del self._lists[action_id]
        return found

    async def _asked(
        self,
        action_id: str,
        action: str,
        fields: Mapping[str, str],
        variables: Mapping[str, str],
        *,
        until_complete: bool = False,
    ) -> Message:
        if self._gone is not None:
            raise SwitchAway(self._gone)
        waiting: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        keys = [action_id, f"{action_id}/complete"] if until_complete else [action_id]
        self._answers[keys[-1]] = waiting
        try:
            self._writer.write(written(action, fields, variables, action_id))
            return await asyncio.wait_for(waiting, PATIENCE)
        except TimeoutError:
            raise SwitchAway(f"{action}: no answer within {PATIENCE:g} s") from None
        except OSError as error:
            raise SwitchAway(f"{action}: {error}") from error
        finally:
            self._answers.pop(keys[-1], None)

    async def received(self) -> list[Received]:
        """The events since the last call, at least one. Raises SwitchAway once the switch is gone."""
        while not self._events:
            if self._gone is not None:
                raise SwitchAway(self._gone)
            self._arrived.clear()
            await self._arrived.wait()
        taken, self._events = self._events, []
        return taken

    async def close(self) -> None:
        """End it; nothing is said to the switch any more."""
        self._lost("closed")
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._writer.close()
        with suppress(OSError, TimeoutError):
            await asyncio.wait_for(self._writer.wait_closed(), 1)

    async def _pump(self) -> None:
        try:
            while data := await self._reader.read(65_536):
                for message in self.messages.feed(data):
                    self._take(message)
            self._lost("the switch closed the connection")
        except OSError as error:
            self._lost(f"the connection broke: {error}")

    def _take(self, message: Message) -> None:
        action_id = text(message, "ActionID")
        if "Response" in message and "Event" not in message:
            self._answer(action_id, message)
            if text(message, "Response") == "Error":
                self._answer(f"{action_id}/complete", message)
            return
        if action_id in self._lists:
            if text(message, "EventList") == "Complete" or text(message, "Event").endswith("Complete"):
                self._answer(f"{action_id}/complete", message)
            else:
                self._lists[action_id].append(message)
            return
        if len(self._events) >= MOST_WAITING:
            self._lost(f"more than {MOST_WAITING} messages unread")
            return
        self._events.append((message, machine_now()))
        self._arrived.set()

    def _answer(self, key: str, message: Message) -> None:
        waiting = self._answers.get(key)
        if waiting is not None and not waiting.done():
            waiting.set_result(message)

    async def _watch(self) -> None:
        """A switch that is frozen keeps its connection and answers nothing."""
        while self._gone is None:
            await asyncio.sleep(PING_EVERY)
            try:
                await self.act("Ping")
            except SwitchAway as error:
                self._lost(str(error))

    def _lost(self, reason: str) -> None:
        if self._gone is None:
            self._gone = reason
        self._arrived.set()
        for waiting in self._answers.values():
            if not waiting.done():
                waiting.set_exception(SwitchAway(reason))


def _granted(answer: Message) -> Message:
    if text(answer, "Response") == "Error":
        raise CommandRefused(text(answer, "Message")[:200])
    return answer


async def opened(settings: TelephonySettings) -> Connection:
    """A connection that is signed in and is told nothing yet. Raises LoginRefused for a wrong name or password."""
    context = ssl.create_default_context(cafile=settings.ca_file) if settings.tls else None
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(settings.host, settings.port, ssl=context)
    except (OSError, TimeoutError) as error:
        raise SwitchAway(f"{settings.host}:{settings.port}: {str(error) or 'no answer'}") from error
    connection = Connection(reader, writer)
    secret = settings.password.get_secret_value() if settings.password else ""
    try:
        await connection.act("Login", {"Username": settings.username or "", "Secret": secret, "Events": "off"})
    except CommandRefused as error:
        await connection.close()
        raise LoginRefused(f"the switch does not take the name and password of telephony: {error}") from None
    except SwitchAway:
        await connection.close()
        raise
    return connection
