"""An emergency notice: reported at once, written within minutes, lifted when over (第十八条(四))."""

from contracts.fact import SYSTEM, Fact
from contracts.knowledge import NoticeLifted, NoticePublished, NoticeRaised
from contracts.refusal import Outcome, Refusal, refused
from contracts.vocabulary import Role
from procedures.model import Procedure
from procedures.model.part import stated
from services.knowledge.rules.channels import unknown_channels
from services.knowledge.rules.commands import LiftNotice, PublishNotice, RaiseNotice
from services.knowledge.rules.owning import Owner, meant_by, not_theirs, owner
from services.knowledge.rules.state import Notice

_MAY_ALWAYS_PUBLISH = frozenset({Role.KNOWLEDGE.value, Role.SUPERVISOR.value, Role.AGENT.value, SYSTEM.role})


def raise_notice(notice: Notice | None, command: RaiseNotice, procedure: Procedure) -> Outcome[Notice]:
    """Report; agents see it at once, and with a text it is out in writing too, past the ordinary review (R004-150)."""
    owned = _raised_for(notice, command, procedure)
    if isinstance(owned, Refusal):
        return owned
    reported_at = command.reported_at or command.at
    raised = Notice(
        procedure=procedure.ref,
        title=command.title,
        text=command.text,
        **owned._asdict(),
        areas=command.areas or _areas_of(owned, procedure),
        raised_at=reported_at,
        changed_at=command.at,
    )
    fact = NoticeRaised(
        at=reported_at,
        by=command.by,
        procedure=procedure.ref,
        title=raised.title,
        unit=raised.unit,
        areas=raised.areas,
    )
    if not command.text or not _may_publish(command, procedure):
        return raised, (fact,)
    written, published = _written(raised, PublishNotice(at=command.at, by=command.by, text=command.text), procedure)
    return written, (fact, published)


def _raised_for(notice: Notice | None, command: RaiseNotice, procedure: Procedure) -> Owner | Refusal:
    if notice is not None:
        return _refused("notice_exists", procedure)
    if not command.title:
        return _refused("notice_without_title", procedure)
    if command.reported_at is not None and command.reported_at > command.at:
        return _refused("notice_reported_ahead", procedure)
    owned = owner(*meant_by(command.by, command.unit, None), procedure)
    return owned if isinstance(owned, Refusal) else (not_theirs(command.by, procedure, owned) or owned)


def _areas_of(owned: Owner, procedure: Procedure) -> tuple[str, ...]:
    """Where nothing is said of the place, it is where the unit serves, or the units of the division do."""
    if owned.unit is not None:
        unit = procedure.unit(owned.unit)
        return unit.areas if unit else ()
    served = [each for each in procedure.organisation.divisions if each.id == owned.division]
    return tuple(area for division in served for unit in division.units for area in unit.areas)


def publish_notice(notice: Notice | None, command: PublishNotice, procedure: Procedure) -> Outcome[Notice]:
    """The written knowledge, or its next wording while the emergency lasts."""
    refusal = _not_open(notice, command, procedure) or unknown_channels(command.channels, procedure)
    if refusal is not None or notice is None:
        return refusal or Refusal("unknown_notice")
    if not command.text:
        return _refused("notice_without_text", procedure)
    if not _may_publish(command, procedure):
        return refused("notice_needs_the_centre", stated(procedure.knowledge).notice_skips_review)
    written, fact = _written(notice, command, procedure)
    return written, (fact,)


def lift_notice(notice: Notice | None, command: LiftNotice, procedure: Procedure) -> Outcome[Notice]:
    """Over: agents no longer tell customers of it."""
    refusal = _not_open(notice, command, procedure)
    if refusal is not None or notice is None:
        return refusal or Refusal("unknown_notice")
    lifted = notice.model_copy(update={"lifted_at": command.at, "changed_at": command.at})
    return lifted, (NoticeLifted(at=command.at, by=command.by),)


def _not_open(notice: Notice | None, command: PublishNotice | LiftNotice, procedure: Procedure) -> Refusal | None:
    if notice is None:
        return Refusal("unknown_notice")
    if not notice.in_force:
        return _refused("notice_not_in_force", procedure)
    return not_theirs(command.by, procedure, Owner(notice.unit, notice.division))


def _may_publish(command: RaiseNotice | PublishNotice, procedure: Procedure) -> bool:
    """Where the file has emergency knowledge reviewed like any other, the centre puts it out (R004-150)."""
    return stated(procedure.knowledge).notice_skips_review.value or command.by.role in _MAY_ALWAYS_PUBLISH


def _written(notice: Notice, command: PublishNotice, procedure: Procedure) -> tuple[Notice, Fact]:
    channels = command.channels or tuple(stated(procedure.knowledge).channels.value)
    written = notice.model_copy(
        update={
            "text": command.text,
            "channels": channels,
            "published_at": command.at,
            "changed_at": command.at,
        }
    )
    return written, NoticePublished(at=command.at, by=command.by, channels=channels)


def _refused(code: str, procedure: Procedure) -> Refusal:
    return refused(code, procedure.knowledge_basis("notice.raised"))
