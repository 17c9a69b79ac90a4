"""What every fact about a ticket does to its clocks (第十四条, 第十五条)."""

from datetime import datetime

from contracts.callback import CallbackAttempted
from contracts.refusal import Outcome
from contracts.ticket import (
    TicketAnswered,
    TicketAppointed,
    TicketArrived,
    TicketClosed,
    TicketCompleted,
    TicketContacted,
    TicketDeclined,
    TicketDispatched,
    TicketExtensionGranted,
    TicketOpened,
    TicketPhoneNotified,
    TicketRegraded,
    TicketReplied,
    TicketReplyRejected,
    TicketReturnAccepted,
    TicketReturned,
    TicketSentBack,
    TicketSigned,
    TicketSupplemented,
    TicketUrged,
    TicketWithdrawn,
)
from contracts.vocabulary import CallKind, CallPreference, Channel, ClockName, ClockState, ExtensionDecider, Flag
from procedures.model import EscalationCause, Procedure
from services.sla_monitor.rules import terms as terms_of
from services.sla_monitor.rules.ledger import Ledger
from services.sla_monitor.rules.state import Sla, SlaClock

UNIT_CLOCKS = (ClockName.SIGN, ClockName.CONTACT, ClockName.ON_SITE, ClockName.HANDLE, ClockName.REPLY)
"""What a dispatch starts, in the order the unit meets them."""

_ALL_BUT_GOV = tuple(name for name in ClockName if name is not ClockName.GOV)
_MAJOR = 1


def opened(state: Sla | None, fact: TicketOpened, procedure: Procedure) -> Outcome[Sla]:
    """Time to dispatch runs, and a platform's own deadline; the gravest are brought to notice at once (R004-036)."""
    if state is not None:
        return state, ()
    ledger = Ledger(_remembered(fact), fact.at, procedure)
    ledger.begin(ClockName.DISPATCH, _dispatch_from(fact, procedure))
    if fact.gov is not None:
        ledger.begin(ClockName.GOV, fact.at)
    if fact.grade == _MAJOR:
        ledger.escalate(EscalationCause.GRADE_1, fact.at)
    if Flag.URGENT in fact.flags:
        ledger.escalate(EscalationCause.URGENT, fact.at)
    return ledger.outcome()


def _remembered(fact: TicketOpened) -> Sla:
    return Sla(
        procedure=fact.procedure,
        type=fact.ticket_type,
        subtype=fact.subtype,
        grade=fact.grade,
        area=fact.area,
        gov_due=fact.gov.due if fact.gov else None,
        call_wanted=fact.call_wish.preference is not CallPreference.NONE,
        call_at=fact.call_wish.at,
    )


def _dispatch_from(fact: TicketOpened, procedure: Procedure) -> datetime:
    """Hang-up for calls, receipt otherwise (reading 5; R004-047, R004-059)."""
    by_phone = fact.channel is Channel.PHONE and procedure.readings.dispatch_from == "hang_up"
    return fact.call_ended_at if by_phone and fact.call_ended_at is not None else fact.at


def answered(state: Sla, fact: TicketAnswered, procedure: Procedure) -> Outcome[Sla]:
    """Answered at first contact: nothing is left to dispatch (R004-034, R004-043)."""
    ledger = Ledger(state, fact.at, procedure)
    ledger.meet(ClockName.DISPATCH)
    ledger.cancel("answered", *_ALL_BUT_GOV)
    return ledger.outcome()


def withdrawn(state: Sla, fact: TicketWithdrawn, procedure: Procedure) -> Outcome[Sla]:
    """The customer wants nothing more; a platform's deadline waits for the close (reading 18)."""
    ledger = Ledger(state, fact.at, procedure)
    ledger.cancel("withdrawn", *_ALL_BUT_GOV)
    return ledger.outcome()


def closed(state: Sla, fact: TicketClosed, procedure: Procedure) -> Outcome[Sla]:
    """The close is what a platform waits for (reading 18); nothing else is owed."""
    ledger = Ledger(state, fact.at, procedure)
    ledger.meet(ClockName.GOV)
    ledger.cancel("closed", *ClockName)
    return ledger.outcome()


def phone_notified(state: Sla, fact: TicketPhoneNotified, procedure: Procedure) -> Outcome[Sla]:
    """A unit told before its order came is on its way from now (reading 14, R004-053)."""
    if state.unit is not None and not state.given_back:
        return state, ()
    unit = procedure.unit(fact.unit)
    advisory = unit is not None and unit.enforcement == "advisory"
    ledger = Ledger(state.model_copy(update={"notified_at": fact.at, "advisory": advisory}), fact.at, procedure)
    ledger.cancel("dispatched_again", ClockName.ON_SITE)
    ledger.begin(ClockName.ON_SITE, fact.at)
    return ledger.outcome()


