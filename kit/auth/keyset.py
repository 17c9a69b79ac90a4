"""Reading a list on from a cursor: which bounds come next, so that an index alone finds the page."""

from typing import Literal

from kit.store.port import FieldValue, Query

Comparison = Literal["is", "is not", "<", ">"]
Bound = tuple[str, Comparison, FieldValue]
"""(declared field or "key", comparison, value)."""


def pages_after(query: Query) -> list[tuple[Bound, ...]]:
    """The stretches of the ordered list that follow the cursor, nearest first; read them until the page is full.

    One `OR` over them would say the same, but no store walks an index for it. None sorts before every value.
    """
    if query.after is None:
        return [()]
    value, key = query.after
    beyond: Comparison = "<" if query.descending else ">"
    if query.order == "key":
        return [(("key", beyond, key),)]
    same: tuple[Bound, ...] = ((query.order, "is", value), ("key", beyond, key))
    return [same, *_after_value(query.order, value, query.descending)]


def _after_value(order: str, value: FieldValue, descending: bool) -> list[tuple[Bound, ...]]:
    if value is None:
        return [] if descending else [((order, "is not", None),)]
    if descending:
        return [((order, "<", value),), ((order, "is", None),)]
    return [((order, ">", value),)]
