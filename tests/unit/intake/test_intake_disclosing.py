"""People's data are told by role and reason; the refusal names the clause that keeps them from everybody else."""

import pytest

from contracts.vocabulary import Role
from services.intake.people.rules.disclosing import Asking, may_know
from tests.unit.intake.desk import gas


@pytest.mark.parametrize("role", [Role.AGENT, Role.UNIT, Role.DIVISION, Role.KNOWLEDGE])
def test_a_reason_that_the_role_may_not_have_is_refused_by_the_clause_on_peoples_data(role: Role) -> None:
    refused = may_know(Asking(frozenset({role}), frozenset(), frozenset(), "curiosity", None), "cust_1", gas())
    assert refused is not None
    assert (refused.code, refused.clause, refused.rule) == ("reason_not_allowed", "第十三条(四)", "R004-040")


def test_a_procedure_that_gives_nobody_a_reason_refuses_everybody() -> None:
    strict = gas().model_copy(update={"personal_data": ()})
    asking = Asking(frozenset({Role.AGENT}), frozenset(), frozenset(), "call_back", None)
    refused = may_know(asking, "cust_1", strict)
    assert refused is not None
    assert (refused.clause, refused.accepts) == ("第十三条(四)", ())
