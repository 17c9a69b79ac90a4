"""A case's steps about articles, tasks and notices, turned into the knowledge service's own commands."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from contracts.fact import SYSTEM
from contracts.ids import derived_id
from contracts.refusal import Outcome, Refusal
from hotline.cases.model import Step
from hotline.cases.moments import moment
from hotline.virtual import Virtual
from kit.decide.shell import Done
from procedures.model import Procedure
from services.knowledge.decider import connect
from services.knowledge.rules import articles, commands, notices, tasks
from services.knowledge.rules.state import Task

KINDS = ("article", "task", "notice")

Carry = Callable[..., Awaitable[Done[Any] | Refusal]]
"""Gives a rule to the shell of that name for the document of that key."""


class Action(NamedTuple):
    """What `do` means for a kind: the shell, the command with its rule, whether it begins the document."""

    shell: str
    command: Any
    rule: Callable[[Any, Any, Procedure], Any]
    creates: bool = False


class KnowledgeSteps:
    """Carries out knowledge steps; the case's labels for them stand among its tickets' labels."""

    def __init__(self, virtual: Virtual, procedure: Procedure, labels: dict[str, str], carry: Carry) -> None:
        self._virtual = virtual
        self._procedure = procedure
        self._labels = labels
        self._carry = carry
        connect(virtual.shells["articles"], virtual.shells["tasks"])

    async def take(self, step: Step) -> Refusal | None:
        """Do what the step says; the refusal where the service would not."""
        key = self._key(step.kind, step.body.id)
        action = _ACTIONS[(step.kind, step.body.do)]
        task = await self._task(step)
        command = action.command.model_validate(self._fields(step, action.command, task))

        def rule(state: Any, procedure: Procedure) -> Outcome[Any]:
            outcome: Outcome[Any] = action.rule(state, command, procedure)
            if step.body.task is None or isinstance(outcome, Refusal):
                return outcome
            return tasks.may_answer(task, outcome[0].division, procedure) or outcome

        done = await self._carry(action.shell, key, rule, creates=action.creates)
        return done if isinstance(done, Refusal) else None

    async def _task(self, step: Step) -> Task | None:
        if step.body.task is None:
            return None
        found = await self._virtual.shells["tasks"].get(self._key("task", step.body.task), self._procedure.utility)
        return found.state if found else None

    def _fields(self, step: Step, command: Any, task: Task | None) -> dict[str, Any]:
        """The step's words as the command calls them; what a story may leave out is filled in."""
        now = self._virtual.clock.now()
        given = step.body.model_dump(exclude={"id", "do", "by", "area"}, exclude_none=True, exclude_defaults=True)
        for name in ("reported_at", "expires_at"):
            if name in given:
                given[name] = moment(given[name], now)
        if step.body.area is not None:
            given["areas"] = (*step.body.areas, step.body.area)
        if step.body.by is not None:
            given["level"] = step.body.by
        if step.body.task is not None:
            given["task"] = self._key("task", step.body.task)
        if task is not None and step.body.unit is None:
            given.setdefault("division", task.division)
        needed = {name: value for name, value in self._left_out().items() if _is_required(command, name)}
        fields = {name: value for name, value in (needed | given).items() if name in command.model_fields}
        return fields | {"at": now, "by": SYSTEM}

    def _left_out(self) -> dict[str, str]:
        division = self._procedure.organisation.divisions[0].id
        return {"title": "-", "division": division, "article": "-", "reason": "-", "text": "-"}

    def _key(self, kind: str, label: str) -> str:
        prefix: Any = {"article": "art", "task": "tsk", "notice": "ntc"}[kind]
        return self._labels.setdefault(label, derived_id(prefix, self._virtual.clock.now(), f"case/{kind}/{label}"))


def _is_required(command: Any, name: str) -> bool:
    field = command.model_fields.get(name)
    return field is not None and bool(field.is_required())


_ACTIONS: Mapping[tuple[str, str], Action] = {
    ("article", "submit"): Action("articles", commands.Submit, articles.submit, creates=True),
    ("article", "approve"): Action("articles", commands.Approve, articles.approve),
    ("article", "reject"): Action("articles", commands.Reject, articles.reject),
    ("article", "publish"): Action("articles", commands.Publish, articles.publish),
    ("article", "expire"): Action("articles", commands.Expire, articles.expire),
    ("task", "raise"): Action("tasks", commands.RaiseTask, tasks.raise_task, creates=True),
    ("task", "submit"): Action("tasks", commands.FinishTask, tasks.finish_task),
    ("notice", "raise"): Action("notices", commands.RaiseNotice, notices.raise_notice, creates=True),
    ("notice", "submit"): Action("notices", commands.PublishNotice, notices.publish_notice),
    ("notice", "publish"): Action("notices", commands.PublishNotice, notices.publish_notice),
    ("notice", "lift"): Action("notices", commands.LiftNotice, notices.lift_notice),
}
