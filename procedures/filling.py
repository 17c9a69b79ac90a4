"""Whether what was filled into a procedure's own fields fits: in requests, and in the parts of a reply."""

from collections.abc import Mapping

from contracts.refusal import Clause, Refusal, refused
from procedures.model.types import FieldTable


def misfilled(filled: Mapping[str, str], fields: FieldTable, basis: Clause) -> Refusal | None:
    """The first value under a name that is not one of these fields, or that is not what its field takes."""
    for name, value in filled.items():
        field = fields.get(name)
        if field is None:
            return refused("field_unknown", basis, accepts=tuple(fields), field=name)
        if not field.takes(value):
            accepts = tuple(field.choices) or (field.kind,)
            return refused("field_value", basis, accepts=accepts, field=field.names, most=field.most)
    return None
