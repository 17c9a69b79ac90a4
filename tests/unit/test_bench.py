"""What a ticket costs is counted, and a revision that costs more is told."""

from bench.compare import compared
from bench.counts import counted


def test_a_ticket_costs_no_more_round_trips_than_it_did() -> None:
    """One of them is the monitor's, which remembers that the ticket is closed."""
    counts = counted()
    assert counts["store calls"] <= 68
    assert counts["events"] == 16
    assert counted()["store calls"] == counts["store calls"]


def test_what_became_dearer_is_named_and_what_is_new_counts() -> None:
    lines, dearer = compared({"store calls": 100, "events": 10}, {"store calls": 106, "events": 10, "bytes": 1}, "abc")
    assert dearer == ["store calls", "bytes"]
    assert "+6.0%" in lines[1]
