"""What a fact about an article, a task or a notice does to its clock."""

from contracts.knowledge import ArticleApproved, ArticleSubmitted, NoticeRaised, TaskRaised
from contracts.refusal import Outcome
from contracts.vocabulary import Reviewer
from procedures.model import Procedure
from services.sla_monitor.rules.state import Sla
from services.sla_monitor.rules.tickets import heard


def task_raised(state: Sla | None, fact: TaskRaised, procedure: Procedure) -> Outcome[Sla]:
    """The division is asked to write, review and submit."""
    return heard(state or _begun(procedure, division=fact.division), fact, procedure)


def article_submitted(state: Sla | None, fact: ArticleSubmitted, procedure: Procedure) -> Outcome[Sla]:
    """The centre's time to review runs from what it is handed; a unit's article its division sees first.

    A department has no division that would see it.
    """
    now = state or _begun(procedure, division=fact.division, unit=fact.unit)
    rules = procedure.knowledge
    two_level = rules is not None and rules.two_level_review.value
    if two_level and fact.unit is not None and fact.division is not None:
        return now, ()
    return heard(now, fact, procedure)


def article_approved(state: Sla, fact: ArticleApproved, procedure: Procedure) -> Outcome[Sla]:
    """The division's word hands it to the centre; the centre's own is half of its duty: it has to publish, too."""
    return heard(state, fact, procedure) if fact.level != Reviewer.CENTRE else (state, ())


def notice_raised(state: Sla | None, fact: NoticeRaised, procedure: Procedure) -> Outcome[Sla]:
    """From the report on, written knowledge is due."""
    return heard(state or _begun(procedure, unit=fact.unit), fact, procedure)


def _begun(procedure: Procedure, *, unit: str | None = None, division: str | None = None) -> Sla:
    return Sla(procedure=procedure.ref, unit=unit, division=division, grace=procedure.grace)
