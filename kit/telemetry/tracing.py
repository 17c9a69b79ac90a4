"""Traces that run HTTP -> Kafka -> every consumer as one: W3C `traceparent` in headers and in events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from time import time_ns
from typing import Protocol

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased, Sampler, TraceIdRatioBased
from opentelemetry.trace import Link, Span, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from kit.settings import OtelSettings

MOST_TRACES = 128
"""So many traces of one batch are linked to (the SDK's own limit) and shown in; those of a long backlog only pass."""

_PROPAGATOR = TraceContextTextMapPropagator()
# Asked for once: looking a tracer up costs three times as much as a span.
TRACER = trace.get_tracer("hotline")
"""The tracer of the process's provider, whenever that is installed."""


def set_up_telemetry(service: str, settings: OtelSettings, exporter: SpanExporter | None = None) -> TracerProvider:
    """Install the process's tracer provider; call once, before the first span. See `build_provider`."""
    provider = build_provider(service, settings, exporter)
    trace.set_tracer_provider(provider)
    return provider


def build_provider(service: str, settings: OtelSettings, exporter: SpanExporter | None = None) -> TracerProvider:
    """Where spans go: with an endpoint in batches over OTLP/HTTP; to `exporter` (tests) each at once.

    Without either nothing is recorded, but trace ids are still made, carried on and logged, and a caller's decision to
    record is passed on to the next service unchanged.
    """
    provider = TracerProvider(resource=Resource.create({"service.name": service}), sampler=_sampler(settings, exporter))
    if settings.endpoint is not None:
        target = f"{settings.endpoint.rstrip('/')}/v1/traces"
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=target)))
    if exporter is not None:
        provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider


def _sampler(settings: OtelSettings, exporter: SpanExporter | None) -> Sampler:
    if settings.endpoint is None and exporter is None:
        return ParentBased(ALWAYS_OFF)
    return ParentBased(ALWAYS_ON if settings.sample_ratio >= 1 else TraceIdRatioBased(settings.sample_ratio))


class Carried(Protocol):
    """Something that came over the bus with the trace it belongs to: an event."""

    @property
    def traceparent(self) -> str | None: ...


def parent_of(traceparent: str | None) -> Context:
    """The context a `traceparent` names; an empty one when there is none or it is malformed."""
    return _PROPAGATOR.extract({"traceparent": traceparent} if traceparent else {}, context=Context())


def traceparent_of(span: Span) -> str | None:
    """The W3C header value that makes this span the parent of what follows."""
    context = span.get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def traceparent_now() -> str | None:
    """What a command gives its events, so that the trace goes on through the outbox: the current span as parent."""
    return traceparent_of(trace.get_current_span())


@contextmanager
def consume_span(service: str, events: Sequence[Carried], tracer: trace.Tracer = TRACER) -> Iterator[Span]:
    """Cover the handling of a batch, and show it in the traces of its events.

    One event: the span continues its trace. Several: the batch has a span of its own, linked to the events' traces that
    are being recorded, and each of these gets one span of the batch's duration which links to the batch; a span tree
    per event would cost more than handling it.
    """
    name = f"{service} process"
    if len(events) == 1:
        with tracer.start_as_current_span(name, parent_of(events[0].traceparent), SpanKind.CONSUMER) as span:
            yield span
        return
    parents = _recorded_parents(events)
    links = [Link(trace.get_current_span(parent).get_span_context()) for parent in parents]
    count = {"messaging.batch.message_count": len(events)}
    started = time_ns()
    batch = tracer.start_span(f"{service} process batch", Context(), SpanKind.CONSUMER, count, links, started)
    try:
        with trace.use_span(batch, end_on_exit=True):
            yield batch
    finally:
        link = [Link(batch.get_span_context())]
        for parent in parents:
            tracer.start_span(name, parent, SpanKind.CONSUMER, links=link, start_time=started).end()


def _recorded_parents(events: Iterable[Carried]) -> list[Context]:
    """One context per recorded trace: a ticket's several events in a batch are shown once."""
    by_trace = {text[3:35]: text for event in events if (text := event.traceparent) and _is_recorded(text)}
    return [parent_of(text) for text in islice(by_trace.values(), MOST_TRACES)]


def _is_recorded(traceparent: str) -> bool:
    """The sampled flag, read without parsing: this is asked of every event."""
    return traceparent[-1] in "13579bdf"
