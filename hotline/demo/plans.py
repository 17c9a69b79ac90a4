"""What will happen to each request of the demonstration, decided beforehand from one seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from contracts.vocabulary import CallKind, CallOutcome, Channel, Closure
from hotline.demo.scenario import Scenario, Scene
from procedures.model import Procedure

_MINUTE = timedelta(minutes=1)


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
    satisfied_from: int
    talk: timedelta = 3 * _MINUTE
    answered_at_once: bool = False
    wants_no_call: bool = False
    dispatch_after: timedelta = 2 * _MINUTE
    sign_after: timedelta = 20 * _MINUTE
    contact_after: timedelta = 30 * _MINUTE
    reply_after: timedelta = timedelta(hours=20)
    return_ground: str | None = None
    extended: bool = False
    urges: int = 0
    withdrawn: bool = False
    reply_rejected: bool = False
    calls: tuple[CallOutcome, ...] = (CallOutcome.CONNECTED,)
    satisfaction: int = 5
    solved: str = "yes"
    send_back_ground: str | None = None

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
        if CallOutcome.CONNECTED not in self.calls:
            return Closure.UNREACHABLE
        if self.call is CallKind.ANSWER:
            return Closure.ANSWERED
        return Closure.SATISFIED if self.satisfaction >= self.satisfied_from else Closure.DISSATISFIED


_CHANNELS = (Channel.PHONE,) * 7 + (Channel.WECHAT, Channel.WEB, Channel.GOV_12345)


def plans(
    start: datetime, count: int, seed: int, scenario: Scenario, procedure: Procedure, days: int = 3
) -> Iterator[Plan]:
    """`count` requests over `days`, more of them by day than by night; the same seed gives the same plans."""
    chance = Random(seed)
    weights = [scene.weight for scene in scenario.requests]
    moments = sorted(_moment(chance, start, days) for _ in range(count))
    for number, at in enumerate(moments, 1):
        scene = chance.choices(scenario.requests, weights)[0]
        yield _plan(chance, number, at, scene, scenario, procedure)


def _moment(chance: Random, start: datetime, days: int) -> datetime:
    hour = min(23.9, max(0.0, chance.gauss(13, 4)))
    return start + timedelta(days=chance.randrange(days), hours=int(hour), minutes=chance.randrange(60))


def _plan(chance: Random, number: int, at: datetime, scene: Scene, scenario: Scenario, procedure: Procedure) -> Plan:
    """Most go well; some are late, returned, urged, rejected, withdrawn, unreachable or sent back."""
    luck = chance.random
    at_once = scene.at_once > 0 and luck() < scene.at_once
    reachable = luck() > 0.06
    dispatch_after = (8 if luck() < 0.05 else chance.randint(1, 4)) * _MINUTE
    urgent = procedure.types[scene.type].has("phone_first")
    scale = procedure.callback.satisfaction if procedure.callback else None
    return Plan(
        number=number,
        at=at,
        channel=Channel.PHONE if urgent else chance.choice(_CHANNELS),
        type=scene.type,
        subtype=scene.subtype,
        area=chance.choice(scenario.areas),
        text=scene.text,
        call=procedure.callback_kind(scene.type),
        answered_at_once=at_once,
        wants_no_call=not urgent and luck() < 0.04,
        dispatch_after=dispatch_after,
        contact_after=timedelta(hours=3) if luck() < 0.06 else chance.randint(5, 60) * _MINUTE,
        reply_after=timedelta(days=6) if luck() < 0.05 else chance.randint(2, 30) * timedelta(hours=1),
        return_ground=scenario.return_ground if not urgent and luck() < 0.06 else None,
        extended=scene.extended > 0 and luck() < scene.extended,
        urges=chance.choice((0,) * 12 + (1, 3)),
        withdrawn=not urgent and luck() < 0.03,
        reply_rejected=luck() < 0.05,
        calls=_calls(chance, reachable),
        satisfaction=chance.choices((1, 2, 3, 4, 5), (3, 5, 10, 30, 52))[0],
        satisfied_from=scale.value.satisfied_from if scale else 0,
        send_back_ground=scenario.send_back_ground if luck() < 0.05 else None,
    )


def _calls(chance: Random, reachable: bool) -> tuple[CallOutcome, ...]:
    missed = (CallOutcome.NO_ANSWER, CallOutcome.BUSY, CallOutcome.UNREACHABLE)
    if not reachable:
        return tuple(chance.choice(missed) for _ in range(3))
    return (*(chance.choice(missed) for _ in range(chance.choice((0, 0, 0, 1, 2)))), CallOutcome.CONNECTED)
