"""`hotline …` as processes of their own, for tests that start, ask, stop and kill them."""

from __future__ import annotations

import re
import shutil
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from embedded.process import ChildProcess
from hotline.tokens import token_of
from kit.settings import load_settings

_PROGRAM = Path(sysconfig.get_path("scripts")) / "hotline"
_ADDRESS = re.compile(r'(?:up at |"address": ?")(http://[\d.:]+)')
_BROKER = re.compile(r"broker 消息总线: \w+ at (\S+)")
_START_SECONDS = 120


class HotlineProcess:
    """One `hotline` command; what it prints goes to `log_file`, and it dies with the tests that started it."""

    def __init__(self, directory: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        env = shutil.which("env")
        assert env is not None
        given = [f"{name}={value}" for name, value in {"HOTLINE_LOG__FORMAT": "json", **(environment or {})}.items()]
        # A wide terminal keeps an address on one line.
        self._command = [env, "COLUMNS=200", *given, str(_PROGRAM), *arguments]
        self._child = ChildProcess("hotline", directory)

    @property
    def address(self) -> str:
        """Where it answers HTTP."""
        return self._found(_ADDRESS)

    @property
    def bootstrap(self) -> str:
        """Where the broker listens that `hotline up` brought along."""
        return self._found(_BROKER)

    @property
    def log_file(self) -> Path:
        """What it printed since its last start; the run before is beside it."""
        return self._child.log_file

    @property
    def running(self) -> bool:
        """Whether the process is there now."""
        return self._child.running

    @property
    def pid(self) -> int:
        """The process id of the last start."""
        return self._child.pid

    async def start(self) -> None:
        """Start, or start again, and wait until it answers HTTP. Raises StartFailed with the end of its log."""
        async with self._child.starting():
            self._child.spawn(self._command)
            await self._child.wait_ready(lambda: _ADDRESS.search(self._log()) is not None, _START_SECONDS)

    async def run(self) -> int:
        """Start and wait for its end; the exit status."""
        async with self._child.starting():
            self._child.spawn(self._command)
        return await self.ended()

    async def ended(self) -> int:
        """Wait for its end, whoever causes it; the exit status (negative: the signal)."""
        status = await self._child.wait()
        await self._child.stop()
        return status

    async def stop(self) -> int:
        """SIGTERM; the exit status (negative: the signal that had to follow)."""
        await self._child.stop(grace_seconds=30)
        return await self._child.wait()

    async def kill(self) -> None:
        """SIGKILL, as a crash would."""
        await self._child.kill()

    def _found(self, pattern: re.Pattern[str]) -> str:
        found = pattern.search(self._log())
        assert found is not None, f"{self.log_file} says nothing like {pattern.pattern}"
        return found[1]

    def _log(self) -> str:
        return self.log_file.read_text(errors="replace")


class Tokens:
    """Bearer tokens of the built-in issuer whose key lies in `directory`, for the people of one utility."""

    def __init__(self, directory: Path, utility: str | None = None) -> None:
        self._token_of = token_of(load_settings(embedded={"issuer": True, "path": directory, "utility": utility}))
        self._made: dict[str, str] = {}

    def __call__(self, who: str) -> str:
        """For `agent`, `supervisor`, `unit:jinan`, `division:luzhong`, `integration`, …"""
        if who not in self._made:
            self._made[who] = self._token_of(who)
        return self._made[who]