def dispatched(state: Sla, fact: TicketDispatched, procedure: Procedure) -> Outcome[Sla]:
    """The unit's clocks run; a dispatch after an accepted return starts them all anew (reading 6, R004-122)."""
    told = {
        "unit": fact.unit,
        "division": fact.division,
        "advisory": fact.advisory,
        "declined": False,
        "given_back": False,
        "notified_at": None,
    }
    ledger = Ledger(state.model_copy(update=told), fact.at, procedure)
    ledger.meet(ClockName.DISPATCH)
    notified = state.notified_at is not None
    anew = tuple(name for name in UNIT_CLOCKS if not (notified and name is ClockName.ON_SITE))
    ledger.cancel("dispatched_again", *anew)
    for name in anew:
        ledger.begin(name, fact.at)
    return ledger.outcome()


def signed(state: Sla, fact: TicketSigned, procedure: Procedure) -> Outcome[Sla]:
    """The unit took the order, or is deemed to have (R004-120, R004-124)."""
    return _met(state, fact.at, procedure, ClockName.SIGN)


def returned(state: Sla, fact: TicketReturned, procedure: Procedure) -> Outcome[Sla]:
    """The unit answered the order by giving it back; its handling clocks do not stop for that (reading 6, R004-122)."""
    return _met(state, fact.at, procedure, ClockName.SIGN)


def return_accepted(state: Sla, fact: TicketReturnAccepted, procedure: Procedure) -> Outcome[Sla]:  # noqa: ARG001
    """The next dispatch will be another unit's; until then the clocks run on (R004-125)."""
    return state.model_copy(update={"given_back": True}), ()


def contacted(state: Sla, fact: TicketContacted | TicketAppointed, procedure: Procedure) -> Outcome[Sla]:
    """The customer was reached (R004-060, R004-065)."""
    return _met(state, fact.at, procedure, ClockName.CONTACT)


def appointed(state: Sla, fact: TicketAppointed, procedure: Procedure) -> Outcome[Sla]:
    """A time agreed past the limit needs an extension, or stops the clocks until then: a reading (R004-062)."""
    ledger = Ledger(state, fact.at, procedure)
    ledger.meet(ClockName.CONTACT)
    if procedure.readings.appointment_beyond_limit == "pauses":
        _wait_for_appointment(ledger, fact.appointed_for)
    return ledger.outcome()


def _wait_for_appointment(ledger: Ledger, appointed_for: datetime) -> None:
    reply = ledger.open(ClockName.REPLY)
    if reply is None or not reply.is_live or appointed_for <= reply.due:
        return
    for clock in (ledger.open(ClockName.HANDLE), reply):
        if clock is not None and clock.is_live:
            ledger.pause(clock, "appointment", appointed_for)


def arrived(state: Sla, fact: TicketArrived, procedure: Procedure) -> Outcome[Sla]:
    """On site, and so in contact (R004-055)."""
    return _met(state, fact.at, procedure, ClockName.CONTACT, ClockName.ON_SITE)


def completed(state: Sla, fact: TicketCompleted, procedure: Procedure) -> Outcome[Sla]:
    """The work is done, so somebody was there (R004-072 to R004-074)."""
    return _met(state, fact.at, procedure, ClockName.CONTACT, ClockName.ON_SITE, ClockName.HANDLE)


def declined(state: Sla, fact: TicketDeclined, procedure: Procedure) -> Outcome[Sla]:
    """The applicant was told why not; the reply is due by the shorter limit (R004-067, reading 14)."""
    ledger = Ledger(state.model_copy(update={"declined": True}), fact.at, procedure)
    ledger.meet(ClockName.CONTACT)
    reply = ledger.open(ClockName.REPLY)
    if reply is not None and reply.is_live:
        since = _told_at(ledger, fact.at) if procedure.readings.declined_from == "contact" else reply.started_at
        terms = terms_of.for_ticket(ledger.state, ClockName.REPLY, since, procedure)
        if terms is not None:
            ledger.restate(reply, terms)
    return ledger.outcome()


def _told_at(ledger: Ledger, at: datetime) -> datetime:
    """When the applicant was first reached."""
    contact = next((clock for clock in reversed(ledger.clocks) if clock.name is ClockName.CONTACT), None)
    return contact.ended_at if contact is not None and contact.ended_at is not None else at


def replied(state: Sla, fact: TicketReplied, procedure: Procedure) -> Outcome[Sla]:
    """The unit did its part; the centre owes the customer a call where the type does (第十四条(九))."""
    ledger = Ledger(state, fact.at, procedure)
    ledger.meet(ClockName.CONTACT, ClockName.ON_SITE, ClockName.HANDLE, ClockName.REPLY)
    if state.type is not None and state.call_wanted and procedure.callback_kind(state.type) is not CallKind.NONE:
        ledger.cancel("replied", ClockName.CALLBACK)
        ledger.begin(ClockName.CALLBACK, fact.at)
    return ledger.outcome()


