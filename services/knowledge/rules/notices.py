"""An emergency notice: reported at once, written within minutes, lifted when over (第十八条(四))."""

from contracts.fact import Fact
from contracts.knowledge import NoticeLifted, NoticePublished, NoticeRaised
from contracts.refusal import Outcome, Refusal
from contracts.vocabulary import ClockName
from procedures.model import Procedure
from services.knowledge.rules.commands import LiftNotice, PublishNotice, RaiseNotice
from services.knowledge.rules.state import Notice


def raise_notice(notice: Notice | None, command: RaiseNotice, procedure: Procedure) -> Outcome[Notice]:
    """Report; agents see it at once, and with a text it is out in writing too, past the ordinary review (R004-150)."""
    if notice is not None:
        return _refused("notice_exists", procedure)
    reported_at = command.reported_at or command.at
    raised = Notice(
        procedure=procedure.ref,
        title=command.title,
        unit=command.unit,
        areas=command.areas,
        raised_at=reported_at,
    )
    fact = NoticeRaised(
        at=reported_at,
        by=command.by,
        procedure=procedure.ref,
        title=command.title,
        unit=command.unit,
        areas=command.areas,
    )
    if not command.text:
        return raised, (fact,)
    written, published = _written(raised, PublishNotice(at=command.at, by=command.by, text=command.text), procedure)
    return written, (fact, published)


def publish_notice(notice: Notice | None, command: PublishNotice, procedure: Procedure) -> Outcome[Notice]:
    """The written knowledge, or its next wording while the emergency lasts."""
    if notice is None or not notice.in_force:
        return _refused("notice_not_in_force", procedure)
    if not command.text.strip():
        return _refused("notice_without_text", procedure)
    written, fact = _written(notice, command, procedure)
    return written, (fact,)


def lift_notice(notice: Notice | None, command: LiftNotice, procedure: Procedure) -> Outcome[Notice]:
    """Over: agents no longer tell customers of it."""
    if notice is None or not notice.in_force:
        return _refused("notice_not_in_force", procedure)
    return notice.model_copy(update={"lifted_at": command.at}), (NoticeLifted(at=command.at, by=command.by),)


def _written(notice: Notice, command: PublishNotice, procedure: Procedure) -> tuple[Notice, Fact]:
    channels = command.channels or tuple(procedure.knowledge.channels.value)
    written = notice.model_copy(update={"text": command.text, "published_at": command.at})
    return written, NoticePublished(at=command.at, by=command.by, channels=channels)


def _refused(code: str, procedure: Procedure) -> Refusal:
    clause = procedure.knowledge_limit(ClockName.NOTICE)
    return Refusal(code, clause.source, clause.rule)
