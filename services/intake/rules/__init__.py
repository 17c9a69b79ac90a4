"""Acceptance as pure functions: what a request needs, what becomes of it, and what may be asked of its tickets."""

from services.intake.rules.checking import check
from services.intake.rules.commands import COMMANDS
from services.intake.rules.explaining import Explanation, explain
from services.intake.rules.request import FirstAnswer, Item, Request
from services.intake.rules.ticket import Ticket

__all__ = ["COMMANDS", "Explanation", "FirstAnswer", "Item", "Request", "Ticket", "check", "explain"]
