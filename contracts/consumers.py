"""What each service hears and which fields of it it relies on; tests hold it against the deciders and the samples."""

from collections.abc import Mapping
from types import MappingProxyType

from contracts.fact import Fact

RELIES_ON: Mapping[str, Mapping[type[Fact], tuple[str, ...]]] = MappingProxyType({})
