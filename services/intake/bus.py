"""What intake hears: what becomes of its tickets, on the ticket topic, and what the phone switch does, on its own."""

from collections.abc import Sequence

from faststream import AckPolicy
from faststream.kafka import KafkaRouter

from contracts.envelope import Event
from contracts.topics import CALLS, TICKETS
from kit.bus.inbound import Batch, as_they_came, events_of
from kit.bus.inbox import Inbox
from kit.decide.shell import Shell
from services.intake.calls.rules.call import Call
from services.intake.rules.ticket import Ticket


def subscribe(inbox: Inbox, tickets: Shell[Ticket], calls: Shell[Call]) -> KafkaRouter:
    """One group for all replicas; a batch counts as handled when what follows from it is saved."""
    router = KafkaRouter(parser=as_they_came, decoder=events_of({**tickets.decider.hears, **calls.decider.hears}))

    async def save(events: Sequence[Event]) -> int:
        return await tickets.hear(events) + await calls.hear(events)

    @router.subscriber(CALLS, TICKETS, group_id="intake", batch=True, ack_policy=AckPolicy.MANUAL, **inbox.polling)
    async def hear(batch: Batch) -> None:
        await inbox.take(batch, save)

    return router
