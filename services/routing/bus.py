"""What routing hears: the ticket topic."""

from faststream import AckPolicy
from faststream.kafka import KafkaRouter

from contracts.topics import TICKETS
from kit.bus.inbound import Batch, as_they_came, events_of
from kit.bus.inbox import Inbox
from kit.decide.shell import Shell
from services.routing.rules import WorkOrder


def subscribe(inbox: Inbox, orders: Shell[WorkOrder]) -> KafkaRouter:
    """One group for all replicas; a batch counts as handled when what follows from it is saved."""
    router = KafkaRouter(parser=as_they_came, decoder=events_of(orders.decider.hears))

    @router.subscriber(TICKETS, group_id="routing", batch=True, ack_policy=AckPolicy.MANUAL, **inbox.polling)
    async def hear(batch: Batch) -> None:
        await inbox.take(batch, orders.hear)

    return router
