"""The documents of telephony, as the shell runs them."""

from kit.decide.decider import Decider
from kit.store.port import Collection, Fields
from services.telephony.rules.call import Call


def call_fields(call: Call) -> Fields:
    """What calls are listed by."""
    return {"arrived_at": call.arrived_at}


CALLS = Decider("telephony", Collection("calls", Call, ("arrived_at",)), fields=call_fields)

DECIDERS = (CALLS,)
