"""Where a case is played: labels for tickets and customers, steps turned into the services' own commands."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from contracts.fact import Fact
from contracts.knowledge import ArticlePublished
from contracts.refusal import Outcome, Refusal, refused
from contracts.ticket import TicketEscalated, TicketLinked, TicketTold
from contracts.vocabulary import Role
from hotline.cases.contacts import ON_THE_LINE, Contacts
from hotline.cases.judge import ClockSeen, TicketSeen
from hotline.cases.knowledge import KINDS as KNOWLEDGE
from hotline.cases.knowledge import KnowledgeSteps
from hotline.cases.model import Step
from hotline.cases.moments import moment
from hotline.cases.saying import RefusalWords
from hotline.cases.steps import Dispatch, taken_by
from hotline.virtual import Virtual
from kit.auth.scope import Principal
from kit.decide.fold import Cause
from kit.decide.shell import Done
from procedures.model import Procedure
from services.callback.rules import STEPS as CALLBACK
from services.callback.rules import Calls, next_call_not_after, next_call_not_before
from services.intake.people.rules.disclosing import Asking, field_hidden, may_know
from services.intake.rules.calling import CallOver, hang_up
from services.intake.rules.table import STEPS as INTAKE
from services.intake.rules.ticket import Ticket
from services.registry import virtual_deciders
from services.routing.rules import STEPS as ROUTING
from services.routing.rules import WorkOrder, decide
from services.routing.seeing import may_be_seen
from services.sla_monitor.rules.explaining import explanation
from services.sla_monitor.rules.state import Sla, SlaClock
from texts import LANGUAGES

Step_ = Callable[[Any, Procedure], Outcome[Any]]
_MOMENT_FIELDS = ("until", "for", "appointment")
_UNSAID: Mapping[str, Mapping[str, Any]] = {"reply": {"attachments": None, "parts": None}}
"""What a story may leave open; over HTTP what is left out is empty."""


class Stage:
    """All services at the moment of the step, and what the case calls things."""

    def __init__(self, start: datetime, procedure: Procedure) -> None:
        def procedure_of(_: str) -> Procedure:
            return procedure

        self.procedure = procedure
        self.zone: ZoneInfo = procedure.calendar.zone
        self.virtual = Virtual(start, virtual_deciders(), procedure_of)
        self.contacts = Contacts(self.virtual, procedure, procedure_of)
        self.labels = self.contacts.tickets
        self._knowledge = KnowledgeSteps(self.virtual, procedure, self.labels, self._on)
        self._messages: dict[str, list[str]] = {}
        self._steps = 0

    async def take(self, step: Step) -> Refusal | None:
        """Do what the step says; the refusal where a service would not."""
        self._steps += 1
        refusal = await self._kinds()[step.kind](step)
        ticket = getattr(step.body, "ticket", None)
        if refusal is not None and ticket is not None:
            self._messages.setdefault(ticket, []).append(str(RefusalWords(refusal)))
        return refusal

    def _kinds(self) -> Mapping[str, Callable[[Step], Awaitable[Refusal | None]]]:
        own: dict[str, Callable[[Step], Awaitable[Refusal | None]]] = {
            "request": self._request,
            "hang_up": self._hang_up,
            "look": self._look,
            "wait": _wait,
        }
        return (
            dict.fromkeys(ROUTING, self._work_order)
            | dict.fromkeys(INTAKE, self._contact)
            | dict.fromkeys(CALLBACK, self._call_back)
            | dict.fromkeys(KNOWLEDGE, self._knowledge.take)
            | own
        )

    async def _request(self, step: Step) -> Refusal | None:
        outcome = await self.contacts.accept(step.body, self.virtual.clock.now(), self._cause())
        if isinstance(outcome, Refusal):
            return outcome
        for label, messages in outcome.items():
            self._messages.setdefault(label, []).extend(messages)
        return None

    async def _hang_up(self, step: Step) -> Refusal | None:
        over = CallOver(at=self.virtual.clock.now(), call=ON_THE_LINE)
        done = await self._do("tickets", step.body.ticket, lambda state, procedure: hang_up(state, over, procedure))
        return done if isinstance(done, Refusal) else None

    async def _contact(self, step: Step) -> Refusal | None:
        asked = INTAKE[step.kind]
        known = {name: value for name, value in self._fields(step).items() if name in asked.command.model_fields}
        command = asked.written(self.virtual.clock.now(), known, taken_by(step))
        done = await self._do(
            "tickets", step.body.ticket, lambda state, procedure: asked.taken(state, command, procedure)
        )
        if isinstance(done, Refusal):
            return done
        told = self.contacts.told(done)
        self._messages.setdefault(step.body.ticket, []).extend(told)
        return None

    async def _work_order(self, step: Step) -> Refusal | None:
        fields = self._fields(step)
        if isinstance(step.body, Dispatch) and step.body.unit is None:
            fields["unit"] = await self._answering(step.body.ticket)
        asked = ROUTING[step.kind]
        words = {**_UNSAID.get(step.kind, {}), **fields}
        command = asked.written(self.virtual.clock.now(), words, taken_by(step))
        done = await self._do(
            "work_orders", step.body.ticket, lambda state, procedure: decide(asked, state, command, procedure)
        )
        if isinstance(done, Refusal):
            return done
        told = [event.data.text for event in done.events if isinstance(event.data, TicketTold)]
        self._messages.setdefault(step.body.ticket, []).extend(told)
        return None

    async def _answering(self, label: str) -> str:
        """The unit that answers for the address (R004-002); none is a word no organisation has."""
        order: WorkOrder | None = await self._state("work_orders", self.labels.get(label, ""))
        return (order.proposed_unit if order else None) or "-"

    async def _call_back(self, step: Step) -> Refusal | None:
        fields = self._fields(step)
        if "new_request" in fields:
            fields["new_request"] = True
        if getattr(step.body, "mismatch", None) is not None and step.body.basis is None:
            fields["basis"] = self.procedure.name_of("mismatch", step.body.mismatch).zh
        asked = CALLBACK[step.kind]
        command = asked.written(self.virtual.clock.now(), fields, taken_by(step))
        done = await self._do(
            "callback", step.body.ticket, lambda state, procedure: asked.taken(state, command, procedure)
        )
        if isinstance(done, Refusal):
            return done
        await self.virtual.settle()
        return await self._new_request(step)

    async def _look(self, step: Step) -> Refusal | None:
        """Whether somebody may know who called (第十三条(四), R004-040), or see the order at all (R004-026)."""
        key = self.labels.get(step.body.ticket, "")
        ticket: Ticket | None = await self._state("tickets", key)
        if ticket is None:
            return Refusal("unknown_ticket")
        role, _, scope = step.body.as_.partition(":")
        roles, scopes, utility = frozenset({Role(role)}), frozenset({scope} if scope else ()), self.procedure.utility
        if step.body.field is not None:
            return field_hidden(step.body.field, self.procedure)
        if step.body.reason is None:
            order: WorkOrder = await self._state("work_orders", key)
            who = Principal(step.body.as_, step.body.as_, utility, roles, scopes, scopes)
            return None if may_be_seen(who, order) else refused("out_of_scope", self.procedure.clause("scope"))
        asking = Asking(roles, scopes, scopes, step.body.reason, ticket)
        return may_know(asking, ticket.customer_ref, self.procedure)

    async def _new_request(self, step: Step) -> Refusal | None:
        """A new demand in the call becomes a ticket of its own, linked to this one (R004-103)."""
        asked = getattr(step.body, "new_request", None)
        if asked is None:
            return None
        parent = step.body.ticket
        outcome = await self.contacts.accept(asked, self.virtual.clock.now(), self._cause(), parent)
        return outcome if isinstance(outcome, Refusal) else None

    def _fields(self, step: Step) -> dict[str, Any]:
        """The step's words without the label, durations turned into moments."""
        written = step.body.model_dump(exclude={"ticket", "as_"}, exclude_none=True, by_alias=True)
        now = self.virtual.clock.now()
        return {name: moment(value, now) if name in _MOMENT_FIELDS else value for name, value in written.items()}

    async def _do(self, shell: str, label: str, step: Step_) -> Done[Any] | Refusal:
        key = self.labels.get(label)
        return Refusal("unknown_ticket") if key is None else await self._on(shell, key, step)

    async def _on(self, shell: str, key: str, step: Step_, *, creates: bool = False) -> Done[Any] | Refusal:
        return await self.virtual.shells[shell].do(
            key,
            step,
            utility=self.procedure.utility,
            cause=Cause(self._cause()),
            creates=self.procedure.ref if creates else None,
        )

    def _cause(self) -> str:
        return f"case/{self._steps}/{len(self.virtual.bus.said)}"

    async def see(self, label: str, *, explained: bool = False) -> TicketSeen:
        """The labelled thing across all services, as it stands now; `explained`: with every clock put into words."""
        key = self.labels.get(label)
        told = self._messages.get(label, [])
        if key is None:
            return TicketSeen(messages=told)
        order: WorkOrder | None = await self._state("work_orders", key)
        calls: Calls | None = await self._state("callback", key)
        return TicketSeen(
            **_order_seen(order),
            linked_to=self._links(label, key),
            clocks=await self.clocks(key),
            escalated_to=tuple(_addressee(fact) for fact in self._said(key) if isinstance(fact, TicketEscalated)),
            events=[fact.short_type() for fact in self._said(key)],
            public=calls.public if calls and calls.replied_at else None,
            next_call_not_before=next_call_not_before(calls) if calls else None,
            next_call_not_after=next_call_not_after(calls) if calls else None,
            review_due=self._review_due(key),
            told_by=self._told_by(key),
            messages=[*told, *(await self._explained(key) if explained else ())],
        )

    def _told_by(self, key: str) -> str | None:
        """The channel on which the customer was told last, in set words."""
        channels = [fact.channel for fact in self._said(key) if isinstance(fact, TicketTold)]
        return channels[-1] if channels else None

    def _review_due(self, key: str) -> datetime | None:
        """When the article that was published last is to be reviewed again (R004-151)."""
        due = [fact.review_due for fact in self._said(key) if isinstance(fact, ArticlePublished)]
        return due[-1] if due else None

    def _said(self, key: str) -> Iterator[Fact]:
        return (event.data for event in self.virtual.bus.said if event.subject == key)

    async def _explained(self, key: str) -> list[str]:
        """Why each clock ends when it does, as a clerk is told who asks (R004-075, R004-118)."""
        sla: Sla | None = await self._state("sla", key)
        clocks = sla.clocks if sla else ()
        return [explanation(clock, self.procedure, language) for clock in clocks for language in LANGUAGES]

    async def clocks(self, key: str) -> dict[str, ClockSeen]:
        """The last run of every clock there was."""
        sla: Sla | None = await self._state("sla", key)
        now = self.virtual.clock.now()
        return {clock.name: _clock_seen(clock, now) for clock in sla.clocks} if sla else {}

    async def ledgers(self) -> dict[str, tuple[SlaClock, ...]]:
        """Every clock of everything that has clocks, under the first label it was given."""
        firsts = {key: label for label, key in reversed(self.labels.items())}
        found = {label: await self._state("sla", key) for key, label in reversed(firsts.items())}
        return {label: sla.clocks for label, sla in found.items() if sla is not None and sla.clocks}

    async def _state(self, shell: str, key: str) -> Any:
        found = await self.virtual.shells[shell].get(key, self.procedure.utility)
        return found.state if found else None

    def _links(self, label: str, key: str) -> tuple[str, ...]:
        """What points at it or is pointed at by it, by label; two labels of one ticket are linked, too."""
        links = [
            (said.subject, said.data.other) for said in self.virtual.bus.said if isinstance(said.data, TicketLinked)
        ]
        others = {other for one, other in links if one == key} | {one for one, other in links if other == key}
        named = (name for name, known in self.labels.items() if known in others or (known == key and name != label))
        return (*named, *others)


def _addressee(fact: TicketEscalated) -> str:
    return f"{fact.to}:{fact.division}" if fact.division else fact.to


async def _wait(_: Step) -> Refusal | None:
    return None


def _order_seen(order: WorkOrder | None) -> dict[str, Any]:
    if order is None:
        return {}
    return {
        "stage": order.stage.value,
        "closure": order.closure.value if order.closure else None,
        "grade": order.grade,
        "type": order.ticket_type,
        "unit": order.responsible or order.proposed_unit,
        "round": order.round,
        "first_owner": order.first_owner,
    }


def _clock_seen(clock: SlaClock, now: datetime) -> ClockSeen:
    overdue = clock.state.value == "missed" and clock.is_open
    late_by = clock.seconds_late(now) if overdue else clock.late_by
    return ClockSeen(clock.state.value, clock.due, late_by, clock.warned_at, clock.source, clock.rule)
