"""Lists a page at a time: an opaque cursor says after which row the next page starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

import orjson
from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field

from contracts.refusal import Refusal
from kit.auth.seal import Seal
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
class Cursors:
    """The cursors of one list of one reader's utility; none of another list, or made elsewhere, counts."""

    seal: Seal
    of: str

    def encode(self, order: str, place: Place) -> str:
        """It holds no rights, since every page asks again for what the principal may see."""
        value, key = place
        kind = "t" if isinstance(value, datetime) else "v"
        return self.seal.sealed(self._purpose(order), orjson.dumps([kind, value, key]))

    def decode(self, cursor: str, order: str) -> Place:
        """The place it names; raises Problem 422 when it was not given out for this list in this order."""
        content = self.seal.opened(self._purpose(order), cursor)
        if content is None:
            raise Problem(Refusal("cursor_invalid"))
        kind, value, key = orjson.loads(content)
        return (datetime.fromisoformat(value) if kind == "t" else value, key)

    def _purpose(self, order: str) -> str:
        return f"cursor/{self.of}/{order}"


@dataclass(frozen=True, slots=True)
class Paging:
    """How much of a list is asked for, and after which row."""

    limit: int
    cursors: Cursors
    cursor: str | None = None


async def _paging(
    request: Request,
    limit: Annotated[int | None, Query(ge=1, le=1_000_000, description="rows per page")] = None,
    cursor: Annotated[str | None, Query(max_length=512, description="`next` of the page before")] = None,
) -> Paging:
    state = request.app.state
    http, cursors = state.settings.http, Cursors(state.seal, request.scope["path"])
    return Paging(min(limit or http.page_size, http.max_page_size), cursors, cursor)


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
    after = paging.cursors.decode(paging.cursor, order) if paging.cursor else None
    query = StoreQuery(utility, tuple(where), order, descending, paging.limit + 1, after)
    found, newer = await _found(store, query)
    rows = found[: paging.limit]
    more = len(found) > paging.limit
    following = paging.cursors.encode(order, _place(rows[-1], fields, order)) if more else None
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
