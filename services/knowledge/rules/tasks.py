"""A collection task from the centre to a division (第十八条(二), R004-146)."""

from contracts.knowledge import TaskDone, TaskRaised
from contracts.refusal import Outcome, Refusal
from contracts.vocabulary import ClockName
from procedures.model import Procedure
from services.knowledge.rules.commands import FinishTask, RaiseTask
from services.knowledge.rules.state import Task


def raise_task(task: Task | None, command: RaiseTask, procedure: Procedure) -> Outcome[Task]:
    """Ask; the clock `task` runs from here."""
    divisions = tuple(division.id for division in procedure.organisation.divisions)
    clause = procedure.knowledge_limit(ClockName.TASK)
    if task is not None:
        return Refusal("task_exists", clause.source, clause.rule)
    if command.division not in divisions:
        return Refusal("division_unknown", clause.source, clause.rule, {"division": command.division}, divisions)
    raised = Task(procedure=procedure.ref, division=command.division, title=command.title, raised_at=command.at)
    fact = TaskRaised(
        at=command.at, by=command.by, procedure=procedure.ref, division=command.division, title=command.title
    )
    return raised, (fact,)


def finish_task(task: Task | None, command: FinishTask, procedure: Procedure) -> Outcome[Task]:
    """Done once; a second article for the same task changes nothing."""
    if task is None:
        clause = procedure.knowledge_limit(ClockName.TASK)
        return Refusal("task_unknown", clause.source, clause.rule)
    if task.article is not None:
        return task, ()
    done = task.model_copy(update={"article": command.article, "done_at": command.at})
    return done, (TaskDone(at=command.at, by=command.by, article=command.article),)
