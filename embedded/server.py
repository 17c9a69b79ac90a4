"""A server run as a child process for as long as somebody needs it: what all of them can be told."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from embedded.process import ChildProcess


class LocalServer(ABC):
    """Started, stopped or killed by its owner, or held by `async with`."""

    process: ChildProcess

    @property
    def pid(self) -> int:
        """The process id. Raises RuntimeError when it was not started."""
        return self.process.pid

    @abstractmethod
    async def start(self) -> None:
        """Start, or start again on the same port, and wait until clients are accepted."""

    async def stop(self) -> None:
        """End the server in order, or by force after 15 s."""
        await self.process.stop()

    async def kill(self) -> None:
        """End the server as a crash would."""
        await self.process.kill()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
