"""What one ticket costs from its acceptance to its close, in counts that do not depend on the machine.

All services play it in one memory: calls to stores, events and their bytes, bytes of documents, calls of functions.
`python -m bench.compare REV` sets them beside those of another revision.
"""

import asyncio
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import hotline.virtual
from contracts.envelope import encode
from hotline.cases.model import Case
from hotline.cases.play import play
from hotline.cases.reading import read_cases
from kit.store.memory import MemoryStore
from procedures.loader import load_all

STORY = """
- case: A fault from its acceptance to its close
  rules: []
  procedure: kunlun-gas-956100@2011-01-01
  steps:
    - at: "2026-11-20T10:00:00+08:00"
      request: {ticket: t1, type: fault, customer: c1, area: jinan/lixia, callback: none}
    - {at: "+2m", dispatch: {ticket: t1}}
    - {at: "+5m", sign: {ticket: t1}}
    - {at: "+20m", contact: {ticket: t1}}
    - {at: "+20m", complete: {ticket: t1}}
    - {at: "+10m", reply: {ticket: t1, opinion: valve replaced, result: done}}
    - {at: "+20m", review: {ticket: t1, approved: true}}
  expect:
    - {ticket: t1, stage: closed}
"""

PASSING_TIME = frozenset({"due", "next_wake", "unpublished", "waiting"})


class Watched:
    """A store in memory that counts what is asked of it."""

    def __init__(self, collection: Any, calls: Counter[str]) -> None:
        self._store: Any = MemoryStore(collection)
        self._name = collection.name
        self._calls = calls

    def states(self) -> Iterator[Any]:
        """Of every document that is kept."""
        return (row.document.state for row in self._store._rows.values())

    def __getattr__(self, call: str) -> Any:
        found = getattr(self._store, call)
        if not call.startswith("_") and call not in PASSING_TIME and callable(found):
            self._calls[f"{self._name} {call}"] += 1
        return found


def _watched(calls: Counter[str], stores: list[Watched], collection: Any) -> Watched:
    stores.append(Watched(collection, calls))
    return stores[-1]


def counted() -> dict[str, int]:
    """Each count by its name."""
    case, procedure = _story(), load_all().get("kunlun-gas-956100@2011-01-01")
    asyncio.run(play(case, procedure))
    calls: Counter[str] = Counter()
    stores: list[Watched] = []
    functions: Counter[str] = Counter()
    own = hotline.virtual.__dict__["MemoryStore"]
    hotline.virtual.__dict__["MemoryStore"] = partial(_watched, calls, stores)
    sys.setprofile(lambda _frame, event, _argument: functions.update((event,)))
    try:
        played = asyncio.run(play(case, procedure))
    finally:
        sys.setprofile(None)
        hotline.virtual.__dict__["MemoryStore"] = own
    assert played.holds, played.missed
    said = played.stage.virtual.bus.said
    stored = [state for each in stores for state in each.states()]
    return {
        "store calls": sum(calls.values()),
        **{f"store calls: {name}": times for name, times in sorted(calls.items())},
        "events": len(said),
        "bytes of events": sum(len(encode(event)) for event in said),
        "documents": len(stored),
        "bytes of documents": sum(len(state.model_dump_json()) for state in stored),
        "calls of functions": functions["call"] + functions["c_call"],
    }


def _story() -> Case:
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "story.yaml"
        file.write_text(STORY, encoding="utf-8")
        return read_cases(file)[0]


if __name__ == "__main__":
    print(json.dumps(counted()))
