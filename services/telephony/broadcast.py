"""What was just said, handed to the screens that are open; who does not read in time is let go."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from contracts.envelope import Event

_MOST_WAITING = 1_000


class Broadcast:
    """Each listener has a line of its own, so that a slow one holds up nobody."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Event | None]] = set()

    def tell(self, events: Sequence[Event]) -> None:
        """To everybody who listens now; never waits."""
        for queue in tuple(self._listeners):
            for event in events:
                if queue.qsize() >= _MOST_WAITING:
                    self._listeners.discard(queue)
                    queue.put_nowait(None)
                    break
                queue.put_nowait(event)

    async def listen(self, utility: str, quiet: float) -> AsyncIterator[Event | None]:
        """What is said of a utility's calls from now on; None whenever nothing was for `quiet` seconds."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), quiet)
                except TimeoutError:
                    yield None
                    continue
                if event is None:
                    return
                if event.utility == utility:
                    yield event
        finally:
            self._listeners.discard(queue)
