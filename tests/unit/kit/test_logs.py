"""One JSON line per happening, whoever said it, without people's numbers."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider

from kit.settings import LogSettings
from kit.telemetry.logs import MASK, mask, set_up_logs


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    set_up_logs("routing", LogSettings(level="INFO", format="json"), stream)
    yield stream
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def said(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_a_line_names_service_moment_and_ticket(lines: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(ticket="tkt_01"):
        structlog.get_logger("x").info("dispatched", unit="jinan")
    (line,) = said(lines)
    assert line["event"] == "dispatched"
    assert (line["service"], line["ticket"], line["unit"], line["level"]) == ("routing", "tkt_01", "jinan", "info")
    assert line["time"].endswith("Z")


def test_a_line_carries_the_trace_it_belongs_to(lines: io.StringIO) -> None:
    with TracerProvider().get_tracer("t").start_as_current_span("s") as span:
        structlog.get_logger("x").info("dispatched")
    (line,) = said(lines)
    assert line["trace_id"] == f"{span.get_span_context().trace_id:032x}"
    assert line["span_id"] == f"{span.get_span_context().span_id:016x}"


@pytest.mark.parametrize("library", ["uvicorn.error", "faststream", "anything.else"])
def test_libraries_speak_the_same_way(lines: io.StringIO, library: str) -> None:
    logging.getLogger(library).warning("took %d s", 3)
    (line,) = said(lines)
    assert line["event"] == "took 3 s"
    assert (line["logger"], line["level"], line["service"]) == (library, "warning", "routing")


def test_a_chatty_library_is_kept_to_its_warnings(lines: io.StringIO) -> None:
    logging.getLogger("aiokafka.consumer").info("fetching")
    assert said(lines) == []


def test_what_lies_below_the_level_is_not_said(lines: io.StringIO) -> None:
    structlog.get_logger("x").debug("detail")
    assert said(lines) == []


def test_an_exception_comes_with_its_trace_in_one_line_and_without_numbers(lines: io.StringIO) -> None:
    try:
        raise ValueError("no customer 13812345678")
    except ValueError:
        structlog.get_logger("x").exception("failed")
    (line,) = said(lines)
    assert "Traceback" in line["exception"]
    assert f"no customer {MASK}" in line["exception"]


def test_numbers_are_masked_wherever_they_hide(lines: io.StringIO) -> None:
    structlog.get_logger("x").info("call 13812345678", nested={"who": ["37010219900307881X"]}, number=13812345678)
    text = lines.getvalue()
    assert "13812345678" not in text
    assert "37010219900307881X" not in text


@pytest.mark.parametrize(
    "number",
    ["13812345678", "+8613812345678", "86 138 1234 5678", "138-1234-5678", "0531-88012345", "370102199003078814"],
)
def test_peoples_numbers_are_masked(number: str) -> None:
    assert mask(f"call {number} now") == f"call {MASK} now"
    assert mask(f'{{"a":"{number}"}}') == f'{{"a":"{MASK}"}}'


@pytest.mark.parametrize(
    "told",
    ["/intake/tickets/{}", "/customers/cust_{}", "/calls/call_{}/recordings", "req-{}", "投诉_{}.jpg", "tel{}", "q.{}"],
)
def test_a_number_is_masked_in_paths_request_ids_and_file_names(told: str) -> None:
    assert mask(told.format("13812345678")) == told.format(MASK)


@pytest.mark.parametrize(
    "harmless",
    [
        "tkt_01KBCDEFGH13812345678XYZ",
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "2026-11-20T08:50:00.138123Z",
        "1763600000000",
        "0.13812345678",
        "KL-20261120-00123-4",
        "127.0.0.1:9092",
        "956100",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "b7e23ec2-9af2-4c36-8138-123456780000",
    ],
)
def test_ids_moments_and_figures_are_not_mistaken_for_people(harmless: str) -> None:
    assert mask(harmless) == harmless


def test_a_terminal_gets_readable_lines_masked_too(lines: io.StringIO) -> None:
    set_up_logs("routing", LogSettings(format="console"), lines)
    structlog.get_logger("x").info("called 13812345678")
    assert not lines.getvalue().startswith("{")
    assert MASK in lines.getvalue()


def test_a_terminal_is_not_shown_local_variables(lines: io.StringIO) -> None:
    set_up_logs("routing", LogSettings(format="console"), lines)
    address = "Lixia road " + "17"
    try:
        raise ValueError("failed")
    except ValueError:
        structlog.get_logger("x").exception("failed")
    assert "Traceback" in lines.getvalue()
    assert address not in lines.getvalue()
