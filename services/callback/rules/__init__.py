"""Who is owed a call, when it may be made, and what comes of it: pure functions."""

from services.callback.rules.calling import call_back
from services.callback.rules.command import CallBack
from services.callback.rules.state import Calls, CallStage, next_call_not_after, next_call_not_before

__all__ = [
    "CallBack",
    "CallStage",
    "Calls",
    "call_back",
    "next_call_not_after",
    "next_call_not_before",
]
