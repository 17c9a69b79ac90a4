"""Knowledge through the shell: a command sent twice has its effect once, days pass, and what is said may be said."""

from typing import Any

import pytest

from contracts.ids import event_id
from contracts.knowledge import KnowledgeFact
from contracts.refusal import Refusal
from contracts.topics import SPEAKERS
from contracts.vocabulary import ArticleStage
from kit.decide.fold import Cause
from kit.decide.shell import Done, Idempotency
from services.knowledge.decider import ARTICLES, DECIDERS, NOTICES, TASKS
from services.knowledge.rules import articles, commands, notices, tasks
from services.knowledge.rules.state import Article, Notice, Task
from tests.handlers.bench_of_one import FRIDAY_10, PROCEDURES, UTILITY, Bench
from tests.unit.knowledge.desk import ArticleStory, NoticeStory, TaskStory, at

GAS = PROCEDURES.in_force(UTILITY, FRIDAY_10)


async def twice(bench: Bench[Any], key: str, rule: Any, command: commands.Command, cause: str) -> Any:
    """Carry the command out under one Idempotency-Key, and again; only the first has an effect."""

    async def once() -> Done[Any] | Refusal:
        return await bench.shell.do(
            key,
            lambda state, procedure: rule(state, command, procedure),
            utility=UTILITY,
            cause=Cause(cause),
            creates=GAS.ref,
            idempotency=Idempotency(cause, "body", lambda document: b"%d" % document.version),
        )

    first = await once()
    assert isinstance(first, Done)
    said = bench.said()
    again = await once()
    assert isinstance(again, Done)
    assert again.replayed is not None
    assert again.replayed.body == b"%d" % first.document.version
    assert (again.document, bench.said()) == (first.document, said)
    return first.document.state


async def published(bench: Bench[Article], **more: Any) -> Article:
    submit = commands.Submit(at=FRIDAY_10, title="过户", text="带身份证。", **more)
    await twice(bench, "art_1", articles.submit, submit, "c1")
    await twice(bench, "art_1", articles.approve, commands.Approve(at=FRIDAY_10), "c2")
    state: Article = await twice(bench, "art_1", articles.publish, commands.Publish(at=FRIDAY_10), "c3")
    return state


async def test_an_article_repeated_at_every_step_is_published_once() -> None:
    bench = Bench(ARTICLES)
    await published(bench)
    assert bench.said() == ["article.submitted", "article.approved", "article.published"]


async def test_a_draft_says_nothing_and_its_repeat_changes_nothing() -> None:
    bench = Bench(ARTICLES)
    state = await twice(bench, "art_1", articles.save_draft, commands.SaveDraft(at=FRIDAY_10, title="t"), "c1")
    assert (state.stage, bench.said()) == (ArticleStage.DRAFT, [])


async def test_feedback_sent_twice_is_kept_once() -> None:
    bench = Bench(ARTICLES)
    await published(bench)
    state = await twice(
        bench, "art_1", articles.give_feedback, commands.GiveFeedback(at=FRIDAY_10, text="没写费用"), "c4"
    )
    assert (len(state.feedback), state.open_feedback) == (1, 1)


async def test_a_task_and_a_notice_repeated_at_every_step_happen_once() -> None:
    of_tasks, of_notices = Bench(TASKS), Bench(NOTICES)
    raise_task = commands.RaiseTask(at=FRIDAY_10, division="luzhong", title="停气口径")
    await twice(of_tasks, "tsk_1", tasks.raise_task, raise_task, "c1")
    await twice(of_tasks, "tsk_1", tasks.finish_task, commands.FinishTask(at=FRIDAY_10, article="art_1"), "c2")
    assert of_tasks.said() == ["task.raised", "task.done"]
    raise_notice = commands.RaiseNotice(at=FRIDAY_10, title="停气", unit="jinan")
    await twice(of_notices, "ntc_1", notices.raise_notice, raise_notice, "c1")
    await twice(of_notices, "ntc_1", notices.publish_notice, commands.PublishNotice(at=FRIDAY_10, text="抢修"), "c2")
    await twice(of_notices, "ntc_1", notices.lift_notice, commands.LiftNotice(at=FRIDAY_10), "c3")
    assert of_notices.said() == ["notice.raised", "notice.published", "notice.lifted"]


async def test_an_article_expires_by_itself_once_however_often_time_is_looked_at() -> None:
    bench = Bench(ARTICLES)
    await published(bench, expires_at=at("11-25 00:00"))
    assert await bench.tick_at(at("11-24 23:59")) == 0
    assert await bench.tick_at(at("11-25 08:00")) == 1
    assert await bench.tick_at(at("11-25 09:00")) == 0
    assert bench.said()[-1] == "article.expired"
    assert bench.outbox.events[-1].data.at == at("11-25 00:00")


async def test_the_same_cause_says_the_same_again() -> None:
    bench = Bench(ARTICLES)
    await published(bench)
    assert bench.outbox.events[0].id == event_id("c1", bench.outbox.events[0].source, 1)


def test_knowledge_hears_nothing_and_says_what_it_may() -> None:
    assert all(not decider.hears for decider in DECIDERS)
    assert all(issubclass(fact, KnowledgeFact) for fact in SPEAKERS["knowledge"])


def _article() -> Article:
    return ArticleStory().published(expires_at=at("12-25 00:00")).state


def _task() -> Task:
    story = TaskStory().do(commands.RaiseTask, division="luzhong", title="t")
    state: Task = story.state
    return state


def _notice() -> Notice:
    story = NoticeStory().do(commands.RaiseNotice, title="t", unit="jinan", text="x")
    state: Notice = story.state
    return state


@pytest.mark.parametrize(("decider", "state"), [(ARTICLES, _article()), (TASKS, _task()), (NOTICES, _notice())])
def test_every_field_of_a_list_is_declared_and_the_state_survives_being_stored(decider: Any, state: Any) -> None:
    assert set(decider.fields(state)) == set(decider.collection.fields)
    assert type(state).model_validate_json(state.model_dump_json()) == state