def reply_rejected(state: Sla, fact: TicketReplyRejected, procedure: Procedure) -> Outcome[Sla]:
    """The reply must be made again in its original time; nobody need be called about it (R004-132, reading 14)."""
    return _reply_again(state, fact.at, procedure, "reply_rejected")


def sent_back(state: Sla, fact: TicketSentBack, procedure: Procedure) -> Outcome[Sla]:
    """The callback found the reply wanting: again in its original time (R004-102, reading 14)."""
    return _reply_again(state, fact.at, procedure, "sent_back")


def _reply_again(state: Sla, at: datetime, procedure: Procedure, reason: str) -> Outcome[Sla]:
    ledger = Ledger(state, at, procedure)
    ledger.cancel(reason, ClockName.CALLBACK, ClockName.REPLY)
    ledger.begin(ClockName.REPLY, at)
    return ledger.outcome()


def callback_attempted(state: Sla, fact: CallbackAttempted, procedure: Procedure) -> Outcome[Sla]:
    """The first attempt is what the limit asks for; later ones are in progress, not a miss (reading 8)."""
    return _met(state, fact.at, procedure, ClockName.CALLBACK)


def extension_granted(state: Sla, fact: TicketExtensionGranted, procedure: Procedure) -> Outcome[Sla]:
    """The reply is due later, no handling limit ends before it, nor does the deadline of the platform that granted it.

    第十五条(二)2, R004-119; reading 11.
    """
    if fact.decider is ExtensionDecider.PLATFORM and state.gov_due is not None:
        state = state.model_copy(update={"gov_due": max(state.gov_due, fact.until)})
    ledger = Ledger(state, fact.at, procedure)
    reply, handle, gov = (ledger.open(name) for name in (ClockName.REPLY, ClockName.HANDLE, ClockName.GOV))
    if reply is not None:
        _extend(ledger, reply, fact.until)
    if handle is not None and handle.is_live and handle.due < fact.until:
        _extend(ledger, handle, fact.until)
    if gov is not None and fact.decider is ExtensionDecider.PLATFORM and gov.due < fact.until:
        _extend(ledger, gov, fact.until)
    return ledger.outcome()


def _extend(ledger: Ledger, clock: SlaClock, until: datetime) -> None:
    """A limit that passed while the request waited stays missed, and the time granted runs as a round of its own."""
    terms = terms_of.by_extension(until, clock.working, clock.advisory, ledger.procedure)
    if clock.is_live:
        ledger.restate(clock, terms, moved=True)
    else:
        ledger.cancel("extended", clock.name)
        ledger.start(clock.name, ledger.at, terms, moved=True)


def regraded(state: Sla, fact: TicketRegraded, procedure: Procedure) -> Outcome[Sla]:
    """Limits follow the grade from their original start, but only approval makes one longer (reading 10, R004-070)."""
    ledger = Ledger(state.model_copy(update={"grade": fact.grade}), fact.at, procedure)
    for name in (ClockName.HANDLE, ClockName.REPLY):
        clock = ledger.open(name)
        if clock is not None and clock.state is ClockState.RUNNING:
            _rejudge(ledger, clock, may_lengthen=fact.approved_by is not None)
    if fact.grade == _MAJOR and state.grade != _MAJOR:
        ledger.escalate(EscalationCause.GRADE_1, fact.at)
    return ledger.outcome()


def _rejudge(ledger: Ledger, clock: SlaClock, *, may_lengthen: bool) -> None:
    """An end that was set by a decision (an extension, an appointment) is not taken back by a shorter limit."""
    terms = terms_of.for_ticket(ledger.state, clock.name, clock.started_at, ledger.procedure)
    if terms is None:
        return
    shorter, longer = terms.due < clock.due and not clock.moved, terms.due > clock.due and may_lengthen
    if shorter or longer:
        ledger.restate(clock, terms)


def urged(state: Sla, fact: TicketUrged | TicketSupplemented, procedure: Procedure) -> Outcome[Sla]:
    """The urging order goes out with the call that asks for it or adds to the matter (R004-136, R004-138)."""
    ledger = Ledger(state, fact.at, procedure)
    ledger.begin(ClockName.URGE, fact.at)
    ledger.meet(ClockName.URGE)
    return ledger.outcome()


def _met(state: Sla, at: datetime, procedure: Procedure, *names: ClockName) -> Outcome[Sla]:
    ledger = Ledger(state, at, procedure)
    ledger.meet(*names)
    return ledger.outcome()
