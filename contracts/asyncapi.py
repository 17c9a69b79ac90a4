"""The AsyncAPI 3 document: which service says and hears what on which topic."""

from typing import Any

from contracts.catalogue import FACTS
from contracts.consumers import RELIES_ON
from contracts.fact import Fact
from contracts.schemas import first_line
from contracts.topics import CALLS, DEAD_LETTERS, KNOWLEDGE, SPEAKERS, TICKETS, topics_of

_ABOUT = {
    TICKETS: "Everything that happens to a ticket, keyed by ticket id: causal order per ticket for every reader.",
    KNOWLEDGE: "Everything that happens to an article, a task or a notice, keyed by its id.",
    CALLS: "What the phone switch does, keyed by the id of the call, of the agent's station or of the queue.",
    DEAD_LETTERS: "Messages that could not be read or handled: original bytes, reason and trace.",
}


def asyncapi_document() -> dict[str, Any]:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "hotline-loop",
            "version": "1",
            "description": "Events of a utility's customer hotline: CloudEvents 1.0, structured mode, over Kafka.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {_name(topic): _channel(topic) for topic in _ABOUT},
        "operations": dict(_operations()),
        "components": {"messages": {fact.type: _message(fact) for fact in FACTS.values()}},
    }


def _name(topic: str) -> str:
    return topic.rpartition(".")[2]


def _channel(topic: str) -> dict[str, Any]:
    messages = [fact for fact in FACTS.values() if topic in topics_of(fact)]
    return {
        "address": topic,
        "description": _ABOUT[topic],
        "messages": {fact.type: {"$ref": f"#/components/messages/{fact.type}"} for fact in messages},
    }


def _message(fact: type[Fact]) -> dict[str, Any]:
    schema = {"schemaFormat": "application/schema+json;version=draft-2020-12"}
    return {
        "name": fact.type,
        "title": fact.short_type(),
        "summary": first_line(fact),
        "contentType": "application/cloudevents+json",
        "payload": schema | {"schema": {"$ref": f"schemas/{fact.type}.json"}},
    }


def _operations() -> list[tuple[str, dict[str, Any]]]:
    said = [(service, "send", facts) for service, facts in SPEAKERS.items()]
    heard = [(service, "receive", tuple(facts)) for service, facts in RELIES_ON.items()]
    return [
        (f"{service}.{action}.{_name(topic)}", _operation(topic, action, facts))
        for service, action, facts in (*said, *heard)
        for topic in (TICKETS, KNOWLEDGE, CALLS)
        if any(topic in topics_of(fact) for fact in facts)
    ]


def _operation(topic: str, action: str, facts: tuple[type[Fact], ...]) -> dict[str, Any]:
    here = f"#/channels/{_name(topic)}"
    messages = [{"$ref": f"{here}/messages/{fact.type}"} for fact in facts if topic in topics_of(fact)]
    return {"action": action, "channel": {"$ref": here}, "messages": messages}
