"""What intake hears: what becomes of its tickets, on the ticket topic."""

from faststream import AckPolicy
from faststream.kafka import KafkaRouter

from contracts.topics import TICKETS
from kit.bus.inbound import Batch, as_they_came, events_of
from kit.bus.inbox import Inbox
from kit.decide.shell import Shell
from services.intake.rules.ticket import Ticket


def subscribe(inbox: Inbox, tickets: Shell[Ticket]) -> KafkaRouter:
    """One group for all replicas; a batch counts as handled when what follows from it is saved."""
    router = KafkaRouter(parser=as_they_came, decoder=events_of(tickets.decider.hears))

    @router.subscriber(TICKETS, group_id="intake", batch=True, ack_policy=AckPolicy.MANUAL, **inbox.polling)
    async def hear(batch: Batch) -> None:
        await inbox.take(batch, tickets.hear)

    return router
