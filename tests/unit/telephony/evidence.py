"""A story as statements, handed to the rules alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.telephony.ami.calls import CallReader
from services.telephony.people import Numbers
from services.telephony.rules import ending, telling
from services.telephony.rules.call import Call
from services.telephony.rules.heard import Heard
from tests.unit.telephony.story import PROCEDURE, VAULT, Story

READER = CallReader(PROCEDURE.ref, Numbers(VAULT, PROCEDURE.utility).party)


def statements(story: Story) -> list[Heard]:
    return [
        fact
        for message in story.messages
        for fact in READER.read(message, datetime.fromtimestamp(round(message["t"], 3), UTC))
    ]


def gathered(facts: list[Heard]) -> Call:
    call: Any = None
    for fact in facts:
        outcome: Any = telling.hear(call, fact, PROCEDURE)
        call = outcome[0]
    assert isinstance(call, Call)
    return call


def closed_call(facts: list[Heard]) -> Call:
    outcome: Any = telling.wake(gathered(facts), max(fact.at for fact in facts) + timedelta(hours=5), PROCEDURE)
    call = outcome[0]
    assert isinstance(call, Call)
    assert call.closed_by is not None
    return call


def closed(facts: list[Heard]) -> Any:
    """The end of it, and which facts were said."""
    call = closed_call(facts)
    return ending.ended(call, call.closed_by or "unknown"), sorted(call.said)  # type: ignore[arg-type]
