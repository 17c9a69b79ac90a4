"""Can the templates be filled, is whoever is forwarded to told of, and are warnings of a level that there is."""

from collections.abc import Iterator

from procedures.checks.words import unknown
from procedures.faults import Fault
from procedures.model.beyond import TemplatePlace
from procedures.model.procedure import Procedure
from procedures.yaml_lines import Path


def faults(procedure: Procedure) -> Iterator[Fault]:
    """Places that nothing fills, a forwarding that ends with nobody told, levels and types that are not there."""
    for name, template in procedure.templates.items():
        yield from unknown(("templates", name, "text"), template.places, _fillable(procedure))
    if procedure.forwarding and not any(each.ends == "forwarded" for each in procedure.templates.values()):
        yield Fault(("forwarding",), "forwarded_untold", ("templates: {…: {ends: forwarded}}",))
    if procedure.mediation:
        yield from unknown(("mediation", "types"), procedure.mediation.types, procedure.types)
    for path, warning in _warnings(procedure):
        yield from unknown(path, [warning] if warning else (), procedure.early_warnings)


def _fillable(procedure: Procedure) -> tuple[str, ...]:
    """A personal field is sealed in intake, so no template can say it."""
    own = (name for name, field in procedure.fields.items() if not field.personal)
    return (*TemplatePlace, *own)


def _warnings(procedure: Procedure) -> Iterator[tuple[Path, str | None]]:
    yield from ((("escalation", place, "warning"), rule.warning) for place, rule in enumerate(procedure.escalation))
    yield from ((("groups", place, "warning"), rule.warning) for place, rule in enumerate(procedure.groups))
