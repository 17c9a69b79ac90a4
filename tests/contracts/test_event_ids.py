"""Event ids are UUIDs of version 5, although they are written out by hand."""

from uuid import NAMESPACE_URL, UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from contracts.ids import event_id, is_event_id


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.integers(1, 10**9))
def test_an_event_id_is_what_the_standard_library_makes_of_cause_source_and_number(cause: str, sequence: int) -> None:
    made = event_id(cause, "/hotline/routing", sequence)
    assert made == str(uuid5(uuid5(NAMESPACE_URL, "hotline-loop/events"), f"{cause}//hotline/routing/{sequence}"))
    assert UUID(made).version == 5
    assert is_event_id(made)
