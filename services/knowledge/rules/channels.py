"""The service channels on which knowledge is put out (第十八条(三))."""

from contracts.refusal import Refusal, refused
from procedures.model import Procedure
from procedures.model.part import stated


def unknown_channels(channels: tuple[str, ...], procedure: Procedure) -> Refusal | None:
    """A channel that the file does not name (第十八条(三), R004-148)."""
    allowed = stated(procedure.knowledge).channels
    unknown = "、".join(channel for channel in channels if channel not in allowed.value)
    return refused("channel_unknown", allowed, accepts=allowed.value, words=unknown) if unknown else None
