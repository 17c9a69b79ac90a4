"""Asterisk as a child process on loopback: a queue, two agents without a password, a carrier that is whoever calls."""

from __future__ import annotations

import secrets
import socket
from contextlib import suppress
from pathlib import Path
from string import Template

from embedded.ports import LOOPBACK, free_ports, is_open
from embedded.process import ChildProcess
from embedded.server import LocalServer
from embedded.switch.packages import Unpacked

AGENTS = ("8001", "8002")
QUEUE = "956100"
TIMED = "956101"
"""Dialled instead of the queue's number, the queue gives up after six seconds."""

_START_TIMEOUT_SECONDS = 60
_ETC = Path(__file__).with_name("etc")


class Asterisk(LocalServer):
    """`directory` holds its settings, logs, recordings and queue_log; keep its path short, a socket lies in it.

    Everything listens on 127.0.0.1; the manager's account is `hotline` with a password made anew for each directory.
    """

    def __init__(self, packages: Unpacked, directory: Path) -> None:
        self.packages = packages
        self.directory = directory.resolve()
        self.process = ChildProcess("asterisk", self.directory)
        self.sip, self.trunk, *self._phones = udp_ports(2 + len(AGENTS))
        [self.manager] = free_ports(1)
        self.password = secrets.token_urlsafe(24)

    @property
    def phones(self) -> dict[str, int]:
        """The port at which the switch expects each agent's phone."""
        return dict(zip(AGENTS, self._phones, strict=True))

    @property
    def recordings(self) -> Path:
        """Where it puts them."""
        return self.directory / "spool" / "monitor"

    @property
    def queue_log(self) -> Path:
        """What it writes down of its queues."""
        return self.directory / "log" / "queue_log"

    async def start(self) -> None:
        """Start and wait until the manager answers."""
        async with self.process.starting():
            self._write_settings()
            settings = f"{self.directory}/etc/asterisk.conf"
            self.process.spawn(self.packages.command("usr/sbin/asterisk", "-C", settings, "-f"))
            await self.process.wait_ready(self._is_up, _START_TIMEOUT_SECONDS)

    def _is_up(self) -> bool:
        """The manager's port opens last; a phone that calls earlier is not known yet."""
        return is_open(self.manager) and self._answers_sip()

    def _answers_sip(self) -> bool:
        asked = (
            f"OPTIONS sip:{LOOPBACK}:{self.sip} SIP/2.0\r\nVia: SIP/2.0/UDP {LOOPBACK}:9;branch=z9hG4bK1;rport\r\n"
            f"From: <sip:up@{LOOPBACK}>;tag=1\r\nTo: <sip:{LOOPBACK}>\r\nCall-ID: up\r\nCSeq: 1 OPTIONS\r\n"
            "Max-Forwards: 1\r\nContent-Length: 0\r\n\r\n"
        )
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
            probe.settimeout(0.3)
            probe.sendto(asked.encode(), (LOOPBACK, self.sip))
            return bool(probe.recv(100))
        return False

    def _write_settings(self) -> None:
        for part in ("etc", "log/cdr-csv", "spool/monitor", "spool/tmp", "db", "run", "keys", "lib", "agi"):
            (self.directory / part).mkdir(parents=True, exist_ok=True)
        names = {
            "run": self.directory,
            "root": self.packages.root,
            "modules": self.packages.libraries / "asterisk" / "modules",
            "sip": self.sip,
            "manager": self.manager,
            "trunk": self.trunk,
            "password": self.password,
            **{f"phone{number}": port for number, port in self.phones.items()},
        }
        for template in _ETC.glob("*.conf"):
            text = Template(template.read_text()).safe_substitute({k.upper(): v for k, v in names.items()})
            (self.directory / "etc" / template.name).write_text(text)


def udp_ports(count: int) -> list[int]:
    """Ports that are free now; nobody holds them."""
    held = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(count)]
    for each in held:
        each.bind((LOOPBACK, 0))
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports
