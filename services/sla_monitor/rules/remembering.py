"""What the monitor takes from each fact into its state, before the clock table is asked: pure functions."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from contracts.fact import Fact
from contracts.ticket import (
    TicketAmended,
    TicketAppointed,
    TicketClosed,
    TicketContacted,
    TicketDeclined,
    TicketDemandInvalidated,
    TicketDispatched,
    TicketExtensionGranted,
    TicketMaterialCompleted,
    TicketOpened,
    TicketPhoneNotified,
    TicketRecheckAsked,
    TicketRegraded,
    TicketReplyRejected,
    TicketSentBack,
)
from contracts.vocabulary import CallKind, CallPreference, ExtensionDecider
from procedures.model import Procedure
from services.sla_monitor.rules.state import Sla

Remember = Callable[[Sla, Any, Procedure], dict[str, Any]]


def opened(fact: TicketOpened, procedure: Procedure) -> Sla:
    """A ticket as the monitor first knows it."""
    return Sla(
        procedure=fact.procedure,
        type=fact.ticket_type,
        subtype=fact.subtype,
        grade=fact.grade,
        flags=fact.flags,
        channel=fact.channel,
        area=fact.area,
        fields=fact.fields,
        people=fact.people,
        others=_others(fact),
        platform=fact.gov.platform if fact.gov else None,
        platform_due=fact.gov.due if fact.gov else None,
        call_owed=_is_call_owed(fact, procedure),
        call_at=fact.call_wish.at,
        opened_at=fact.at,
        hung_up_at=_hung_up_at(fact),
        grace=procedure.grace,
    )


LONGEST_CALL = timedelta(hours=1)
"""A hang-up told to lie further ahead than that is a clock gone wrong: what waits for it waits for no such moment."""


def _hung_up_at(fact: TicketOpened) -> datetime | None:
    ended = fact.call_ended_at
    return ended if ended is not None and ended - fact.at <= LONGEST_CALL else None


def _others(fact: TicketOpened | TicketDemandInvalidated) -> tuple[tuple[str, str | None], ...]:
    """The demands beside the one that gave the ticket its type, each kind once."""
    kinds = dict.fromkeys((demand.type, demand.subtype) for demand in fact.demands)
    return tuple(kind for kind in kinds if kind != (fact.ticket_type, fact.subtype))


def _is_call_owed(fact: TicketOpened, procedure: Procedure) -> bool:
    wanted = fact.call_wish.preference is not CallPreference.NONE
    return wanted and procedure.call_owed(fact.kinds) is not CallKind.NONE


def after(state: Sla, fact: Fact, procedure: Procedure) -> Sla:
    """The state with what this fact tells of the ticket; the same state where it tells nothing to remember."""
    remember = _REMEMBER.get(type(fact))
    return state.model_copy(update=remember(state, fact, procedure)) if remember else state


def _phoned(_: Sla, fact: TicketPhoneNotified, procedure: Procedure) -> dict[str, Any]:
    unit = procedure.unit(fact.unit)
    return {"phoned": True, "advisory": unit is not None and unit.enforcement == "advisory"}


def _dispatched(_: Sla, fact: TicketDispatched, __: Procedure) -> dict[str, Any]:
    return {
        "unit": fact.unit,
        "division": fact.division,
        "advisory": fact.advisory,
        "declined": False,
        "dispatched_at": fact.at,
        "contacted_at": None,
    }


def _contacted(state: Sla, fact: TicketContacted | TicketAppointed, __: Procedure) -> dict[str, Any]:
    return {"contacted_at": state.contacted_at or fact.at}


def _declined(state: Sla, fact: TicketDeclined, _: Procedure) -> dict[str, Any]:
    return {"declined": True, "contacted_at": state.contacted_at or fact.at}


def _amended(state: Sla, fact: TicketAmended, procedure: Procedure) -> dict[str, Any]:
    wanted = fact.call_wish.preference is not CallPreference.NONE
    owed = procedure.call_owed((state.type, *(kind for kind, _ in state.others))) if state.type else CallKind.NONE
    gov = fact.gov
    return {
        "flags": fact.flags,
        "people": fact.people,
        "call_owed": wanted and owed is not CallKind.NONE,
        "call_at": fact.call_wish.at,
        "platform": gov.platform if gov else state.platform,
        "platform_due": gov.due if gov and gov.due else state.platform_due,
    }


def _left(_: Sla, fact: TicketDemandInvalidated, __: Procedure) -> dict[str, Any]:
    return {"type": fact.ticket_type, "subtype": fact.subtype, "others": _others(fact)}


def _extended(state: Sla, fact: TicketExtensionGranted, _: Procedure) -> dict[str, Any]:
    by_platform = fact.decider is ExtensionDecider.PLATFORM and state.platform_due is not None
    return {"platform_due": max(state.platform_due, fact.until)} if by_platform and state.platform_due else {}


_REMEMBER: Mapping[type[Fact], Remember] = MappingProxyType(
    {
        TicketPhoneNotified: _phoned,
        TicketDispatched: _dispatched,
        TicketContacted: _contacted,
        TicketAppointed: _contacted,
        TicketDeclined: _declined,
        TicketDemandInvalidated: _left,
        TicketAmended: _amended,
        TicketMaterialCompleted: lambda _s, fact, _p: {"material_at": fact.at},
        TicketRegraded: lambda _s, fact, _p: {"grade": fact.grade},
        TicketReplyRejected: lambda _s, _f, _p: {"again": True},
        TicketClosed: lambda _s, _f, _p: {"closed": True},
        TicketSentBack: lambda _s, _f, _p: {"again": True},
        TicketRecheckAsked: lambda _s, _f, _p: {"again": True},
        TicketExtensionGranted: _extended,
    }
)
