"""Who may see a work order: those whose work it is, and whoever brought it (R004-026, R004-039)."""

from kit.auth.scope import Principal, brought_by, may_see
from services.routing.rules import WorkOrder


def may_be_seen(who: Principal, order: WorkOrder) -> bool:
    """An order of the reader's own utility: need-to-know, or brought by the reader's channel or platform."""
    platform = order.gov.platform if order.gov else None
    return brought_by(who, channel=order.channel or "", platform=platform) or may_see(
        who, utility=who.utility, unit=order.responsible, division=order.division
    )
