"""The embedded broker keeps what it was told, whoever is killed, and leaves nothing running behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from embedded import broker
from embedded.directory import DirectoryInUse
from embedded.kafka import EmbeddedKafka
from embedded.ports import PortInUse, free_ports, is_open
from embedded.process import ChildProcess, StartFailed, is_dying, shown_command
from embedded.tansu import EmbeddedTansu
from kit.bus.topics import ensure_topics

OWNER = """
import asyncio, sys
from pathlib import Path
from embedded import broker

async def own():
    async with broker(Path(sys.argv[1]), wanted=sys.argv[2], port=int(sys.argv[3])) as running:
        print("pid", running.pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(own())
"""


def start_owner(directory: Path, wanted: str, port: int) -> tuple[subprocess.Popen[str], int]:
    """A process that runs a broker, as `hotline up` does, and the broker's pid."""
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(directory), wanted, str(port)], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    for line in owner.stdout:
        if line.startswith("pid "):
            return owner, int(line.split()[1])
    raise AssertionError(f"the owner ended with status {owner.wait()}")


def background(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command)


def runs(pid: int) -> bool:
    """Whether a process is there and does more than wait to be collected."""
    return bool(shown_command(pid)) or is_dying(pid)


async def start(process: ChildProcess, command: list[str], timeout_seconds: float) -> None:
    """Start something that never accepts a client."""
    async with process.starting():
        process.spawn(command)
        await process.wait_ready(lambda: False, timeout_seconds)


async def eventually(condition: Callable[[], bool], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def send(bootstrap: str, values: range, *, idempotent: bool = True) -> None:
    await ensure_topics(bootstrap, {"tickets": 2})
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=idempotent) as producer:
        for number in values:
            await producer.send_and_wait("tickets", str(number).encode(), key=b"one ticket")


async def heard(bootstrap: str, count: int) -> list[int]:
    async with AIOKafkaConsumer("tickets", bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        async with asyncio.timeout(20):
            return [int((await consumer.getone()).value) for _ in range(count)]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the leftover is ended at the next start")
async def test_kafka_keeps_every_message_through_a_kill_of_its_owner_and_of_itself(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    owner, pid = start_owner(tmp_path, "kafka", port)
    await send(f"127.0.0.1:{port}", range(50))
    owner.kill()
    owner.wait()
    await eventually(lambda: not runs(pid), 5)
    async with broker(tmp_path, wanted="kafka", port=port) as running:
        assert (running.kind, running.remembers, running.fallback_reason) == ("kafka", True, None)
        await send(running.bootstrap, range(50, 100))
        first = running.pid
        os.kill(first, signal.SIGKILL)
        await eventually(lambda: running.pid != first and is_open(port))
        assert await heard(running.bootstrap, 100) == list(range(100))
    assert not runs(running.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its owner")
async def test_tansu_ends_with_its_owner_and_forgets(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    owner, pid = start_owner(tmp_path, "tansu", port)
    await send(f"127.0.0.1:{port}", range(5), idempotent=False)
    assert await heard(f"127.0.0.1:{port}", 5) == list(range(5))
    owner.kill()
    owner.wait()
    await eventually(lambda: not runs(pid), 5)
    async with broker(tmp_path, wanted="tansu", port=port) as running:
        assert (running.remembers, running.idempotent) == (False, False)
        await send(running.bootstrap, range(7, 8), idempotent=False)
        assert await heard(running.bootstrap, 1) == [7]


async def test_a_process_left_behind_is_ended_and_a_stranger_with_its_pid_is_not(tmp_path: Path) -> None:
    command = ["/bin/sleep", "61"]
    leftover, stranger = background(command), background(["/bin/sleep", "62"])
    try:
        for process in (leftover, stranger):
            (tmp_path / "sleeper.pid").write_text(json.dumps({"pid": process.pid, "command": command}))
            async with ChildProcess("sleeper", tmp_path).starting():
                pass
        assert leftover.wait(5) == -signal.SIGTERM
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


async def test_a_directory_has_one_owner_at_a_time(tmp_path: Path) -> None:
    async with EmbeddedTansu(tmp_path):
        with pytest.raises(DirectoryInUse, match=f"in use by process {os.getpid()}"):
            await EmbeddedTansu(tmp_path).start()
    async with EmbeddedTansu(tmp_path):
        pass


async def test_a_taken_port_is_named_and_leaves_the_directory_free(tmp_path: Path) -> None:
    async with EmbeddedTansu(tmp_path / "one") as first:
        port = int(first.bootstrap.split(":")[1])
        with pytest.raises(PortInUse, match=str(port)):
            await EmbeddedTansu(tmp_path / "two", port=port).start()
        async with EmbeddedTansu(tmp_path / "two"):
            pass


async def test_a_program_that_cannot_start_says_why(tmp_path: Path) -> None:
    process = ChildProcess("broken", tmp_path)
    with pytest.raises(StartFailed, match=r"(?s)broken stopped while starting \(status 3\).*no room on the disk"):
        await start(process, ["/bin/sh", "-c", "echo no room on the disk; exit 3"], timeout_seconds=10)


async def test_a_program_that_is_too_slow_is_ended(tmp_path: Path) -> None:
    process = ChildProcess("slow", tmp_path)
    with pytest.raises(StartFailed, match=r"did not accept clients within 0\.2 s"):
        await start(process, ["/bin/sleep", "60"], timeout_seconds=0.2)
    assert not process.running


async def test_kafka_with_a_broken_log_says_so_and_lets_go(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    kafka = EmbeddedKafka(tmp_path)
    with pytest.raises(StartFailed, match=r"(?s)kafka stopped while starting.*meta\.properties"):
        await kafka.start()
    assert not kafka.process.running
