"""Nobody loses what they asked for when two tickets become one."""

from typing import Any

import pytest

from contracts.vocabulary import Channel, Closure
from services.intake.rules.merging import not_merged
from services.intake.rules.ticket import Ticket
from tests.unit.intake.desk import NOON, gas


def ticket(**said: Any) -> Ticket:
    given: dict[str, Any] = {
        "procedure": "p",
        "number": "n",
        "contact": "c",
        "channel": Channel.PHONE,
        "type": "fault",
        "customer_ref": "cust_1",
        "first_owner": "0117",
        "opened_at": NOON,
    }
    return Ticket.model_validate(given | said)


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [
        ({}, {"closure": Closure.ANSWERED}, "merged_into_closed"),
        ({}, {"customer_ref": "cust_2"}, "merged_strangers"),
        ({"matter": "m"}, {"customer_ref": "cust_2", "matter": "m2"}, "merged_strangers"),
        ({"type": "alarm"}, {"type": "praise"}, "merged_into_lighter"),
        ({"type": "complaint", "grade": 1}, {"type": "complaint", "grade": 3}, "merged_into_lighter"),
        ({"others": ("complaint",), "grade": 3}, {}, "merged_into_lighter"),
        ({"round": 1}, {}, "merged_into_waiting"),
    ],
)
def test_what_would_be_lost_is_not_merged(one: dict[str, Any], other: dict[str, Any], code: str) -> None:
    refused = not_merged(ticket(**one), ticket(**other), gas())
    assert refused is not None
    assert refused.code == code


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {}),
        ({"matter": "m"}, {"matter": "m", "customer_ref": "cust_2"}),
        ({"type": "praise"}, {"type": "alarm"}),
        ({"round": 1}, {"round": 1}),
    ],
)
def test_the_same_customer_or_matter_is_merged_into_what_is_no_lighter(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert not_merged(ticket(**one), ticket(**other), gas()) is None
