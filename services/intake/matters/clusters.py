"""Complaints of one matter, told of each other: joined when they come, linked and upgraded when they are a cluster."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from contracts.refusal import Outcome
from kit.decide.decider import Decision
from kit.decide.fold import Cause, ProcedureOf
from kit.decide.followups import command_on
from kit.decide.shell import Done, Shell
from kit.store.port import Document
from procedures.model import GradeRule, Procedure
from services.intake.matters.rules import matter as rules
from services.intake.matters.rules.matter import Matter, Member
from services.intake.matters.sighting import MatterIndex
from services.intake.rules.commands import JoinCluster, join_cluster
from services.intake.rules.counting import is_valid
from services.intake.rules.grading import is_cluster
from services.intake.rules.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Matters:
    """Matters, the tickets they hold together, and what knows them by their words, where anything does."""

    shell: Shell[Matter]
    tickets: Shell[Ticket]
    procedure_of: ProcedureOf
    index: MatterIndex | None = None

    def tell_members(self) -> None:
        """From now on the earlier members of a new cluster are linked and upgraded, one change each (R004-078)."""
        self.shell.follow_ups.carried_out_by(command_on(self.tickets, _joining, rules.told))

    async def join(
        self,
        utility: str,
        matter: str,
        member: Member,
        at: datetime,
        rule: GradeRule | None,
        procedure: Procedure,
        cause: Cause,
    ) -> Matter:
        """The matter with this member, joined at the moment `at`; `rule` says when many are graver than each."""
        if rule is not None:
            await self._strike(utility, matter, member, rule, procedure, cause)
        done = await self.shell.do(
            matter,
            lambda state, _: rules.join(state, member, at, rule, procedure),
            utility=utility,
            cause=cause,
            creates=procedure.ref,
        )
        assert isinstance(done, Done), done
        return done.document.state

    async def _strike(
        self, utility: str, matter: str, joining: Member, rule: GradeRule, procedure: Procedure, cause: Cause
    ) -> None:
        """Before so many become a cluster, those that proved invalid are taken out (R004-069, R004-078)."""
        found = await self.shell.get(matter, utility)
        members = found.state.members if found is not None else ()
        if not is_cluster((each.customer for each in (*members, joining)), rule):
            return
        tickets = await self.tickets.store.load([each.ticket for each in members])
        for key, ticket in tickets.items():
            if not is_valid(ticket.state, procedure):
                struck = replace(cause, id=f"{cause.id}/struck/{key}")
                await self.shell.do(matter, partial(_without, key), utility=utility, cause=struck)


def _without(ticket: str, matter: Matter | None, _: Procedure) -> Outcome[Matter]:
    return rules.leave(matter, ticket)


def _joining(document: Document[Matter], ticket: str) -> Decision[Ticket]:
    matter = document.state
    assert matter.since is not None
    assert matter.grade is not None
    other = matter.companion_of(ticket)
    command = JoinCluster(at=matter.since, other=other, matter=document.key, grade=matter.grade)
    return lambda state, procedure: join_cluster(state, command, procedure)
