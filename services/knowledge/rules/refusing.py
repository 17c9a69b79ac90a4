"""How a rule says no: a refusal whose clause and rule id come from the procedure file."""

from collections.abc import Iterable

from contracts.refusal import Refusal
from procedures.model import Procedure
from procedures.model.part import Sourced, stated


def refused(code: str, basis: Sourced, *, accepts: Iterable[str] = (), **params: object) -> Refusal:
    """A refusal resting on `basis`; `params` fill the places of its text."""
    return Refusal(code, basis.source, basis.rule, params, tuple(accepts))


def unknown_channels(channels: tuple[str, ...], procedure: Procedure) -> Refusal | None:
    """A channel that the file does not name (第十八条(三), R004-148)."""
    allowed = stated(procedure.knowledge).channels
    unknown = "、".join(channel for channel in channels if channel not in allowed.value)
    return refused("channel_unknown", allowed, accepts=allowed.value, words=unknown) if unknown else None
