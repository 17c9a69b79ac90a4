"""Every service there is; whoever needs their list, a path or a way to put one together takes it from here.

It imports no service before one is asked for: a process that runs one loads that one alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from contracts.consumers import RELIES_ON
from contracts.topics import SPEAKERS, topics_of

if TYPE_CHECKING:
    from kit.decide.decider import Decider
    from kit.run.host import Assembled, Means


class Service(NamedTuple):
    """A package under `services`; `name` is also what `hotline run` takes and who it is on the bus."""

    name: str
    prefix: str
    """The path of the one host under which it answers."""

    def assemble(self, means: Means[Any]) -> Assembled:
        """Put together, as its `__main__` says."""
        assembled: Assembled = import_module(f"services.{self.name}.__main__").assemble(means)
        return assembled

    def deciders(self) -> tuple[Decider[Any], ...]:
        """What decides in it, for whoever runs it in virtual time."""
        deciders: tuple[Decider[Any], ...] = import_module(f"services.{self.name}.decider").DECIDERS
        return deciders

    def says_on(self) -> frozenset[str]:
        """The topics that its own events go to."""
        return frozenset(topic for fact in SPEAKERS[self.name] for topic in topics_of(fact))

    def hears_on(self) -> frozenset[str]:
        """The topics that it reads; none where it hears nobody."""
        return frozenset(topic for fact in RELIES_ON.get(self.name, ()) for topic in topics_of(fact))


_ALL = (
    Service("intake", "intake"),
    Service("routing", "routing"),
    Service("sla_monitor", "sla"),
    Service("callback", "callback"),
    Service("knowledge", "knowledge"),
    Service("telephony", "telephony"),
)

SERVICES: Mapping[str, Service] = MappingProxyType({service.name: service for service in _ALL})
"""By name."""


def speaking_on(topic: str) -> tuple[Service, ...]:
    """Those whose events lie on this topic."""
    return tuple(service for service in _ALL if topic in service.says_on())


def virtual_deciders() -> Iterator[Decider[Any]]:
    """Every decider, for whoever runs all services together in virtual time."""
    for service in _ALL:
        yield from service.deciders()
