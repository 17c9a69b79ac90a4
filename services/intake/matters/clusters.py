"""Complaints of one matter, told of each other: joined when they come, linked and upgraded when they are a cluster."""

from dataclasses import replace

from kit.decide.fold import Cause
from kit.decide.shell import Done
from procedures.model import Procedure
from services.intake.matters.rules import matter as matters
from services.intake.matters.rules.matter import Matter, Member
from services.intake.requests.intake import Intake
from services.intake.rules.commands import JoinCluster, join_cluster


async def join(intake: Intake, utility: str, matter: str, member: Member, procedure: Procedure, cause: Cause) -> Matter:
    """The matter with this complaint in it."""
    done = await intake.matters.do(
        matter,
        lambda state, _: matters.join(state, member, procedure),
        utility=utility,
        cause=cause,
        creates=procedure.ref,
    )
    assert isinstance(done, Done), done
    return done.document.state


async def tell_members(intake: Intake, utility: str, matter: str, cause: Cause) -> None:
    """Link and upgrade the earlier members of a new cluster, one change each, then note that they know."""
    document = await intake.matters.get(matter, utility)
    if document is None or document.state.trigger is None:
        return
    trigger = document.state.trigger
    last = document.state.member(trigger)
    at = last.at if last and last.told else intake.matters.clock.now()
    tickets = tuple(member.ticket for member in document.state.untold)
    for ticket in tickets:
        command = JoinCluster(at=at, other=document.state.companion_of(ticket), matter=matter)
        await _tell(intake, utility, ticket, command, cause)
    await intake.matters.do(matter, lambda state, _: matters.told(state, tickets), utility=utility, cause=cause)


async def _tell(intake: Intake, utility: str, ticket: str, command: JoinCluster, cause: Cause) -> None:
    await intake.tickets.do(
        ticket,
        lambda state, procedure: join_cluster(state, command, procedure),
        utility=utility,
        cause=replace(cause, id=f"{command.other}/{ticket}"),
    )
