"""A list read page by page shows every row once, in order, to its own utility."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel, ConfigDict

from kit.auth.seal import Seal
from kit.http.paging import Cursors, Page, Paging, page_of
from kit.http.problems import Problem
from kit.store.memory import MemoryStore
from kit.store.port import Change, Collection, Document, Fields

OWN = Seal(bytes(32))
CURSORS = Cursors(OWN, "/routing/work-orders")
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


class Order(BaseModel):
    model_config = ConfigDict(frozen=True)
    due: datetime


def fields(state: Order) -> Fields:
    return {"due": state.due}


def view(document: Document[Order]) -> str:
    return document.key


@pytest.fixture
async def store() -> MemoryStore[Order]:
    store = MemoryStore(Collection("orders", Order, ("due",)))
    for number in range(7):
        # Two rows share each moment, so that the key must break the tie.
        state = Order(due=NOON + timedelta(hours=number // 2))
        utility = "water" if number == 3 else "gas"
        await store.save([Change(f"t{number}", utility, 0, state, None, fields(state), 0, {})])
    return store


async def read_all(store: MemoryStore[Order], limit: int, *, descending: bool = False) -> list[list[str]]:
    pages: list[list[str]] = []
    cursor = None
    while True:
        page: Page[str] = await page_of(
            store, fields, view, Paging(limit, CURSORS, cursor), utility="gas", order="due", descending=descending
        )
        pages.append(page.items)
        cursor = page.next
        if cursor is None:
            return pages


async def test_pages_join_to_the_whole_list_once(store: MemoryStore[Order]) -> None:
    assert await read_all(store, 4) == [["t0", "t1", "t2", "t4"], ["t5", "t6"]]


async def test_backwards_too(store: MemoryStore[Order]) -> None:
    pages = await read_all(store, 1, descending=True)
    assert [key for page in pages for key in page] == ["t6", "t5", "t4", "t2", "t1", "t0"]


async def test_a_list_that_just_fills_its_page_has_no_next(store: MemoryStore[Order]) -> None:
    assert await read_all(store, 6) == [["t0", "t1", "t2", "t4", "t5", "t6"]]


@pytest.mark.parametrize("value", ["jinan", 3, 2.5, True, None, NOON])
def test_a_cursor_keeps_its_place(value: str | float | bool | datetime | None) -> None:
    assert CURSORS.decode(CURSORS.encode("due", (value, "t1")), "due") == (value, "t1")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "!!!!",
        "工单",
        base64.urlsafe_b64encode(b'["v",{"$gt":""},"t1"]').decode(),
        base64.urlsafe_b64encode(bytes(16) + b'["v",1,"t1"]').decode(),
        CURSORS.encode("due", (NOON, "t1"))[:-1],
        CURSORS.encode("unit", ("jinan", "t1")),
        Cursors(OWN, "/sla/clocks").encode("due", (NOON, "t1")),
        Cursors(Seal(b"1" * 32), CURSORS.of).encode("due", (NOON, "t1")),
    ],
)
def test_a_cursor_that_was_not_given_out_for_this_list_is_refused(cursor: str) -> None:
    with pytest.raises(Problem) as caught:
        CURSORS.decode(cursor, "due")
    assert caught.value.refusal.code == "cursor_invalid"
