"""Lists a page at a time: an opaque cursor says after which row the next page starts."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import NoneType
from typing import Annotated, Generic, Literal, TypeVar

import orjson
from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field

from contracts.refusal import Refusal
from kit.http.problems import Problem
from kit.store.port import Condition, Document, Fields, FieldValue, ReplicaTooOld, S, Store
from kit.store.port import Query as StoreQuery

T = TypeVar("T")
Place = tuple[FieldValue, str]
"""Where a row stands in a list: the value it is ordered by, and its key."""


class Page(BaseModel, Generic[T]):
    """One page of a list; `next` is the cursor to ask on with, absent on the last page.

    `incomplete` is told while a release is rolled out and this replica cannot show some of the rows.
    """

    items: list[T]
    next: str | None = Field(default=None, description="pass it as `cursor` to get the rows after these")
    incomplete: Literal[True] | None = Field(
        default=None, description="rows that only a newer release can show are left out: ask again in a minute"
    )


@dataclass(frozen=True, slots=True)
class Paging:
    """How much of a list is asked for, and after which row."""

    limit: int
    cursor: str | None = None


async def _paging(
    request: Request,
    limit: Annotated[int | None, Query(ge=1, le=1_000_000, description="rows per page")] = None,
    cursor: Annotated[str | None, Query(max_length=512, description="`next` of the page before")] = None,
) -> Paging:
    http = request.app.state.settings.http
    return Paging(min(limit or http.page_size, http.max_page_size), cursor)


PageAsked = Annotated[Paging, Depends(_paging)]
"""Parameter type: `limit` and `cursor` of a list request."""


async def page_of(
    store: Store[S],
    fields: Callable[[S], Fields],
    view: Callable[[Document[S]], T],
    paging: Paging,
    *,
    utility: str,
    where: Sequence[Condition] = (),
    order: str = "key",
    descending: bool = False,
) -> Page[T]:
    """The asked-for page of one utility's documents; `fields` is the decider's, to know where the last row stands.

    Raises Problem 422 for a cursor that is not of this list.
    """
    after = decode_cursor(paging.cursor, order) if paging.cursor else None
    query = StoreQuery(utility, tuple(where), order, descending, paging.limit + 1, after)
    found, newer = await _found(store, query)
    rows = found[: paging.limit]
    more = len(found) > paging.limit
    following = encode_cursor(order, _place(rows[-1], fields, order)) if more else None
    shown = [each for row in rows if (each := _shown(row, view)) is not None]
    incomplete = newer or len(shown) < len(rows)
    return Page[T](items=shown, next=following, incomplete=incomplete or None)


async def _found(store: Store[S], query: StoreQuery) -> tuple[list[Document[S]], bool]:
    """The rows that this release can read, and whether there may be more."""
    try:
        return await store.find(query), False
    except ReplicaTooOld:
        return await store.find(replace(query, known_only=True)), True


def _shown(row: Document[S], view: Callable[[Document[S]], T]) -> T | None:
    """None for one under a procedure that only a newer image has."""
    try:
        return view(row)
    except ReplicaTooOld:
        return None


def _place(row: Document[S], fields: Callable[[S], Fields], order: str) -> Place:
    return (row.key if order == "key" else fields(row.state)[order], row.key)


def encode_cursor(order: str, place: Place) -> str:
    """Opaque to clients; it holds no rights, since every page asks again for what the principal may see."""
    value, key = place
    kind = "t" if isinstance(value, datetime) else "v"
    return base64.urlsafe_b64encode(orjson.dumps([order, kind, value, key])).rstrip(b"=").decode()


def decode_cursor(cursor: str, order: str) -> Place:
    """The place a cursor names; raises Problem 422 when it is damaged or belongs to a list in another order."""
    try:
        found = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        named, kind, value, key = found
        place = (datetime.fromisoformat(value) if kind == "t" else value, key)
    except (binascii.Error, ValueError, TypeError):
        raise Problem(Refusal("cursor_invalid")) from None
    # Nothing but a plain value may reach a store: to MongoDB an object would be an operator.
    if named != order or not isinstance(key, str) or not isinstance(place[0], (str, int, float, datetime, NoneType)):
        raise Problem(Refusal("cursor_invalid"))
    return place
