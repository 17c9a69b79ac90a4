"""A program run as a child process: bound to its owner's life, logging to a file, found again after a crash."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from embedded.directory import DirectoryLock

_END_WITH_PARENT = Path(__file__).with_name("end_with_parent.py")
_POLL_SECONDS = 0.02
_LOG_TAIL_LINES = 15

log = structlog.get_logger(__name__)


class StartFailed(RuntimeError):
    """A child process ended, or did not accept clients in time; the text ends with the last lines of its log."""


class ChildProcess:
    """One program with a directory of its own: `NAME.log` (and `.log.1` of the run before), `NAME.pid`, `owner.lock`.

    Start it from a thread that lives as long as the program should: Linux ends the child when that thread ends.
    """

    def __init__(self, name: str, directory: Path) -> None:
        self.name = name
        self.log_file = directory / f"{name}.log"
        self._directory = directory
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

    @asynccontextmanager
    async def starting(self) -> AsyncIterator[None]:
        """Hold the directory, end what a killed owner left running in it, and undo both if the block fails.

        Raises DirectoryInUse, and RuntimeError when the process is running already.
        """
        if self.running:
            raise RuntimeError(f"{self.name} is running already, pid {self.pid}")
        self._lock.acquire()
        try:
            await self._end_leftover()
            yield
        except BaseException:
            await self.kill()
            raise

    def spawn(self, command: Sequence[str]) -> None:
        """Start the command in a session of its own, so that Ctrl-C reaches only the owner, who stops it in order."""
        if self.log_file.exists():
            self.log_file.replace(self.log_file.with_suffix(".log.1"))
        with self.log_file.open("wb") as output:
            self._popen = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_END_WITH_PARENT), str(os.getpid()), *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._pid_file.write_text(json.dumps({"pid": self._popen.pid, "command": list(command)}))

    async def wait_ready(self, ready: Callable[[], bool], timeout_seconds: float) -> None:
        """Wait until `ready()`. Raises StartFailed when the process stopped or took too long."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await _until(lambda: not self.running or ready())
        except TimeoutError:
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
        await _until(lambda: not self.running)
        return int(self._popen.returncode)

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

    async def _end_leftover(self) -> None:
        """End the process an earlier owner wrote down, if that very command still runs, and wait until it is gone."""
        try:
            noted = json.loads(self._pid_file.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return
        pid = int(noted["pid"])
        if shown_command(pid).endswith(" ".join(noted["command"])):
            log.warning("embedded.leftover_ended", name=self.name, pid=pid)
            await _end_stranger(pid)
        elif is_dying(pid):
            await _gone_within(pid, 5)
        self._pid_file.unlink(missing_ok=True)

    def _failure(self, what: str) -> StartFailed:
        lines = self.log_file.read_text(errors="replace").splitlines()[-_LOG_TAIL_LINES:]
        return StartFailed("\n".join([f"{self.name} {what}; its log {self.log_file} ends:", *lines]))


async def _end_stranger(pid: int) -> None:
    """End a process that is not our child: SIGTERM, five seconds, SIGKILL."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)
        if await _gone_within(pid, 5):
            return


async def _gone_within(pid: int, seconds: float) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await _until(lambda: not shown_command(pid) and not is_dying(pid))
            return True
    return False


async def _until(condition: Callable[[], bool]) -> None:
    """Wait for something only asking can tell: ports and other people's processes raise no event."""
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(_POLL_SECONDS)


def shown_command(pid: int) -> str:
    """The command line a pid runs; empty when it is gone, or dead and not yet collected."""
    if sys.platform == "linux":
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            line = (Path("/proc") / str(pid) / "cmdline").read_bytes()
            return line.rstrip(b"\0").replace(b"\0", b" ").decode(errors="replace")
        return ""
    shown = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return shown.stdout.strip()


def is_dying(pid: int) -> bool:
    """Whether a killed process still holds ports and locks: on Linux its first thread goes before the others do."""
    tasks = Path("/proc") / str(pid) / "task"
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return len(list(tasks.iterdir())) > 1 and not shown_command(pid)
    return False
