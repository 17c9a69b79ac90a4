"""What sla_monitor hears: the ticket topic and the knowledge topic."""

from faststream import AckPolicy
from faststream.kafka import KafkaRouter

from contracts.topics import KNOWLEDGE, TICKETS
from kit.bus.inbound import Batch, as_they_came, events_of
from kit.bus.inbox import Inbox
from kit.decide.shell import Shell
from services.sla_monitor.rules.state import Sla


def subscribe(inbox: Inbox, clocks: Shell[Sla]) -> KafkaRouter:
    """One group for all replicas; a batch counts as handled when what follows from it is saved."""
    router = KafkaRouter(parser=as_they_came, decoder=events_of(clocks.decider.hears))

    @router.subscriber(
        KNOWLEDGE, TICKETS, group_id="sla_monitor", batch=True, ack_policy=AckPolicy.MANUAL, **inbox.polling
    )
    async def hear(batch: Batch) -> None:
        await inbox.take(batch, clocks.hear)

    return router
