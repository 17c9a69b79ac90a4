"""The topics, what is said on each, and who alone may say it."""

from collections.abc import Mapping
from types import MappingProxyType

from contracts.catalogue import FACTS
from contracts.fact import Fact

TICKETS = "hotline.tickets"
KNOWLEDGE = "hotline.knowledge"
CALLS = "hotline.calls"
DEAD_LETTERS = "hotline.dead-letters"

TOPICS = (TICKETS, KNOWLEDGE, CALLS, DEAD_LETTERS)


def source_of(service: str) -> str:
    """The CloudEvents source of a service."""
    return f"/hotline/{service}"


SPEAKERS: Mapping[str, tuple[type[Fact], ...]] = MappingProxyType(
    {
        service: tuple(fact for fact in FACTS.values() if fact.said_by == service)
        for service in dict.fromkeys(fact.said_by for fact in FACTS.values())
    }
)
"""By service; the facts themselves name it."""

_TOPIC_BY_PREFIX: Mapping[str, str] = MappingProxyType(
    {"tkt": TICKETS, "art": KNOWLEDGE, "tsk": KNOWLEDGE, "ntc": KNOWLEDGE, "call": CALLS, "agt": CALLS, "que": CALLS}
)


def topic_of(subject: str) -> str:
    """Where events about this subject go; an id names its kind before the underscore (`tkt_01K…`).

    A clock of an article therefore runs on the article's topic, in order with what happens to it.
    """
    return _TOPIC_BY_PREFIX[subject.partition("_")[0]]


def topics_of(fact: type[Fact]) -> tuple[str, ...]:
    """Where this fact may lie, by what it happens to: a clock may be a ticket's or an article's.

    Raises KeyError for a kind of thing that nobody has given a topic.
    """
    return tuple(dict.fromkeys(_TOPIC_BY_PREFIX[kind] for kind in fact.about))
