"""A case's steps about articles, tasks and notices, turned into the knowledge service's own commands."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from contracts.ids import derived_id
from contracts.refusal import Outcome, Refusal
from hotline.cases.model import Step as CaseStep
from hotline.cases.moments import moment
from hotline.cases.steps import taken_by
from hotline.virtual import Virtual
from kit.decide.shell import Done
from kit.decide.steps import Step
from procedures.model import Procedure
from services.knowledge.decider import connect
from services.knowledge.rules import commands, tasks
from services.knowledge.rules.state import Task
from services.knowledge.rules.table import ARTICLES, NOTICES, TASKS

KINDS = ("article", "task", "notice")

Carry = Callable[..., Awaitable[Done[Any] | Refusal]]
"""Gives a rule to the shell of that name for the document of that key."""


class KnowledgeSteps:
    """Carries out knowledge steps; the case's labels for them stand among its tickets' labels."""

    def __init__(self, virtual: Virtual, procedure: Procedure, labels: dict[str, str], carry: Carry) -> None:
        self._virtual = virtual
        self._procedure = procedure
        self._labels = labels
        self._carry = carry
        connect(virtual.shells["articles"], virtual.shells["tasks"])

    async def take(self, step: CaseStep) -> Refusal | None:
        """Do what the step says; the refusal where the service would not."""
        key = self._key(step.kind, step.body.id)
        shell, table = _TABLES[step.kind]
        asked = table[step.body.do]
        task = await self._task(step)
        command = asked.written(self._virtual.clock.now(), self._words(step, asked, task), taken_by(step))

        def rule(state: Any, procedure: Procedure) -> Outcome[Any]:
            outcome: Outcome[Any] = asked.taken(state, command, procedure)
            if step.body.task is None or isinstance(outcome, Refusal):
                return outcome
            return tasks.may_answer(task, outcome[0].division, procedure) or outcome

        done = await self._carry(shell, key, rule, creates=asked.begins)
        return done if isinstance(done, Refusal) else None

    async def _task(self, step: CaseStep) -> Task | None:
        if step.body.task is None:
            return None
        found = await self._virtual.shells["tasks"].get(self._key("task", step.body.task), self._procedure.utility)
        return found.state if found else None

    def _words(self, step: CaseStep, asked: Step[Any], task: Task | None) -> dict[str, Any]:
        """The step's words as the command calls them; what a story may leave out is filled in."""
        now = self._virtual.clock.now()
        given = step.body.model_dump(exclude={"id", "do", "area"}, exclude_none=True, exclude_defaults=True)
        for name in ("reported_at", "expires_at"):
            if name in given:
                given[name] = moment(given[name], now)
        if step.body.area is not None:
            given["areas"] = (*step.body.areas, step.body.area)
        if step.body.task is not None:
            given["task"] = self._key("task", step.body.task)
        if task is not None and step.body.unit is None:
            given.setdefault("division", task.division)
        needed = {name: value for name, value in self._left_out().items() if _is_required(asked.command, name)}
        known = {*asked.command.model_fields, "by"}
        return {name: value for name, value in (needed | given).items() if name in known}

    def _left_out(self) -> dict[str, str]:
        division = self._procedure.organisation.divisions[0].id
        return {"title": "-", "division": division, "article": "-", "reason": "-", "text": "-"}

    def _key(self, kind: str, label: str) -> str:
        prefix: Any = {"article": "art", "task": "tsk", "notice": "ntc"}[kind]
        return self._labels.setdefault(label, derived_id(prefix, self._virtual.clock.now(), f"case/{kind}/{label}"))


def _is_required(command: Any, name: str) -> bool:
    field = command.model_fields.get(name)
    return field is not None and bool(field.is_required())


_FINISH: Step[Task] = Step(
    "submit", commands.FinishTask, tasks.finish_task, (), lambda p: p.knowledge_basis("task.raised")
)
"""What the service does itself once the article has come; a story may say it."""

_TABLES: Mapping[str, tuple[str, Mapping[str, Step[Any]]]] = {
    "article": ("articles", ARTICLES),
    "task": ("tasks", {**TASKS, "submit": _FINISH}),
    "notice": ("notices", {**NOTICES, "submit": NOTICES["publish"]}),
}
"""The shell and the steps of each kind, by the words of a case."""
