"""The store in MongoDB through motor; no other module knows the driver."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import datetime
from typing import Any, Generic

from bson import ObjectId
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo import ASCENDING, DESCENDING, IndexModel, InsertOne, ReturnDocument, UpdateOne
from pymongo.errors import BulkWriteError, ConnectionFailure, DuplicateKeyError, WaitQueueTimeoutError

from contracts.envelope import Event, decode, encode
from kit.auth.keyset import Bound, pages_after
from kit.store.port import ANSWERS_KEPT, Answer, Change, Collection, Condition, Document, Equal, In, Query, S, StoreAway

Json = dict[str, Any]
_TRIES_TO_COUNT = 10
_DUPLICATE_KEY = 11_000
WRITERS_KEPT = 16
"""Marks of the last saves in a document, by which a bulk write whose count fell short finds out what it wrote."""
KEYS_PER_QUERY = 50
"""SecantusDB's `$in` grows with the square of the list; to MongoDB it makes no difference."""

_COMPARISONS = {"is": "$eq", "is not": "$ne", "<": "$lt", ">": "$gt"}
_WITHOUT_HISTORY = {"said": False, "answers": False, "writers": False}


class MongoDatabase:
    """One service's database."""

    def __init__(self, url: str, name: str, **options: Any) -> None:
        given = {"serverSelectionTimeoutMS": 3_000, "tz_aware": True, **options}
        self._client: AsyncIOMotorClient[Json] = AsyncIOMotorClient(url, **given)
        self.database: AsyncIOMotorDatabase[Json] = self._client[name]

    async def ping(self) -> None:
        """Raises StoreAway unless the server answers."""
        with _outages():
            await self._client.admin.command("ping")

    async def close(self) -> None:
        """Let go of the connections; may be called again."""
        self._client.close()


@contextmanager
def _outages() -> Iterator[None]:
    try:
        yield
    except (ConnectionFailure, WaitQueueTimeoutError) as error:
        raise StoreAway(f"MongoDB: {error}") from error


