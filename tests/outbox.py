"""An outlet that keeps what was said, in place of the bus."""

from collections.abc import Sequence

from contracts.envelope import Event


class Outbox:
    """What a shell said, in order."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def put(self, key: str, published: int, events: Sequence[Event]) -> None:  # noqa: ARG002 - the port's signature
        self.events.extend(events)
