"""Fills a service's stores with copies of tickets that were really worked on, so that lists and indexes are full."""

from typing import Any

from contracts.ids import derived_id
from kit.clock import machine_now
from kit.decide.decider import Decider
from kit.store.opening import open_stores
from kit.store.port import Change, Document, Query, Store
from services.registry import virtual_deciders

_AT_ONCE = 500
UTILITY = "kunlun-gas-956100"


async def fill(store_url: str, count: int) -> None:
    """`count` closed tickets in every store that keeps tickets."""
    for decider in virtual_deciders():
        stores = open_stores(store_url, decider.service)
        store = stores.store_for(decider.collection)
        models = await store.find(Query(UTILITY, limit=50))
        if models and models[0].key.startswith("tkt_"):
            await _fill(decider, store, models, count)
        await stores.close()


async def _fill(decider: Decider[Any], store: Store[Any], models: list[Document[Any]], count: int) -> None:
    for first in range(0, count, _AT_ONCE):
        changes = [_copy(decider, models[number % len(models)], number) for number in range(first, first + _AT_ONCE)]
        await store.save(changes)


def _copy(decider: Decider[Any], model: Document[Any], number: int) -> Change[Any]:
    update = {"number": f"956100-20200101-{number:05d}-0"} if hasattr(model.state, "number") else {}
    state = model.state.model_copy(update=update)
    return Change(
        key=derived_id("tkt", machine_now(), f"copy-{number}"),
        utility=model.utility,
        expected=0,
        state=state,
        wake_at=None,
        fields=decider.fields(state),
        sequence=0,
        seen=model.seen,
    )
