"""What every fact about an article, a task or a notice does to its clock (第十八条)."""

from datetime import datetime

from contracts.fact import Fact
from contracts.knowledge import ArticleApproved, ArticleSubmitted, NoticeRaised, TaskRaised
from contracts.refusal import Outcome
from contracts.vocabulary import ClockName, Reviewer
from procedures.model import Procedure
from services.sla_monitor.rules import terms as terms_of
from services.sla_monitor.rules.ledger import Ledger
from services.sla_monitor.rules.state import Sla


def task_raised(state: Sla | None, fact: TaskRaised, procedure: Procedure) -> Outcome[Sla]:
    """The division has 3 working days to write, review and submit (第十八条(二), R004-146)."""
    now = state or Sla(procedure=fact.procedure, division=fact.division)
    return _begun(now, fact.at, procedure, ClockName.TASK)


def article_submitted(state: Sla | None, fact: ArticleSubmitted, procedure: Procedure) -> Outcome[Sla]:
    """The centre's time to review runs from what it is handed; a unit's article its division sees first (R004-145).

    A department has no division that would see it.
    """
    now = state or Sla(procedure=fact.procedure, division=fact.division, unit=fact.unit)
    if procedure.knowledge.two_level_review.value and fact.unit is not None and fact.division is not None:
        return now, ()
    return _begun(now, fact.at, procedure, ClockName.REVIEW)


def article_approved(state: Sla, fact: ArticleApproved, procedure: Procedure) -> Outcome[Sla]:
    """The division's word hands it to the centre; the centre's own is half of its duty: it has to publish, too."""
    if fact.level != Reviewer.CENTRE:
        return _begun(state, fact.at, procedure, ClockName.REVIEW)
    return state, ()


def article_reviewed(state: Sla, fact: Fact, procedure: Procedure) -> Outcome[Sla]:
    """Published or rejected: reviewed and out within the working day, or given back (第十八条(三), R004-147)."""
    return _ended(state, fact, procedure, ClockName.REVIEW)


def task_done(state: Sla, fact: Fact, procedure: Procedure) -> Outcome[Sla]:
    """The division submitted what was asked for (R004-146)."""
    return _ended(state, fact, procedure, ClockName.TASK)


def article_expired(state: Sla, fact: Fact, procedure: Procedure) -> Outcome[Sla]:
    """Nothing is left to review."""
    return _over(state, fact, procedure, "expired")


def notice_raised(state: Sla | None, fact: NoticeRaised, procedure: Procedure) -> Outcome[Sla]:
    """From the report on, written knowledge is due in 5 minutes (第十八条(四), R004-149, R004-150)."""
    now = state or Sla(procedure=fact.procedure, unit=fact.unit)
    return _begun(now, fact.at, procedure, ClockName.NOTICE)


def notice_published(state: Sla, fact: Fact, procedure: Procedure) -> Outcome[Sla]:
    """The written knowledge is out (R004-150)."""
    return _ended(state, fact, procedure, ClockName.NOTICE)


def notice_lifted(state: Sla, fact: Fact, procedure: Procedure) -> Outcome[Sla]:
    """The emergency is over; nothing is owed about it any more."""
    return _over(state, fact, procedure, "lifted")


def _begun(state: Sla, at: datetime, procedure: Procedure, name: ClockName) -> Outcome[Sla]:
    ledger = Ledger(state, at, procedure)
    if ledger.open(name) is None:
        ledger.start(name, at, terms_of.for_knowledge(name, at, procedure))
    return ledger.outcome()


def _ended(state: Sla, fact: Fact, procedure: Procedure, name: ClockName) -> Outcome[Sla]:
    ledger = Ledger(state, fact.at, procedure)
    ledger.meet(name)
    return ledger.outcome()


def _over(state: Sla, fact: Fact, procedure: Procedure, reason: str) -> Outcome[Sla]:
    ledger = Ledger(state, fact.at, procedure)
    ledger.cancel(reason, *ClockName)
    return ledger.outcome()
