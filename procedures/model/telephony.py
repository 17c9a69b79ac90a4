"""What the office decided about the calls themselves, whatever they are about."""

from pydantic import Field

from procedures.duration import Duration
from procedures.model.clocks import Count
from procedures.model.part import Part, Setting, Words


class MissedCallRules(Part):
    """Callers who hung up before anybody answered are called back: by when, and who is left out.

    Who gave up before `short_call_seconds` of waiting is left out.
    """

    call_back_within: Setting[Duration]
    short_call_seconds: Setting[Count] | None = None


class TelephonyRules(Part):
    """The phone switch's side of a procedure.

    `service_level_seconds`: a call answered within so many seconds of waiting counts as answered in time.
    `codes` are what a call came to that led to no ticket: nobody spoke, a wrong number.
    """

    missed_calls: MissedCallRules | None = None
    service_level_seconds: Setting[Count] | None = None
    recordings_kept: Setting[Duration] | None = None
    codes: Words = Field(default_factory=dict)
