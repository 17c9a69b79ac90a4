"""The root of what a service keeps in its documents; pure, so that rules may build on it."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class State(BaseModel):
    """A value that never changes and keeps fields it does not know, so that what a newer replica wrote survives a save.

    A field may be added and left out again; one that changes its meaning raises the `schema` of its collection
    (kit.store.port.Collection), and older replicas leave such documents alone.
    """

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """The value with other declared fields; what stays is shared, because neither value ever changes.

        Pydantic's own copies all of it, which took a third of the time of a step of the rules.
        """
        assert not deep, "nothing of it changes"
        made, put = object.__new__(type(self)), object.__setattr__
        fields = self.__dict__ | (update or {})  # type: ignore[operator]  # any mapping of names
        assert len(fields) == len(self.__dict__), "no such field"
        put(made, "__dict__", fields)
        put(made, "__pydantic_extra__", self.__pydantic_extra__)
        put(made, "__pydantic_fields_set__", self.__pydantic_fields_set__)
        put(made, "__pydantic_private__", None)
        return made
