"""Structured logs: one JSON line per happening with service, trace and ticket, from every library alike."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import orjson
import structlog
from opentelemetry import trace
from structlog.types import EventDict, Processor, WrappedLogger

from kit.settings import LogSettings

_PERSONAL = re.compile(
    r"(?<![0-9A-Za-f])(?<![0-9]\.)(?:"  # not within a trace id, a ULID or a fraction, but in a path or a name
    r"(?:\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}"  # mobile number
    r"|0[1-9][0-9]{1,2}[- ][0-9]{7,8}"  # fixed line with area code
    r"|[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"  # identity card
    r")(?![0-9A-Za-f])"
)
MASK = "[masked]"


def mask(text: str) -> str:
    """The last net: phone and identity numbers must never get this far, and go no further (R004-040)."""
    return _PERSONAL.sub(MASK, text)


def is_personal(text: str) -> bool:
    """Whether somebody's phone or identity number stands in it."""
    return _PERSONAL.search(text) is not None


def set_up_logs(service: str, settings: LogSettings, stream: TextIO | None = None) -> None:
    """Send structlog and the standard library's logging to `stream` (default stderr) as one kind of line."""
    out = stream or sys.stderr
    console = settings.format == "console" or (settings.format == "auto" and out.isatty())
    shared = _shared(service)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(settings.level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_last(console)))
    logging.basicConfig(level=settings.level, handlers=[handler], force=True)
    _quieten()


def _shared(service: str) -> list[Processor]:
    def add_service(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event.setdefault("service", service)
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        add_service,
        add_trace,
    ]


def add_trace(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """The trace and span this happened in, where there is one."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = trace.format_trace_id(context.trace_id)
        event["span_id"] = trace.format_span_id(context.span_id)
    return event


def _last(console: bool) -> list[Processor]:
    drop = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if console:
        # Not the pretty tracebacks: they print local variables, which may be people's data.
        return [drop, _Masked(structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback))]
    return [drop, structlog.processors.format_exc_info, _Masked(structlog.processors.JSONRenderer(serializer=_json))]


class _Masked:
    """Masks the finished line, so that nothing nested, formatted or thrown can slip by."""

    def __init__(self, render: Processor) -> None:
        self._render = render

    def __call__(self, logger: WrappedLogger, name: str, event: MutableMapping[str, Any]) -> str:
        return mask(str(self._render(logger, name, event)))


def _json(event: EventDict, **_: Any) -> str:
    return orjson.dumps(event, default=repr, option=orjson.OPT_NON_STR_KEYS).decode()


def _quieten() -> None:
    """Libraries that set up their own handlers, or say at INFO what only their authors want to know."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "faststream", "aiokafka"):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
    for name in ("aiokafka", "httpx", "httpcore", "uvicorn.access", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # It warns at every start that it makes no topics; a failed poll is an error to it.
    logging.getLogger("faststream.kafka").setLevel(logging.ERROR)
