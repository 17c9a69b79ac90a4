"""A collection task from the centre to a division (第十八条(二), R004-146)."""

from contracts.knowledge import TaskDone, TaskRaised
from contracts.refusal import Outcome, Refusal, refused
from procedures.model import Procedure
from services.knowledge.rules.commands import FinishTask, RaiseTask
from services.knowledge.rules.state import Task


def raise_task(task: Task | None, command: RaiseTask, procedure: Procedure) -> Outcome[Task]:
    """Ask; the clock `task` runs from here."""
    divisions = tuple(division.id for division in procedure.organisation.divisions)
    basis = procedure.knowledge_basis("task.raised")
    if task is not None:
        return refused("task_exists", basis)
    if command.division not in divisions:
        return refused("division_unknown", basis, accepts=divisions, division=command.division)
    if not command.title:
        return refused("knowledge_without_title", basis, accepts=("title",))
    raised = Task(
        procedure=procedure.ref,
        division=command.division,
        title=command.title,
        text=command.text,
        raised_at=command.at,
    )
    fact = TaskRaised(
        at=command.at, by=command.by, procedure=procedure.ref, division=command.division, title=command.title
    )
    return raised, (fact,)


def finish_task(task: Task | None, command: FinishTask, procedure: Procedure) -> Outcome[Task]:
    """Done once; a second article for the same task changes nothing."""
    if task is None:
        return refused("task_unknown", procedure.knowledge_basis("task.raised"))
    if task.article is not None:
        return task, ()
    done = task.model_copy(update={"article": command.article, "done_at": command.at})
    return done, (TaskDone(at=command.at, by=command.by, article=command.article),)


def may_answer(task: Task | None, division: str | None, procedure: Procedure) -> Refusal | None:
    """Whether knowledge of this division answers the task: the division that was asked does, with its units."""
    basis = procedure.knowledge_basis("task.raised")
    if task is None:
        return refused("task_unknown", basis)
    if task.division != division:
        return refused("task_of_another_division", basis, accepts=(task.division,), division=task.division)
    return None
