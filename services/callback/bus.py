"""What callback hears: the ticket topic."""

from faststream import AckPolicy
from faststream.kafka import KafkaRouter

from contracts.topics import TICKETS
from kit.bus.inbound import Batch, as_they_came, events_of
from kit.bus.inbox import Inbox
from kit.decide.shell import Shell
from services.callback.rules.state import Calls


def subscribe(inbox: Inbox, calls: Shell[Calls]) -> KafkaRouter:
    """One group for all replicas; a batch counts as handled when what follows from it is saved."""
    router = KafkaRouter(parser=as_they_came, decoder=events_of(calls.decider.hears))

    @router.subscriber(TICKETS, group_id="callback", batch=True, ack_policy=AckPolicy.MANUAL, **inbox.polling)
    async def hear(batch: Batch) -> None:
        await inbox.take(batch, calls.hear)

    return router
