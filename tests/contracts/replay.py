"""Plays messages to the rules of every service, as the bus would; each alone, on a ticket that was just opened.

`python -m tests.contracts.replay FOLDER` says whose code reads and tells what could not be taken. A release's own copy
of this file, run in the checkout of its commit, tells what the readers of that release make of the present messages.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from contracts import generate, samples
from contracts.envelope import Event, UnknownType, decode, encode
from contracts.vocabulary import Channel
from kit.decide.decider import Decider
from kit.decide.fold import Draft
from kit.store.port import Document
from procedures.loader import load_all
from services.intake.rules.ticket import Ticket
from services.registry import virtual_deciders

BEFORE = {
    samples.TICKET: "ticket.opened",
    samples.ARTICLE: "article.submitted",
    samples.TASK: "task.raised",
    samples.NOTICE: "notice.raised",
    samples.CALL: "call.arrived",
    samples.AGENT: "agent.state_changed",
    samples.QUEUE: "queue.measured",
}
"""What a service has heard of a subject before the message comes."""

STUMBLING = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What a rule raises that cannot take what it hears."""

PROCEDURES = load_all()


def stumbles(messages: list[bytes]) -> list[str]:
    """What a service could not take, one line each; a type that is not known passes by, as on the bus."""
    return [line for message in messages for line in _of_message(message)]


def _of_message(message: bytes) -> Iterator[str]:
    try:
        event = decode(message)
    except UnknownType:
        return
    except ValueError as error:
        yield f"malformed: {error}"
        return
    for decider in virtual_deciders():
        try:
            _hear(decider, event)
        except STUMBLING as error:
            yield f"{decider.service} at {event.type}: {error!r}"


def _hear(decider: Decider[Any], event: Event) -> None:
    """Fold it in, say what follows, keep and read again what the service now knows."""
    draft = Draft.of(decider, event.subject, event.utility, _known(decider, event))
    draft.hear(replace(event, sequence=2), PROCEDURES.get)
    if draft.state is not None:
        assert type(draft.state).model_validate_json(draft.state.model_dump_json()) == draft.state
        decider.fields(draft.state)
    for said in draft.events:
        assert decode(encode(said)) == said


def _known(decider: Decider[Any], event: Event) -> Document[Any] | None:
    """The document as it stands when the message comes; intake made its own when it said that the ticket is open."""
    if event.type == f"hotline.{BEFORE[event.subject]}.v1":
        return None
    opening = decode((generate.samples_folder() / f"hotline.{BEFORE[event.subject]}.v1.json").read_bytes())
    if decider.collection.state is Ticket and event.subject == samples.TICKET:
        return Document(event.subject, event.utility, 1, _ticket(opening))
    draft = Draft.of(decider, event.subject, event.utility, None)
    draft.hear(opening, PROCEDURES.get)
    return draft.document() if draft.state is not None else None


def _ticket(opening: Event) -> Ticket:
    said: Any = opening.data
    return Ticket(
        procedure=said.procedure,
        number=said.number,
        contact="ctc_1",
        channel=Channel.PHONE,
        type=said.ticket_type,
        customer_ref=said.customer_ref,
        first_owner=said.first_owner,
        opened_at=said.at - timedelta(hours=1),
    )


if __name__ == "__main__":
    print(f"read by {Path(generate.__file__).parents[1]}")
    found = stumbles([file.read_bytes() for file in sorted(Path(sys.argv[1]).glob("*.json"))])
    sys.exit("\n".join(found) or None)
