"""What will happen to each request of the demonstration, decided beforehand from one seed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from contracts.vocabulary import CallKind, CallOutcome, Channel, Closure
from hotline.demo.scenario import PlatformOrders, Said, Scenario, Scene, Wait
from procedures.model import Procedure

_MINUTE = timedelta(minutes=1)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plan:
    """One request and the lives of those who deal with it; times are waits from the step before."""

    number: int
    at: datetime
    channel: Channel
    type: str
    subtype: str | None
    area: str
    text: str
    call: CallKind
    said: Said
    flags: tuple[str, ...] = ()
    fields: Mapping[str, str] | None = None
    platform: PlatformOrders | None = None
    talk: timedelta = 3 * _MINUTE
    answered_at_once: bool = False
    wants_no_call: bool = False
    dispatch_after: timedelta = 2 * _MINUTE
    sign_after: timedelta = 20 * _MINUTE
    contact_after: timedelta = 30 * _MINUTE
    reply_after: timedelta = timedelta(hours=20)
    lacks: tuple[str, ...] = ()
    not_at_home: bool = False
    return_ground: str | None = None
    extended: bool = False
    urges: int = 0
    withdrawn: bool = False
    reply_rejected: bool = False
    template: str | None = None
    calls: tuple[CallOutcome, ...] = (CallOutcome.CONNECTED,)
    satisfaction: int | None = None
    solved: str | None = None
    satisfied: bool = True
    send_back_ground: str | None = None

    @property
    def written_down_at(self) -> datetime:
        """When it reaches the system: at the hang-up where somebody calls."""
        return self.at + self.talk if self.channel is Channel.PHONE else self.at

    @property
    def closure(self) -> Closure:
        """How the ticket has to end."""
        if self.answered_at_once:
            return Closure.ANSWERED
        if self.withdrawn:
            return Closure.WITHDRAWN
        return self._closure_after_reply()

    def _closure_after_reply(self) -> Closure:
        if self.call is CallKind.NONE:
            return Closure.NO_CALLBACK_DUE
        if self.wants_no_call:
            return Closure.CALLBACK_WAIVED
        if self.template is not None:
            return Closure.ANSWERED
        if CallOutcome.CONNECTED not in self.calls:
            return Closure.UNREACHABLE
        if self.call is CallKind.ANSWER:
            return Closure.ANSWERED
        return Closure.SATISFIED if self.satisfied else Closure.DISSATISFIED


def plans(
    start: datetime, count: int, seed: int, scenario: Scenario, procedure: Procedure, days: int = 3
) -> Iterator[Plan]:
    """`count` requests over `days`, more of them by day than by night; the same seed gives the same plans."""
    draw = _Draw(Random(seed), scenario, procedure)
    weights = [scene.weight for scene in scenario.requests]
    moments = sorted(_moment(draw.chance, start, days) for _ in range(count))
    for number, at in enumerate(moments, 1):
        yield draw.plan(number, at, draw.chance.choices(scenario.requests, weights)[0])


def _moment(chance: Random, start: datetime, days: int) -> datetime:
    hour = min(23.9, max(0.0, chance.gauss(13, 4)))
    return start + timedelta(days=chance.randrange(days), hours=int(hour), minutes=chance.randrange(60))


@dataclass(frozen=True, slots=True)
class _Draw:
    """Most go well; some are late, returned, urged, rejected, withdrawn, unreachable or sent back, as the file says."""

    chance: Random
    scenario: Scenario
    procedure: Procedure

    def plan(self, number: int, at: datetime, scene: Scene) -> Plan:
        """One request; what is phoned to the unit first is neither returned nor taken back."""
        scenario, shares, waits = self.scenario, self.scenario.shares, self.scenario.waits
        urgent = self.procedure.types[scene.type].has("phone_first")
        away = self._luck(shares.not_at_home)
        channel = Channel.PHONE if urgent else self._one_of(scenario.channels) or Channel.PHONE
        solved, score = self._one_of(scenario.solved), self._one_of(scenario.scores)
        return Plan(
            number=number,
            at=at,
            channel=channel,
            type=scene.type,
            subtype=scene.subtype,
            area=self.chance.choice(scenario.areas),
            text=scene.text,
            call=self.procedure.callback_kind(scene.type),
            said=scenario.said,
            flags=scene.flags,
            fields=self._fields(number, scene),
            platform=scenario.platform,
            answered_at_once=self._luck(scene.at_once),
            wants_no_call=not urgent and self._luck(shares.no_call),
            dispatch_after=self._wait(waits.dispatch, shares.late_dispatch),
            contact_after=self._wait(waits.contact, shares.late_contact),
            reply_after=self._wait(waits.reply, shares.late_reply),
            lacks=scene.material if self._luck(scene.lacking) else (),
            not_at_home=away,
            return_ground=scenario.return_ground if not urgent and self._luck(shares.returned) else None,
            extended=self._luck(scene.extended) and not away,
            urges=self.chance.choice((1, 3)) if self._luck(shares.urged) else 0,
            withdrawn=not urgent and self._luck(shares.withdrawn),
            reply_rejected=self._luck(shares.rejected),
            template=self._template(scene, channel),
            calls=self._calls(),
            satisfaction=score,
            solved=solved,
            satisfied=self._is_satisfied(solved, score),
            send_back_ground=scenario.send_back_ground if self._luck(shares.sent_back) else None,
        )

    def _luck(self, share: float) -> bool:
        return share > 0 and self.chance.random() < share

    def _one_of(self, weighted: Mapping[T, int]) -> T | None:
        return self.chance.choices(list(weighted), list(weighted.values()))[0] if weighted else None

    def _wait(self, wait: Wait, late: float) -> timedelta:
        quickest, slowest, too_long = wait
        return (too_long if self._luck(late) else self.chance.randint(quickest, slowest)) * _MINUTE

    def _fields(self, number: int, scene: Scene) -> dict[str, str]:
        asked = self.procedure.types[scene.type].required.value
        return {name: form.format(number=number) for name, form in self.scenario.fields.items() if name in asked}

    def _template(self, scene: Scene, channel: Channel) -> str | None:
        """The set words in which a result is told on this channel, where the procedure has such."""
        of = self.procedure.circumstances(scene.type, channel=channel.value)
        ending = (name for name, each in self.procedure.templates.items() if each.ends == "answered")
        return next((name for name in ending if self.procedure.is_so(self.procedure.templates[name].when, of)), None)

    def _calls(self) -> tuple[CallOutcome, ...]:
        """Who cannot be reached is called as often as the procedure asks; others at times need two calls or three."""
        if self.procedure.callback is None:
            return ()
        missed = (CallOutcome.NO_ANSWER, CallOutcome.BUSY, CallOutcome.UNREACHABLE)
        most = self.procedure.callback.attempts.value
        if self._luck(self.scenario.shares.unreachable):
            return tuple(self.chance.choice(missed) for _ in range(most))
        in_vain = min(self.chance.choice((0, 0, 0, 1, 2)), most - 1)
        return (*(self.chance.choice(missed) for _ in range(in_vain)), CallOutcome.CONNECTED)

    def _is_satisfied(self, solved: str | None, score: int | None) -> bool:
        rules = self.procedure.callback
        if rules is None:
            return True
        if solved is not None and rules.solved.value[solved].unsatisfied:
            return False
        return score is None or rules.satisfaction is None or score >= rules.satisfaction.value.satisfied_from
