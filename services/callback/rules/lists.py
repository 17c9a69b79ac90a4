"""The fields by which the callback desk lists its plans."""

from collections.abc import Mapping
from datetime import datetime

from services.callback.rules.state import Calls, next_call_not_after, next_call_not_before

FIELDS = ("call_not_before", "call_not_after", "kind")


def fields(state: Calls) -> Mapping[str, str | datetime | None]:
    """The window of the next call, empty when none is planned, and what kind of call it is."""
    return {
        "call_not_before": next_call_not_before(state),
        "call_not_after": next_call_not_after(state),
        "kind": state.owed.value,
    }
