"""Collection tasks: asked of a division, done when its article is with the centre."""

import pytest

from services.knowledge.rules.articles import finished, follow_ups
from services.knowledge.rules.commands import Approve, FinishTask, RaiseTask, Reject
from services.knowledge.rules.tasks import may_answer
from tests.unit.knowledge.desk import GAS, KEEPER, ArticleStory, TaskStory, at, division, unit


def raised() -> TaskStory:
    return TaskStory().do(RaiseTask, by=KEEPER, division="luzhong", title="停气答复口径")  # type: ignore[no-any-return]


def test_a_task_is_raised_once_for_a_known_division() -> None:
    story = raised()
    assert story.names() == ["task.raised"]
    again = story.refused(RaiseTask, by=KEEPER, division="luzhong", title="停气答复口径")
    assert again is not None
    assert (again.code, again.clause, again.rule) == ("task_exists", "第十八条(二)", "R004-146")


@pytest.mark.parametrize(
    ("more", "refused"),
    [({"division": "atlantis"}, "division_unknown"), ({"title": " "}, "knowledge_without_title")],
)
def test_a_task_for_nobody_or_nothing_is_refused(more: dict[str, str], refused: str) -> None:
    refusal = TaskStory().refused(RaiseTask, **({"division": "luzhong", "title": "t"} | more))
    assert refusal is not None
    assert refusal.code == refused


def test_a_task_is_done_once_by_the_first_article() -> None:
    story = raised().do(FinishTask, "11-21 10:00", article="art_1").do(FinishTask, "11-22 10:00", article="art_2")
    assert story.names() == ["task.raised", "task.done"]
    assert story.state.article == "art_1"
    unknown = TaskStory().refused(FinishTask, article="art_1")
    assert unknown is not None
    assert unknown.code == "task_unknown"


def test_a_divisions_article_answers_its_task_when_it_is_handed_in() -> None:
    story = ArticleStory().submitted(by=division("luzhong"), task="tsk_1")
    assert follow_ups(story.state) == ("tsk_1",)
    assert follow_ups(finished(story.state, "tsk_1")) == ()


def test_a_units_article_answers_it_only_once_the_division_has_passed_it() -> None:
    story = ArticleStory().submitted(by=unit("jinan"), task="tsk_1")
    assert follow_ups(story.state) == ()
    story.do(Approve, "11-21 09:00", by=division("luzhong"))
    assert follow_ups(story.state) == ("tsk_1",)
    assert story.state.finishing.at == at("11-21 09:00")
    assert story.state.finishing.by == division("luzhong")
    rejected = ArticleStory().submitted(by=unit("jinan"), task="tsk_1").do(Reject, reason="r")
    assert follow_ups(rejected.state) == ()


def test_the_next_edition_answers_no_task_of_the_last() -> None:
    story = ArticleStory().published(division="luzhong", task="tsk_1").submitted("11-21 10:00")
    assert story.state.task is None


def test_another_divisions_knowledge_does_not_answer() -> None:
    task = raised().state
    assert may_answer(task, "luzhong", GAS) is None
    refusal = may_answer(task, "lubei", GAS)
    assert refusal is not None
    assert (refusal.code, refusal.accepts) == ("task_of_another_division", ("luzhong",))
    unknown = may_answer(None, "luzhong", GAS)
    assert unknown is not None
    assert unknown.code == "task_unknown"
