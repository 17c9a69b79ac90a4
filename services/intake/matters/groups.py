"""Requests counted together by area, type or another value: who is told when there are too many."""

from dataclasses import dataclass

from contracts.ids import ALWAYS, derived_id
from kit.decide.fold import Cause
from kit.decide.shell import Done, Shell
from procedures.model import Circumstances, GroupRule, Procedure
from services.intake.matters.rules import group as rules
from services.intake.matters.rules.group import Group, GroupMember
from services.intake.rules.counting import Values, key_of


@dataclass(frozen=True, slots=True)
class Groups:
    """All groups of one installation."""

    shell: Shell[Group]

    async def raised_by(
        self, utility: str, member: GroupMember, values: Values, of: Circumstances, procedure: Procedure, cause: Cause
    ) -> tuple[tuple[GroupRule, int], ...]:
        """The rules whose alarm this request raises, each with how many there are."""
        found = [
            await self._joined(utility, member, values, rule, procedure, cause)
            for rule in procedure.groups
            if procedure.is_so(rule.when, of)
        ]
        return tuple(each for each in found if each is not None)

    async def _joined(
        self, utility: str, member: GroupMember, values: Values, rule: GroupRule, procedure: Procedure, cause: Cause
    ) -> tuple[GroupRule, int] | None:
        key = key_of(rule.same, values)
        if key is None:
            return None
        period = rules.period_of(member.at, rule, procedure)
        done = await self.shell.do(
            derived_id("grp", ALWAYS, f"{utility}/{rule.cause}/{period}/{key}"),
            lambda state, _: rules.join(state, member, rule, procedure),
            utility=utility,
            cause=cause,
            creates=procedure.ref,
        )
        assert isinstance(done, Done), done
        state = done.document.state
        return (rule, len(state.members)) if member.ticket in state.raised else None
