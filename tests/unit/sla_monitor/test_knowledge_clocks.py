"""The limits of knowledge work: three working days to write, one to review, five minutes in an emergency."""

from contracts.clock import ClockMissed
from contracts.fact import SYSTEM, Actor
from contracts.knowledge import (
    ArticleApproved,
    ArticleExpired,
    ArticlePublished,
    ArticleRejected,
    ArticleSubmitted,
    NoticeLifted,
    NoticePublished,
    NoticeRaised,
    TaskDone,
    TaskRaised,
)
from contracts.ticket import TicketEscalated
from contracts.vocabulary import ClockState
from tests.unit.sla_monitor.journey import GAS, UNIT, Journey, at

DIVISION = Actor(subject="d1", role="division", scope="luzhong")


def submitted(moment: str, unit: str | None = None) -> ArticleSubmitted:
    return ArticleSubmitted(at=at(moment), by=DIVISION, procedure=GAS.ref, title="Meter", division="luzhong", unit=unit)


def test_a_collection_task_is_due_in_three_working_days() -> None:
    task = Journey().hear(TaskRaised(at=at("11-20 10:00"), by=SYSTEM, procedure=GAS.ref, division="luzhong", title="t"))
    assert task.clock("task").due == at("11-25 10:00")
    assert task.decider.fields(task.state)["division"] == "luzhong"
    task.hear(TaskDone(at=at("11-24 10:00"), by=DIVISION, article="art_1"))
    assert task.clock("task").state is ClockState.MET


def test_the_centre_reviews_what_a_division_submits_within_a_working_day() -> None:
    article = Journey().hear(submitted("11-20 16:00"))
    assert article.clock("review").due == at("11-23 16:00")
    article.hear(ArticlePublished(at=at("11-23 16:00"), by=SYSTEM, title="Meter"))
    assert article.clock("review").state is ClockState.MET


def test_what_a_unit_submits_is_with_the_centre_once_its_division_approved() -> None:
    article = Journey().hear(submitted("11-20 10:00", "jinan"))
    assert article.states() == {}
    article.hear(ArticleApproved(at=at("11-24 10:00"), by=DIVISION, level="division"))
    assert article.clock("review").due == at("11-25 10:00")
    article.hear(ArticleApproved(at=at("11-24 11:00"), by=SYSTEM, level="centre"))
    assert article.clock("review").state is ClockState.RUNNING


def test_what_the_centre_passed_and_did_not_publish_in_the_working_day_is_late() -> None:
    article = Journey().hear(submitted("11-20 16:00"))
    article.hear(ArticleApproved(at=at("11-23 15:00"), by=SYSTEM, level="centre"))
    article.hear(ArticlePublished(at=at("11-23 16:01"), by=SYSTEM, title="Meter"))
    assert article.clock("review").late_by == 60


def test_an_article_submitted_again_after_a_rejection_is_reviewed_again_in_full_time() -> None:
    article = Journey().hear(submitted("11-20 10:00"))
    article.hear(ArticleRejected(at=at("11-20 11:00"), by=SYSTEM, level="centre", reason="unclear"))
    article.hear(submitted("11-20 12:00"))
    assert (article.clock("review").round, article.clock("review").due) == (2, at("11-23 12:00"))
    article.hear(ArticleExpired(at=at("11-20 13:00"), by=SYSTEM))
    assert article.clock("review").state is ClockState.CANCELLED


def test_an_emergency_notice_is_written_five_minutes_after_the_report() -> None:
    raised = NoticeRaised(at=at("11-21 03:00"), by=UNIT, procedure=GAS.ref, title="no gas", unit="jinan")
    late = Journey().hear(raised, NoticePublished(at=at("11-21 03:07"), by=SYSTEM))
    assert late.clock("notice").late_by == 120
    assert [m.at for m in late.all_said(ClockMissed)] == [at("11-21 03:05")]
    assert late.all_said(TicketEscalated) == []
    lifted = Journey().hear(raised, NoticeLifted(at=at("11-21 03:04"), by=SYSTEM))
    assert lifted.clock("notice").state is ClockState.CANCELLED
