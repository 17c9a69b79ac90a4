"""The five services by name, ready to be hosted one by one or all together."""

from collections.abc import Mapping
from types import MappingProxyType

from kit.run.host import Assemble
from services.callback.__main__ import assemble as callback
from services.intake.__main__ import assemble as intake
from services.knowledge.__main__ import assemble as knowledge
from services.routing.__main__ import assemble as routing
from services.sla_monitor.__main__ import assemble as sla_monitor

ASSEMBLIES: Mapping[str, Assemble] = MappingProxyType(
    {
        "intake": intake,
        "routing": routing,
        "sla_monitor": sla_monitor,
        "callback": callback,
        "knowledge": knowledge,
    }
)
