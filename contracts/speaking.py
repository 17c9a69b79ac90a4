"""Readers believe nobody: whether an event is its speaker's to say, of that thing, in that place."""

from collections.abc import Iterator

from contracts.envelope import EnvelopeError, Event
from contracts.topics import TOPICS, source_of, topic_of


class NotTheirs(EnvelopeError):
    """A well-formed event that its speaker may not say, or not of that, or not there; the message says which."""


def check_speaker(event: Event, topic: str, key: bytes) -> None:
    """Raises NotTheirs; `topic` and `key` are where the event lies. A topic that is none of ours holds any subject."""
    if found := list(_faults(event, topic, key)):
        raise NotTheirs("; ".join(found))


def _faults(event: Event, topic: str, key: bytes) -> Iterator[str]:
    fact, kind = type(event.data), event.subject.partition("_")[0]
    if event.source != source_of(fact.said_by):
        yield f"{event.type} is said by {source_of(fact.said_by)} alone, not by {event.source}"
    if kind not in fact.about:
        yield f"{event.type} does not happen to {kind}"
    elif topic in TOPICS and topic_of(event.subject) != topic:
        yield f"{kind} has its place on {topic_of(event.subject)}, not on {topic}"
    if key != event.subject.encode():
        yield "its key is not its subject"
