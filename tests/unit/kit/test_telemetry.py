"""A trace goes from a request through the outbox to every consumer, and a batch does not lose it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from kit.settings import OtelSettings
from kit.telemetry.tracing import build_provider, consume_span, parent_of, traceparent_now, traceparent_of

RECORDED = "00-{:032x}-b7ad6b7169203331-01"
IGNORED = "00-{:032x}-b7ad6b7169203331-00"


@dataclass
class Carrier:
    traceparent: str | None


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def provider(exporter: InMemorySpanExporter) -> Iterator[TracerProvider]:
    provider = build_provider("routing", OtelSettings(), exporter)
    yield provider
    provider.shutdown()


def named(exporter: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in exporter.get_finished_spans() if span.name == name]


def trace_id(span: ReadableSpan) -> int:
    assert span.context is not None
    return int(span.context.trace_id)


def is_sampled(traceparent: str | None) -> bool:
    assert traceparent is not None
    return bool(int(traceparent.rpartition("-")[2], 16) & 1)


def test_what_a_request_says_continues_in_its_consumer(
    provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    tracer = provider.get_tracer("t")
    with tracer.start_as_current_span("POST /intake/requests") as request:
        event = Carrier(traceparent_now())
    with consume_span("routing", [event], tracer):
        said = traceparent_now()
    with consume_span("callback", [Carrier(said)], tracer):
        pass
    assert {trace_id(span) for span in exporter.get_finished_spans()} == {request.get_span_context().trace_id}
    (routing,), (callback,) = named(exporter, "routing process"), named(exporter, "callback process")
    assert routing.parent is not None
    assert routing.parent.span_id == request.get_span_context().span_id
    assert callback.parent is not None
    assert routing.context is not None
    assert callback.parent.span_id == routing.context.span_id


def test_a_batch_is_seen_in_each_of_its_traces_once_and_links_to_all(
    provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    events = [Carrier(RECORDED.format(number)) for number in (1, 1, 2, 3)]
    with consume_span("routing", events, provider.get_tracer("t")):
        pass
    (batch,) = named(exporter, "routing process batch")
    assert {link.context.trace_id for link in batch.links} == {1, 2, 3}
    assert batch.attributes == {"messaging.batch.message_count": 4}
    shown = named(exporter, "routing process")
    assert sorted(trace_id(span) for span in shown) == [1, 2, 3]
    assert all(span.links[0].context.span_id == batch.context.span_id for span in shown if batch.context)
    assert all(span.start_time == batch.start_time for span in shown)


def test_a_trace_nobody_records_stays_unrecorded(provider: TracerProvider, exporter: InMemorySpanExporter) -> None:
    events = [Carrier(IGNORED.format(1)), Carrier(RECORDED.format(2))]
    with consume_span("routing", events, provider.get_tracer("t")):
        pass
    assert [trace_id(span) for span in named(exporter, "routing process")] == [2]


@pytest.mark.parametrize("damaged", [None, "", "nonsense", "00-0-0-0", "ff-" + "0" * 32 + "-" + "0" * 16 + "-01"])
def test_a_missing_or_damaged_traceparent_starts_a_new_trace(
    provider: TracerProvider, exporter: InMemorySpanExporter, damaged: str | None
) -> None:
    with consume_span("routing", [Carrier(damaged)], provider.get_tracer("t")):
        assert traceparent_now() is not None
    (span,) = named(exporter, "routing process")
    assert span.parent is None


def test_a_failing_batch_is_marked_as_failed(provider: TracerProvider, exporter: InMemorySpanExporter) -> None:
    events = [Carrier(RECORDED.format(number)) for number in (1, 2)]
    with pytest.raises(ZeroDivisionError), consume_span("routing", events, provider.get_tracer("t")):
        raise ZeroDivisionError
    (batch,) = named(exporter, "routing process batch")
    assert not batch.status.is_ok


def test_a_large_backlog_is_shown_in_as_many_traces_as_may_be(
    provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    with consume_span("routing", [Carrier(RECORDED.format(n)) for n in range(1, 501)], provider.get_tracer("t")):
        pass
    (batch,) = named(exporter, "routing process batch")
    assert len(batch.links) == len(named(exporter, "routing process")) == 128


def test_outside_of_any_span_there_is_no_traceparent() -> None:
    assert traceparent_now() is None
    assert traceparent_of(trace.INVALID_SPAN) is None


def test_without_an_exporter_traces_are_carried_but_not_recorded() -> None:
    tracer = build_provider("routing", OtelSettings()).get_tracer("t")
    with tracer.start_as_current_span("request") as span:
        assert not span.is_recording()
        carried = traceparent_now()
    assert not is_sampled(carried)
    with tracer.start_as_current_span("next", parent_of(carried)) as span:
        assert carried is not None
        assert f"{span.get_span_context().trace_id:032x}" == carried.split("-")[1]


def test_a_callers_wish_to_record_is_passed_on_even_when_we_do_not_export() -> None:
    tracer = build_provider("routing", OtelSettings()).get_tracer("t")
    with tracer.start_as_current_span("request", parent_of(RECORDED.format(5))):
        carried = traceparent_now()
    assert is_sampled(carried)


def test_a_share_of_the_traces_can_be_recorded(exporter: InMemorySpanExporter) -> None:
    tracer = build_provider("routing", OtelSettings(sample_ratio=0.0), exporter).get_tracer("t")
    with tracer.start_as_current_span("request"):
        pass
    assert exporter.get_finished_spans() == ()
