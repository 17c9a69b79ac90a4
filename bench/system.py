"""The whole hotline as a child process to be measured, with the CPU time it took."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from prometheus_client.parser import text_string_to_metric_families

from hotline.address import known_address, known_bus
from hotline.api import Api
from hotline.tokens import token_of
from kit.settings import EmbeddedSettings, Settings

START_SECONDS = 60

PASSING_TIME = frozenset({"due", "next_wake", "unpublished", "waiting", "said_since"})
"""What is asked of a store by the clock, whether anything happens or not."""


@dataclass(frozen=True, slots=True)
class System:
    """A running hotline; `process` is the five services, the broker apart."""

    api: Api
    process: psutil.Process
    bootstrap: str

    def cpu_seconds(self) -> float:
        """User and system time of the services so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    async def store_calls(self) -> Counter[str]:
        """How often each service asked its store for what, so far: `routing load`."""
        calls: Counter[str] = Counter()
        for family in text_string_to_metric_families(await self.api.text("/metrics")):
            for sample in family.samples:
                if sample.name == "hotline_store_calls_total" and sample.labels["call"] not in PASSING_TIME:
                    calls[f"{sample.labels['service']} {sample.labels['call']}"] += int(sample.value)
        return calls

    def megabytes(self) -> float:
        """Resident memory."""
        return float(self.process.memory_info().rss) / 1e6


@asynccontextmanager
async def hotline(var: Path, store_url: str | None = None) -> AsyncIterator[System]:
    """Start `hotline up` under `var`, in real time, and stop it by SIGTERM."""
    (var / "address").unlink(missing_ok=True)
    environment = os.environ | ({"HOTLINE_STORE__URL": store_url} if store_url else {})
    command = (sys.executable, "-m", "hotline.cli", "up", "--var", str(var), "--port", "0")
    child = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.DEVNULL)
    settings = Settings(embedded=EmbeddedSettings(path=var))
    try:
        api = Api(await _address(settings, child), token_of(settings))
        await _ready(api)
        yield System(api, psutil.Process(child.pid), known_bus(settings)[0])
        await api.close()
    finally:
        if child.returncode is None:
            child.send_signal(signal.SIGTERM)
        await child.wait()


async def _address(settings: Settings, child: asyncio.subprocess.Process) -> str:
    for _ in range(START_SECONDS * 10):
        if child.returncode is not None:
            raise RuntimeError(f"hotline up ended with status {child.returncode}")
        if (settings.embedded.path / "address").exists():
            return known_address(settings)
        await asyncio.sleep(0.1)
    raise TimeoutError("hotline up did not start")


async def _ready(api: Api) -> None:
    for _ in range(START_SECONDS * 10):
        if await api.is_ready():
            return
        await asyncio.sleep(0.1)
    raise TimeoutError("hotline up is not ready")
