"""What callback hears: the ticket topic, and what the phone switch tells of the calls that were dialled here."""

from collections.abc import Sequence

from faststream import AckPolicy
from faststream.kafka import KafkaRouter

from contracts.envelope import Event
from contracts.topics import CALLS, TICKETS
from kit.bus.inbound import Batch, as_they_came, events_of
from kit.bus.inbox import Inbox
from kit.decide.shell import Shell
from services.callback.rules.line import PhoneCall
from services.callback.rules.state import Calls


def subscribe(inbox: Inbox, calls: Shell[Calls], lines: Shell[PhoneCall]) -> KafkaRouter:
    """One group for all replicas; a batch counts as handled when what follows from it is saved."""
    router = KafkaRouter(parser=as_they_came, decoder=events_of({**calls.decider.hears, **lines.decider.hears}))

    async def save(events: Sequence[Event]) -> int:
        return await calls.hear(events) + await lines.hear(events)

    @router.subscriber(CALLS, TICKETS, group_id="callback", batch=True, ack_policy=AckPolicy.MANUAL, **inbox.polling)
    async def hear(batch: Batch) -> None:
        await inbox.take(batch, save)

    return router
