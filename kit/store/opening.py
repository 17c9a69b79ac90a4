"""Opens a service's store by its URL: `sqlite:///directory`, `sqlite:///:memory:` or `mongodb://host/prefix`."""

from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from kit.store.counted import CountedStore
from kit.store.gathered import GatheredStore
from kit.store.mongo import MongoDatabase, MongoStore
from kit.store.port import Collection, S, Store
from kit.store.sqlite import SqliteFile, SqliteStore


class Stores(Protocol):
    """Where one service keeps its documents."""

    def store_for(self, collection: Collection[S]) -> Store[S]:
        """The store of one of the service's collections; all share a file or a connection pool."""
        ...

    async def ping(self) -> None:
        """Raise StoreAway unless the store answers."""
        ...

    async def close(self) -> None:
        """Let go of the file or the connections of every store given out."""
        ...


class _SqliteStores:
    def __init__(self, path: Path | str, service: str) -> None:
        self._file = SqliteFile(path)
        self._service = service

    def store_for(self, collection: Collection[S]) -> Store[S]:
        return CountedStore(SqliteStore(collection, self._file), self._service, collection.name)

    async def ping(self) -> None:
        await self._file.ping()

    async def close(self) -> None:
        await self._file.close()


class _MongoStores:
    def __init__(self, database: MongoDatabase, service: str) -> None:
        self._database = database
        self._service = service

    def store_for(self, collection: Collection[S]) -> Store[S]:
        return GatheredStore(MongoStore(collection, self._database), self._service, collection.name)

    async def ping(self) -> None:
        await self._database.ping()

    async def close(self) -> None:
        await self._database.close()


def open_stores(url: str, service: str, *, prefix: str = "hotline", **driver_options: Any) -> Stores:
    """One file per service in the directory, or one database per service, named `<prefix>_<service>`.

    A database named in a MongoDB URL takes the place of `prefix`. A MongoDB that is away is waited for by the calls;
    a directory that cannot be written raises StoreAway here, any other kind of URL ValueError.
    """
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        path = rest.removeprefix("/")
        return _SqliteStores(path if path == ":memory:" else Path(path) / f"{service}.db", service)
    if scheme in ("mongodb", "mongodb+srv"):
        named = urlsplit(url).path.strip("/")
        return _MongoStores(MongoDatabase(url, f"{named or prefix}_{service}", **driver_options), service)
    raise ValueError(f"not a store: {scheme}; known: sqlite:///directory, mongodb://host/prefix")
