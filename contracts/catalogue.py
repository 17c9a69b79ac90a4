"""Every fact there is, by its wire type."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from contracts import callback, calls, clock, knowledge, ticket
from contracts.fact import Fact


def _facts_in(*modules: object) -> Iterator[type[Fact]]:
    for module in modules:
        for found in vars(module).values():
            if isinstance(found, type) and issubclass(found, Fact) and hasattr(found, "type"):
                yield found


FACTS: Mapping[str, type[Fact]] = MappingProxyType(
    {fact.type: fact for fact in _facts_in(ticket, clock, callback, knowledge, calls)}
)

BY_SHORT_TYPE: Mapping[str, type[Fact]] = MappingProxyType({fact.short_type(): fact for fact in FACTS.values()})
"""The same by the name that cases and procedures use: `ticket.opened`."""
