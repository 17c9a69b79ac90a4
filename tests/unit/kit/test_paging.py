"""A list read page by page shows every row once, in order, to its own utility."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel, ConfigDict

from kit.http.paging import Page, Paging, decode_cursor, encode_cursor, page_of
from kit.http.problems import Problem
from kit.store.memory import MemoryStore
from kit.store.port import Change, Collection, Document, Fields

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
            store, fields, view, Paging(limit, cursor), utility="gas", order="due", descending=descending
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
    assert decode_cursor(encode_cursor("due", (value, "t1")), "due") == (value, "t1")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "!!!!",
        base64.urlsafe_b64encode(b'["due"]').decode(),
        base64.urlsafe_b64encode(b'{"a":1}').decode(),
        base64.urlsafe_b64encode(b'["due","t","yesterday","t1"]').decode(),
        base64.urlsafe_b64encode(b'["due","v",{"$gt":""},"t1"]').decode(),
        base64.urlsafe_b64encode(b'["due","v",1,2]').decode(),
        encode_cursor("unit", ("jinan", "t1")),
    ],
)
def test_a_cursor_that_is_damaged_or_of_another_list_is_refused(cursor: str) -> None:
    with pytest.raises(Problem) as caught:
        decode_cursor(cursor, "due")
    assert caught.value.refusal.code == "cursor_invalid"
