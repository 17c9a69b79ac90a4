"""Ready means: everything answers, and the consume loop moves."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from kit.run.health import Health, NotReady, ProgressCheck, health_router


class Watch:
    """A hand-moved machine clock."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 20, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def pass_seconds(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def progress(watch: Watch) -> ProgressCheck:
    return ProgressCheck(timedelta(seconds=10), timedelta(seconds=60), watch)


async def test_a_loop_that_never_polled_is_not_ready(progress: ProgressCheck) -> None:
    with pytest.raises(NotReady, match="not polled yet"):
        await progress()


async def test_a_loop_that_polls_an_empty_topic_stays_ready(progress: ProgressCheck, watch: Watch) -> None:
    for _ in range(100):
        watch.pass_seconds(5)
        progress.polled(position=7, lag=0)
        await progress()


async def test_a_loop_that_hangs_in_a_handler_is_found_out(progress: ProgressCheck, watch: Watch) -> None:
    progress.polled(position=1, lag=0)
    watch.pass_seconds(11)
    with pytest.raises(NotReady, match="last polled 11 s ago"):
        await progress()


async def test_a_loop_that_polls_but_gets_nothing_done_is_found_out(progress: ProgressCheck, watch: Watch) -> None:
    progress.polled(position=3, lag=9)
    for _ in range(7):
        watch.pass_seconds(9)
        progress.polled(position=3, lag=9)
    with pytest.raises(NotReady, match="events wait but none was handled for 63 s"):
        await progress()


async def test_a_loop_that_works_off_a_long_lag_is_ready(progress: ProgressCheck, watch: Watch) -> None:
    for position in range(30):
        watch.pass_seconds(9)
        progress.polled(position=position, lag=10_000)
        await progress()


async def test_lag_that_appears_after_a_quiet_night_gets_its_full_time(progress: ProgressCheck, watch: Watch) -> None:
    for _ in range(1000):
        watch.pass_seconds(9)
        progress.polled(position=3, lag=0)
    watch.pass_seconds(5)
    progress.polled(position=3, lag=4)
    await progress()


async def fine() -> None:
    return None


async def broken() -> None:
    raise ConnectionRefusedError("nobody at 127.0.0.1:9092")


async def hanging() -> None:
    await asyncio.sleep(60)


async def readyz(health: Health) -> httpx.Response:
    app = FastAPI()
    app.include_router(health_router(health))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        assert (await client.get("/livez")).json() == {"live": True}
        return await client.get("/readyz")


async def test_all_checks_fine_is_ready() -> None:
    health = Health()
    health.add("routing.store", fine)
    answer = await readyz(health)
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "checks": {"routing.store": {"ok": True, "detail": ""}}}


async def test_one_check_down_is_not_ready_and_says_which_and_why() -> None:
    health = Health()
    health.add("routing.store", fine)
    health.add("bus", broken)
    answer = await readyz(health)
    assert answer.status_code == 503
    assert answer.json()["checks"]["bus"] == {"ok": False, "detail": "nobody at 127.0.0.1:9092"}
    assert answer.json()["checks"]["routing.store"]["ok"]


async def test_a_check_that_hangs_counts_as_down() -> None:
    health = Health(patience=timedelta(milliseconds=50))
    health.add("bus", hanging)
    answer = await readyz(health)
    assert answer.json()["checks"]["bus"]["detail"] == "no answer within 0.05 s"


async def test_a_draining_process_is_not_ready_but_lives() -> None:
    health = Health()
    health.draining = True
    answer = await readyz(health)
    assert answer.status_code == 503
    assert "draining" in answer.json()["checks"]


def test_a_check_is_named_once() -> None:
    health = Health()
    health.add("bus", fine)
    with pytest.raises(ValueError, match="already a check 'bus'"):
        health.add("bus", fine)
