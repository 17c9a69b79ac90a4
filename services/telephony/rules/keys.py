"""Under which ids calls, agents and queues are known: each follows from how the switch names them."""

import re
from datetime import UTC, datetime

from contracts.ids import ALWAYS, derived_id

_BEGAN = re.compile(r"(?:^|-)(\d{9,11})\.\d+$")
OURS = re.compile(r"call_[0-9A-HJKMNP-TV-Z]{26}")


def call_key(utility: str, linked: str) -> str:
    """The id of a call: our own where we chose it, else by the switch's name for it, which tells when it began.

    Legs that we add to a call are named `<its id>;<number>`, so that all that is heard of them is heard of it.
    """
    chosen, _, _ = linked.partition(";")
    if OURS.fullmatch(chosen):
        return chosen
    found = _BEGAN.search(linked)
    began = datetime.fromtimestamp(int(found[1]), UTC) if found else ALWAYS
    return derived_id("call", began, f"{utility}/{linked}")


def agent_key(utility: str, station: str) -> str:
    """The id of whoever sits at a station."""
    return derived_id("agt", ALWAYS, f"{utility}/{station}")


def queue_key(utility: str, queue: str) -> str:
    """The id of a queue."""
    return derived_id("que", ALWAYS, f"{utility}/{queue}")


def number_ref(utility: str, index: str) -> str:
    """Where intake's vault keeps a number: the same number, the same place."""
    return derived_id("num", ALWAYS, f"{utility}/{index}")
