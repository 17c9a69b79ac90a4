"""One article, task or notice in the hands of its people: commands are given, what was said or refused is kept."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from contracts.fact import SYSTEM, Actor, Fact
from contracts.refusal import Outcome, Refusal
from contracts.vocabulary import Role
from kit.decide.steps import Command
from procedures.loader import load_all
from procedures.model import Procedure
from services.knowledge.rules import articles, commands, notices, tasks
from services.knowledge.rules.state import Article, Notice, Task

S = TypeVar("S")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    """`11-20 16:50` of 2026 in Shanghai; 2026-11-20 is a Friday."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


GAS = load_all().find("kunlun-gas-956100", at("11-20 10:00"))
KEEPER = Actor(subject="knowledge-01", role=Role.KNOWLEDGE)
AGENT = Actor(subject="agent-01", role=Role.AGENT)


def unit(*names: str) -> Actor:
    return Actor(subject=f"unit-{names[0]}", role=Role.UNIT, scopes=names)


def division(name: str) -> Actor:
    return Actor(subject=f"division-{name}", role=Role.DIVISION, scope=name)


class Story(Generic[S]):
    """What became of one document."""

    rules: dict[type[Command], Callable[..., Outcome[Any]]]

    def __init__(self, procedure: Procedure = GAS) -> None:
        self.procedure = procedure
        self.found: S | None = None
        self.said: list[Fact] = []

    @property
    def state(self) -> S:
        assert self.found is not None
        return self.found

    def do(self, model: type[Command], moment: str = "11-20 10:00", by: Actor = SYSTEM, **more: Any) -> Any:
        """Accepted; `self`, to go on."""
        refusal = self.refused(model, moment, by, **more)
        assert refusal is None, refusal
        return self

    def refused(
        self, model: type[Command], moment: str = "11-20 10:00", by: Actor = SYSTEM, **more: Any
    ) -> Refusal | None:
        """The refusal, if it is refused; then nothing has changed."""
        outcome = self.rules[model](self.found, model(at=at(moment), by=by, **more), self.procedure)
        if isinstance(outcome, Refusal):
            return outcome
        self.found, facts = outcome
        self.said.extend(facts)
        return None

    def names(self) -> list[str]:
        return [fact.short_type() for fact in self.said]


class ArticleStory(Story[Article]):
    rules = {  # noqa: RUF012
        commands.SaveDraft: articles.save_draft,
        commands.Submit: articles.submit,
        commands.Approve: articles.approve,
        commands.Reject: articles.reject,
        commands.Publish: articles.publish,
        commands.Expire: articles.expire,
        commands.ConfirmReview: articles.confirm_review,
        commands.GiveFeedback: articles.give_feedback,
    }

    def submitted(self, moment: str = "11-20 10:00", by: Actor = KEEPER, **more: Any) -> "ArticleStory":
        return self.do(commands.Submit, moment, by, **({"title": "过户", "text": "带身份证。"} | more))  # type: ignore[no-any-return]

    def published(self, moment: str = "11-20 10:00", **more: Any) -> "ArticleStory":
        """The centre's own, through its only review."""
        self.submitted(moment, **more)
        self.do(commands.Approve, moment, KEEPER)
        return self.do(commands.Publish, moment, KEEPER)  # type: ignore[no-any-return]

    def woken(self, moment: str) -> "ArticleStory":
        outcome = articles.wake(self.state, at(moment), self.procedure)
        assert not isinstance(outcome, Refusal)
        self.found, facts = outcome
        self.said.extend(facts)
        return self


class TaskStory(Story[Task]):
    rules = {commands.RaiseTask: tasks.raise_task, commands.FinishTask: tasks.finish_task}  # noqa: RUF012


class NoticeStory(Story[Notice]):
    rules = {  # noqa: RUF012
        commands.RaiseNotice: notices.raise_notice,
        commands.PublishNotice: notices.publish_notice,
        commands.LiftNotice: notices.lift_notice,
    }
