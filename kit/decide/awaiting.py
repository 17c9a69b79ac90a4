"""Commands that wait for an event about a document that this service has not heard of yet."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from weakref import WeakValueDictionary


class Awaited:
    """Who waits for which document; nobody is remembered once they have gone."""

    def __init__(self) -> None:
        self._heard: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()

    def wake(self, keys: Iterable[str]) -> None:
        """Events about these documents were heard here."""
        for key in keys:
            if (heard := self._heard.get(key)) is not None:
                heard.set()

    async def hearing(self, key: str, seconds: float) -> None:
        """Until an event about this document is heard here, but no longer: another replica may hear it instead."""
        heard = self._heard.setdefault(key, asyncio.Event())
        heard.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(heard.wait(), seconds)
