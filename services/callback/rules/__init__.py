"""Who is owed a call, when it may be made, and what comes of it: pure functions."""

from services.callback.rules.calling import call_back
from services.callback.rules.command import CallBack
from services.callback.rules.state import Calls, CallStage, next_call_not_after, next_call_not_before
from services.callback.rules.table import STEPS, accepted_now

__all__ = [
    "STEPS",
    "CallBack",
    "CallStage",
    "Calls",
    "accepted_now",
    "call_back",
    "next_call_not_after",
    "next_call_not_before",
]
