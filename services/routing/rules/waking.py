"""What the passing of time alone does to an order: a window to return it closes, a time outside is over."""

from datetime import datetime

from contracts.refusal import Outcome
from procedures.model import Procedure
from services.routing.rules.outside import resumed
from services.routing.rules.state import WorkOrder
from services.routing.rules.unit_work import deem_accepted


def wake(order: WorkOrder, now: datetime, procedure: Procedure) -> Outcome[WorkOrder]:
    """Woken at the end of the window, or when the order was to come back."""
    if order.held_until is not None and order.held_until <= now:
        return resumed(order, order.held_until)
    return deem_accepted(order, now, procedure)
