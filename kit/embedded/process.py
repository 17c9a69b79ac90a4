"""A program run as a child process: bound to its owner's life, logging to a file, found again after a crash."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import structlog

from kit.embedded.directory import DirectoryLock

_TETHER = Path(__file__).with_name("tether.py")
_POLL_SECONDS = 0.02
_LOG_TAIL_LINES = 15

log = structlog.get_logger(__name__)


class StartFailed(RuntimeError):
    """A child process ended, or did not accept clients in time; the text ends with the last lines of its log."""


class ChildProcess:
    """One program with a directory of its own: `NAME.log` (and `.log.1` of the run before), `NAME.pid`, `owner.lock`.

    Start it from a thread that lives as long as the program should: Linux ends the child when that thread ends.
    """

    def __init__(self, name: str, directory: Path, environment: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.log_file = directory / f"{name}.log"
        self._directory = directory
        self._environment = {**os.environ, **(environment or {})}
        self._lock = DirectoryLock(directory)
        self._pid_file = directory / f"{name}.pid"
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id. Raises RuntimeError when it was not started."""
        if self._popen is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._popen.pid

    @property
    def running(self) -> bool:
        """Whether the process is there now."""
        return self._popen is not None and self._popen.poll() is None

    async def claim(self) -> None:
        """Hold the directory, and end what a killed owner left running in it. Raises DirectoryInUse."""
        self._lock.acquire()
        pid = self._leftover()
        if pid is not None:
            log.warning("embedded.leftover_ended", name=self.name, pid=pid)
            await _end_stranger(pid)
        self._pid_file.unlink(missing_ok=True)

    def spawn(self, command: Sequence[str]) -> None:
        """Start the command in a session of its own, so that Ctrl-C reaches only the owner, who stops it in order."""
        if self.log_file.exists():
            self.log_file.replace(self.log_file.with_suffix(".log.1"))
        with self.log_file.open("wb") as output:
            self._popen = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_TETHER), str(os.getpid()), *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,
            )
        self._pid_file.write_text(json.dumps({"pid": self._popen.pid, "command": list(command)}))

    async def wait_ready(self, ready: Callable[[], bool], timeout_seconds: float) -> None:
        """Wait until `ready()`; raises StartFailed, and ends the process, when it stopped or took too long."""
        try:
            async with asyncio.timeout(timeout_seconds):
                while self.running and not ready():
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            await self.kill()
            raise self._failure(f"did not accept clients within {timeout_seconds:g} s") from None
        if not self.running:
            raise self._failure(f"stopped while starting (status {self._popen.poll() if self._popen else None})")

    async def stop(self, grace_seconds: float = 15) -> None:
        """SIGTERM, then SIGKILL after the grace; lets go of the directory. Does nothing when not running."""
        await self._end(signal.SIGTERM, grace_seconds)

    async def kill(self) -> None:
        """SIGKILL, as a crash would; lets go of the directory."""
        await self._end(signal.SIGKILL, 0)

    async def wait(self) -> int:
        """Wait for the end, whoever causes it; the exit status (negative: the signal)."""
        if self._popen is None:
            raise RuntimeError(f"{self.name} was not started")
        while (status := self._popen.poll()) is None:
            await asyncio.sleep(_POLL_SECONDS)
        return status

    async def _end(self, sign: signal.Signals, grace_seconds: float) -> None:
        if self._popen is not None and self._popen.poll() is None:
            self._popen.send_signal(sign)
            if sign is signal.SIGTERM:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.wait(), grace_seconds)
            self._popen.kill()
            await self.wait()
        self._pid_file.unlink(missing_ok=True)
        self._lock.release()

    def _leftover(self) -> int | None:
        """The pid written down by an earlier owner, if that very command still runs under it."""
        try:
            noted = json.loads(self._pid_file.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        running = _command_line(noted["pid"])
        return noted["pid"] if running is not None and running.endswith(" ".join(noted["command"])) else None

    def _failure(self, what: str) -> StartFailed:
        lines = self.log_file.read_text(errors="replace").splitlines()[-_LOG_TAIL_LINES:]
        return StartFailed("\n".join([f"{self.name} {what}; its log {self.log_file} ends:", *lines]))


async def _end_stranger(pid: int) -> None:
    """End a process that is not our child: SIGTERM, five seconds, SIGKILL."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                while _command_line(pid):
                    await asyncio.sleep(_POLL_SECONDS)
                return


def _command_line(pid: int) -> str | None:
    """The command a pid runs, None when it is gone; a zombie's is empty and counts as gone for whoever waits."""
    proc = Path("/proc") / str(pid) / "cmdline"
    if sys.platform == "linux":
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            return proc.read_bytes().rstrip(b"\0").replace(b"\0", b" ").decode(errors="replace")
        return None
    shown = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return shown.stdout.strip() or None
