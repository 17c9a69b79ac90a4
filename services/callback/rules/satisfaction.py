"""Whether a customer who was asked is satisfied."""

from procedures.model import Procedure
from procedures.model.part import stated
from services.callback.rules.command import CallBack


def is_satisfied(command: CallBack, procedure: Procedure) -> bool:
    """The customer's own word: an answer that satisfies, and the score, where one was given, high enough."""
    rules = stated(procedure.callback)
    answer = rules.solved.value.get(command.solved) if command.solved is not None else None
    if command.mismatch is not None or (answer is not None and answer.unsatisfied):
        return False
    if command.satisfaction is None or command.satisfaction == "declined" or rules.satisfaction is None:
        return True
    return command.satisfaction >= rules.satisfaction.value.satisfied_from
