"""The root of what a service keeps in its documents; pure, so that rules may build on it."""

from pydantic import BaseModel, ConfigDict


class State(BaseModel):
    """A value that never changes and keeps fields it does not know, so that what a newer replica wrote survives a save.

    A field may be added and left out again; one that changes its meaning raises the `schema` of its collection
    (kit.store.port.Collection), and older replicas leave such documents alone.
    """

    model_config = ConfigDict(frozen=True, extra="allow")