class MongoStore(Generic[S]):
    """One collection of documents (kit.store.port.Store says what each method promises).

    A document: `_id`, `utility`, `version`, `schema`, `state`, `sequence`, `published`, `seen`, `fields`, `said` (the
    history, only ever pushed to; its tail after `published` is the outbox), `answers`; `wake_at` and `waiting_since`
    exist only while there is something to wait for, so that their sparse indexes stay small.
    """

    def __init__(self, collection: Collection[S], database: MongoDatabase) -> None:
        self.collection = collection
        self._database = database
        self._documents: AsyncIOMotorCollection[Json] = database.database[collection.name]
        self._counters: AsyncIOMotorCollection[Json] = database.database[f"{collection.name}_counters"]
        self._fields = frozenset((*collection.fields, *collection.unique))
        self._known: Json = {"schema": {"$lte": collection.schema}}
        self._indexed = False

    async def _ready(self) -> AsyncIOMotorCollection[Json]:
        """Makes the indexes with the first call, so that a service can start while the store is away."""
        if not self._indexed:
            await self._documents.create_indexes(_indexes(self.collection))
            self._indexed = True
        return self._documents

    async def load(self, keys: Sequence[str]) -> dict[str, Document[S]]:
        found = await self._by_keys(keys, _WITHOUT_HISTORY)
        return {row["_id"]: self._document(row) for row in found}

    async def _by_keys(self, keys: Sequence[str], projection: Mapping[str, Any]) -> list[Json]:
        found: list[Json] = []
        ordered = sorted(keys)
        with _outages():
            documents = await self._ready()
            for start in range(0, len(ordered), KEYS_PER_QUERY):
                some = ordered[start : start + KEYS_PER_QUERY]
                found += await documents.find({"_id": {"$in": some}}, projection).to_list(None)
        return found

    def _document(self, row: Json) -> Document[S]:
        self.collection.check(row["_id"], row["schema"])
        read = self.collection.state.model_validate(row["state"])
        return Document(
            row["_id"], row["utility"], row["version"], read, row["sequence"], row["published"], row["seen"]
        )

    async def save(self, changes: Sequence[Change[S]]) -> set[str]:
        if not changes:
            return set()
        writer = ObjectId()
        writes = [self._write(change, writer) for change in changes]
        refused: set[int] = set()
        with _outages():
            documents = await self._ready()
            try:
                matched = (await documents.bulk_write(writes, ordered=False)).matched_count
            except BulkWriteError as error:
                refused = _refused(error)
                matched = error.details["nMatched"]
        lost = {changes[i].key for i in refused}
        updated = {change.key for change in changes if change.expected and change.key not in lost}
        return lost if matched == len(updated) else lost | await self._not_written(updated, writer)

    async def _not_written(self, keys: set[str], writer: ObjectId) -> set[str]:
        found = await self._by_keys(list(keys), {"writers": True})
        return keys - {row["_id"] for row in found if writer in row["writers"]}

    def _write(self, change: Change[S], writer: ObjectId) -> InsertOne[Json] | UpdateOne:
        values, absent = self._values(change)
        said = [{"sequence": e.sequence, "at": change.said_at, "event": encode(e)} for e in change.events]
        answers = [asdict(change.answer)] if change.answer else []
        if change.expected == 0:
            beside = {"published": 0, "said": said, "answers": answers, "writers": [writer]}
            return InsertOne({"_id": change.key, **values, **beside})
        push: Json = {"writers": {"$each": [writer], "$slice": -WRITERS_KEPT}}
        if said:
            push["said"] = {"$each": said}
        if answers:
            push["answers"] = {"$each": answers, "$slice": -ANSWERS_KEPT}
        update = {"$set": values, "$push": push, **({"$unset": absent} if absent else {})}
        held: Json = {"_id": change.key, "version": change.expected}
        if change.answer is not None:
            held["answers.cause"] = {"$ne": change.answer.cause}
        return UpdateOne(held, update)

    def _values(self, change: Change[S]) -> tuple[Json, Json]:
        """What is set, and what is taken away because there is nothing to wait for."""
        values: Json = {
            "utility": change.utility,
            "version": change.expected + 1,
            "schema": self.collection.schema,
            "state": change.state.model_dump(mode="json"),
            "sequence": change.sequence,
            "seen": dict(change.seen),
            "fields": {name: change.fields.get(name) for name in self._fields},
        }
        absent: Json = {}
        if change.wake_at is None:
            absent["wake_at"] = ""
        else:
            values["wake_at"] = change.wake_at
        for name in self.collection.unique:
            if (value := change.fields.get(name)) is None:
                absent[f"unique_{name}"] = ""
            else:
                values[f"unique_{name}"] = {"utility": change.utility, "value": value}
        if change.events:
            values["said_at"] = values["waiting_since"] = change.said_at
        return values, absent

    async def find(self, query: Query) -> list[Document[S]]:
        found: list[Document[S]] = []
        direction = DESCENDING if query.descending else ASCENDING
        order = [(name, direction) for name in dict.fromkeys((self._path(query.order), "_id"))]
        with _outages():
            documents = await self._ready()
            for bounds in pages_after(query):
                if rest := query.limit - len(found):
                    cursor = documents.find(self._filter(query, bounds), _WITHOUT_HISTORY).sort(order).limit(rest)
                    found += [self._document(row) for row in await cursor.to_list(None)]
        return found

    def _filter(self, query: Query, bounds: tuple[Bound, ...]) -> Json:
        terms = [(self._path(c.field), _operators(c)) for c in query.where]
        terms += [(self._path(name), {_COMPARISONS[comparison]: value}) for name, comparison, value in bounds]
        merged: Json = {"utility": query.utility, **(self._known if query.known_only else {})}
        clashing: list[Json] = []
        for path, operators in terms:
            known = merged.setdefault(path, {})
            if known.keys() & operators.keys():
                clashing.append({path: operators})
            else:
                known.update(operators)
        return {**merged, **({"$and": clashing} if clashing else {})}

    def _path(self, field: str) -> str:
        if field == "key":
            return "_id"
        if field not in self._fields:
            declared = ", ".join(sorted(self._fields))
            raise ValueError(f"{self.collection.name} has no declared field {field!r}; declared: {declared}")
        return f"fields.{field}"

    async def due(self, moment: datetime, limit: int) -> list[str]:
        return await self._keys_by("wake_at", {"$lte": moment}, limit)

    async def _keys_by(self, field: str, condition: Json, limit: int) -> list[str]:
        with _outages():
            documents = await self._ready()
            known = {field: condition, **self._known}
            cursor = documents.find(known, {"_id": True}).sort([(field, ASCENDING)]).limit(limit)
            return [row["_id"] for row in await cursor.to_list(None)]

    async def next_wake(self, after: datetime | None = None) -> datetime | None:
        with _outages():
            documents = await self._ready()
            later = {"$exists": True} if after is None else {"$gt": after}
            known = {"wake_at": later, **self._known}
            cursor = documents.find(known, {"wake_at": True}).sort("wake_at").limit(1)
            found = await cursor.to_list(None)
        return found[0]["wake_at"] if found else None

    async def history(self, key: str) -> list[Event]:
        found = await self._by_keys([key], {"said": True})
        return [decode(said["event"]) for row in found for said in row["said"]]

    async def outbox(self, keys: Sequence[str]) -> dict[str, list[Event]]:
        found = await self._by_keys(keys, {"said": True, "published": True})
        tails = {row["_id"]: [s for s in row["said"] if s["sequence"] > row["published"]] for row in found}
        return {key: [decode(said["event"]) for said in tail] for key, tail in tails.items() if tail}

    async def unpublished(self, said_before: datetime, limit: int) -> list[str]:
        return await self._keys_by("waiting_since", {"$lt": said_before}, limit)

    async def waiting(self) -> int:
        with _outages():
            documents = await self._ready()
            return await documents.count_documents({"waiting_since": {"$exists": True}})

    async def published(self, sequences: Mapping[str, int]) -> None:
        if not sequences:
            return
        all_out = [
            UpdateOne(
                {"_id": key, "sequence": {"$lte": sequence}},
                {"$max": {"published": sequence}, "$unset": {"waiting_since": ""}},
            )
            for key, sequence in sequences.items()
        ]
        some_out = [UpdateOne({"_id": key}, {"$max": {"published": sequence}}) for key, sequence in sequences.items()]
        with _outages():
            documents = await self._ready()
            if (await documents.bulk_write(all_out, ordered=False)).matched_count < len(all_out):
                await documents.bulk_write(some_out, ordered=False)

    async def said_since(self, moment: datetime, limit: int, after: tuple[str, int] | None = None) -> list[Event]:
        """Reads the whole collection: it is asked for by hand, after a bus lost what it had confirmed."""
        key, sequence = after or ("", 0)
        with _outages():
            documents = await self._ready()
            condition = {"_id": {"$gte": key}, "said_at": {"$gte": moment}}
            cursor = documents.find(condition, {"said": True}).sort("_id").limit(limit + 1)
            found = await cursor.to_list(None)
        fresh = [(row["_id"], said) for row in found for said in row["said"] if said["at"] >= moment]
        later = [said for name, said in fresh if (name, said["sequence"]) > (key, sequence)]
        return [decode(said["event"]) for said in later[:limit]]

    async def answer(self, key: str, cause: str) -> Answer | None:
        with _outages():
            documents = await self._ready()
            only = {"answers": {"$elemMatch": {"cause": cause}}}
            row = await documents.find_one({"_id": key}, only)
        found = (row or {}).get("answers")
        return Answer(**found[0]) if found else None

    async def increment(self, counter: str, by: int = 1) -> int:
        """Processes that make a counter at once get in one another's way, until it is there."""
        for _ in range(_TRIES_TO_COUNT):
            with _outages(), suppress(DuplicateKeyError):
                row = await self._counters.find_one_and_update(
                    {"_id": counter}, {"$inc": {"value": by}}, upsert=True, return_document=ReturnDocument.AFTER
                )
                if row is not None:
                    return int(row["value"])
        raise StoreAway(f"{counter} cannot be counted on")

    async def ping(self) -> None:
        await self._database.ping()

    async def close(self) -> None:
        await self._database.close()


def _indexes(collection: Collection[Any]) -> list[IndexModel]:
    unique = [IndexModel([(f"unique_{name}", ASCENDING)], unique=True, sparse=True) for name in collection.unique]
    plain = [
        IndexModel([("utility", ASCENDING), (f"fields.{name}", ASCENDING), ("_id", ASCENDING)])
        for name in dict.fromkeys((*collection.fields, *collection.unique))
    ]
    waiting = [IndexModel([(name, ASCENDING)], sparse=True) for name in ("wake_at", "waiting_since")]
    return [*waiting, *unique, *plain]


def _refused(error: BulkWriteError) -> set[int]:
    """Which writes repeated a key or a unique field; any other failure is raised again."""
    failures = error.details["writeErrors"]
    if any(failure["code"] != _DUPLICATE_KEY for failure in failures) or error.details.get("writeConcernErrors"):
        raise error
    return {failure["index"] for failure in failures}


def _operators(condition: Condition) -> Json:
    if isinstance(condition, Equal):
        return {"$eq": condition.value}
    if isinstance(condition, In):
        return {"$in": list(condition.values)}
    ends = {"$gte": condition.low, "$lt": condition.high}
    return {"$ne": None, **{operator: value for operator, value in ends.items() if value is not None}}
