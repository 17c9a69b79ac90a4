"""Every metric of the plumbing, by name; a label has a small fixed set of values, never people or tickets."""

from prometheus_client import Counter, Gauge, Histogram

_HTTP_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_BUS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0)
_BATCH = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000)

HTTP_SECONDS = Histogram(
    "hotline_http_request_seconds",
    "Time from the first byte of a request to the last byte of its answer",
    ("method", "route", "status"),
    buckets=_HTTP_SECONDS,
)
HTTP_IN_FLIGHT = Gauge("hotline_http_requests_in_flight", "Requests being answered now")

ALLOWANCES_SPENT = Counter("hotline_allowances_spent", "Requests refused because an allowance was used up", ("kind",))

EVENTS_CONSUMED = Counter("hotline_events_consumed", "Events taken from the bus", ("service", "type"))
EVENTS_PUBLISHED = Counter("hotline_events_published", "Events the bus acknowledged", ("service", "type"))
EVENTS_DEDUPLICATED = Counter("hotline_events_deduplicated", "Redelivered events dropped", ("service",))
BATCH_SIZE = Histogram("hotline_batch_events", "Events in one consumed batch", ("service",), buckets=_BATCH)
BATCH_SECONDS = Histogram(
    "hotline_batch_seconds", "Time to fold, save and commit one batch", ("service",), buckets=_BUS_SECONDS
)
CONSUMER_LAG = Gauge("hotline_consumer_lag_events", "Events on the bus not consumed yet", ("service", "topic"))
DEAD_LETTERS = Counter("hotline_dead_letters", "Events set aside as impossible to handle", ("service", "reason"))

OUTBOX_WAITING = Gauge(
    "hotline_outbox_waiting_documents", "Documents with events the bus has not confirmed", ("service",)
)
OUTBOX_SET_ASIDE = Gauge(
    "hotline_outbox_set_aside_documents", "Documents whose events the bus will never take", ("service",)
)
OUTBOX_LAG_SECONDS = Histogram(
    "hotline_outbox_lag_seconds",
    "Time from the save of an event to its acknowledgement",
    ("service",),
    buckets=_BUS_SECONDS,
)
STORE_CALLS = Counter("hotline_store_calls", "Round trips to the store", ("service", "collection", "call"))
STORE_DOCUMENTS = Counter(
    "hotline_store_documents", "Documents asked for or written in them", ("service", "collection", "call")
)
STORE_CONFLICTS = Counter("hotline_store_conflicts", "Saves that lost a race and were done again", ("service",))

WAKE_LAG_SECONDS = Histogram(
    "hotline_wake_lag_seconds", "How late a due document was woken", ("service",), buckets=_BUS_SECONDS
)
