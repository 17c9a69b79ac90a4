"""The rules of a work order: pure functions from a state and a fact or command to a new state and what is said."""

from services.routing.rules.state import WorkOrder
from services.routing.rules.table import STEPS, accepted_now, decide

__all__ = ["STEPS", "WorkOrder", "accepted_now", "decide"]
