"""The rules of a work order: pure functions from a state and a fact or command to a new state and what is said."""

from services.routing.rules.commands import Command
from services.routing.rules.state import WorkOrder
from services.routing.rules.table import COMMANDS, Entry, accepted_now, decide

__all__ = ["COMMANDS", "Command", "Entry", "WorkOrder", "accepted_now", "decide"]
