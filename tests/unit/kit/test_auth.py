"""The centre sees all, a division its area, a unit its own (第十一条(六), R004-026; 第十三条(四), R004-039)."""

import pytest

from contracts.vocabulary import Role
from kit.auth.scope import Principal, may_see, seen_by
from kit.store.port import In


def who(*roles: Role, units: set[str] | None = None, divisions: set[str] | None = None) -> Principal:
    return Principal("u-1", "王芳", "gas", frozenset(roles), frozenset(units or ()), frozenset(divisions or ()))


def sees(
    principal: Principal, unit: str | None = "jinan", division: str | None = "central", utility: str = "gas"
) -> bool:
    return may_see(principal, utility=utility, unit=unit, division=division)


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
def test_the_centre_sees_every_work_order_dispatched_or_not(role: Role) -> None:
    assert sees(who(role))
    assert sees(who(role), unit=None, division=None)


@pytest.mark.parametrize("role", list(Role))
def test_nobody_sees_another_utilitys_work_order(role: Role) -> None:
    assert not sees(who(role, units={"jinan"}, divisions={"central"}), utility="water")


def test_a_unit_sees_its_own_work_orders_only() -> None:
    assert sees(who(Role.UNIT, units={"jinan"}))
    assert not sees(who(Role.UNIT, units={"qingdao"}))
    assert not sees(who(Role.UNIT, units={"jinan"}), unit=None)


def test_a_division_sees_its_area_only() -> None:
    assert sees(who(Role.DIVISION, divisions={"central"}))
    assert not sees(who(Role.DIVISION, divisions={"north"}))
    assert not sees(who(Role.DIVISION, divisions={"central"}), division=None)


def test_a_scope_without_its_role_opens_nothing() -> None:
    assert not sees(who(Role.KNOWLEDGE, units={"jinan"}, divisions={"central"}))


@pytest.mark.parametrize("role", [Role.KNOWLEDGE, Role.INTEGRATION, Role.ADMIN])
def test_those_who_need_not_know_do_not_see(role: Role) -> None:
    assert not sees(who(role))
    assert seen_by(who(role)) is None


def test_lists_show_what_single_work_orders_show() -> None:
    assert seen_by(who(Role.AGENT)) == ()
    assert seen_by(who(Role.DIVISION, divisions={"north", "central"})) == (In("division", ("central", "north")),)
    assert seen_by(who(Role.UNIT, units={"jinan"})) == (In("unit", ("jinan",)),)
    assert seen_by(who(Role.UNIT)) is None


def test_a_fact_names_the_role_in_which_somebody_acted() -> None:
    both = who(Role.AGENT, Role.UNIT, units={"jinan"})
    assert both.actor(Role.UNIT).model_dump() == {"subject": "u-1", "role": "unit", "scope": "jinan", "scopes": None}
    assert both.actor(Role.AGENT, Role.UNIT).model_dump() == {
        "subject": "u-1",
        "role": "agent",
        "scope": None,
        "scopes": None,
    }
