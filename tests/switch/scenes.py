"""What people do on the phone, played by SIPp on a real switch; each scene ends with the call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from embedded.switch import phones
from embedded.switch.asterisk import TIMED, Asterisk
from embedded.switch.phones import Phones
from services.telephony.port import Dial, SwitchPort

CALLER = "13900139010"
CALL = "call_01KAGW3M00ZQ5T8Y4B2N6C7D9E"

Scene = Callable[[Asterisk, Phones, SwitchPort], Awaitable[None]]


async def _agents(switch: Asterisk, people: Phones, first: str, second: str | None = None) -> None:
    one, two = switch.phones.values()
    await people.stand(one, first)
    await people.stand(two, second or first)


async def _over(call: asyncio.subprocess.Process) -> None:
    await asyncio.wait_for(call.wait(), 40)


async def answered(switch: Asterisk, people: Phones, _: SwitchPort) -> None:
    await _agents(switch, people, phones.phone(rings=0.5))
    await _over(await people.call(CALLER, phones.caller(stays=3)))


async def scored_by_nobody(switch: Asterisk, people: Phones, _: SwitchPort) -> None:
    await _agents(switch, people, phones.phone(talks=1))
    await _over(await people.call(CALLER, phones.caller()))


async def abandoned(switch: Asterisk, people: Phones, _: SwitchPort) -> None:
    await _agents(switch, people, phones.ringing())
    await _over(await people.call(CALLER, phones.caller(stays=2.5)))


async def timed_out(switch: Asterisk, people: Phones, _: SwitchPort) -> None:
    await _agents(switch, people, phones.ringing())
    await _over(await people.call(CALLER, phones.caller(), dialled=TIMED))


async def refused_by_an_agent(switch: Asterisk, people: Phones, _: SwitchPort) -> None:
    """Either may be rung first, so both refuse, and the caller gives up."""
    await _agents(switch, people, phones.refusing(486, "Busy Here"))
    await _over(await people.call(CALLER, phones.caller(stays=3)))


async def held(switch: Asterisk, people: Phones, _: SwitchPort) -> None:
    await _agents(switch, people, phones.phone(talks=0.5, holds=1))
    await _over(await people.call(CALLER, phones.caller()))


async def put_through(switch: Asterisk, people: Phones, line: SwitchPort) -> None:
    """8002 takes no calls from the queue, so that 8001 has it to put through."""
    await line.pause("8002", "expert")
    await _agents(switch, people, phones.phone())
    call = await people.call(CALLER, phones.caller(stays=6))
    await asyncio.sleep(2.5)
    await line.transfer(await _leg_of_8001(line), "8002")
    await _over(call)
    await line.pause("8002", None)


async def _leg_of_8001(line: SwitchPort) -> str:
    snapshot = await line.snapshot()
    legs = (fact.leg for fact in snapshot.statements if getattr(fact, "leg", None) is not None)
    return next(leg.id for leg in legs if leg.station == "8001")


def dialled(customer: str) -> Scene:
    """We call back; the customer's phone does this."""

    async def scene(switch: Asterisk, people: Phones, line: SwitchPort) -> None:
        await people.stand(switch.phones["8001"], phones.phone())
        await people.stand(switch.trunk, customer)
        await line.call_back(Dial(CALL, "8001", CALLER, "956100", "139****9010", "tkt_1"))
        await asyncio.sleep(4)

    return scene


async def nobody_at_the_desk(switch: Asterisk, people: Phones, line: SwitchPort) -> None:
    await people.stand(switch.phones["8001"], phones.refusing(480, "Temporarily Unavailable"))
    await line.call_back(Dial(CALL, "8001", CALLER, "956100", "139****9010", "tkt_1"))
    await asyncio.sleep(2)


async def three_at_once(switch: Asterisk, people: Phones, line: SwitchPort, key: Callable[[], str]) -> None:
    """A third is dialled into the call, and all three hear one another until the caller hangs up."""
    await _agents(switch, people, phones.phone())
    await people.stand(switch.trunk, phones.phone())
    call = await people.call(CALLER, phones.caller(stays=8))
    await asyncio.sleep(2.5)
    snapshot = await line.snapshot()
    legs = {fact.leg.id: fact.leg for fact in snapshot.statements if getattr(fact, "leg", None) is not None}
    first = next(leg_id for leg_id, leg in legs.items() if leg.station is None)
    agent = next(leg_id for leg_id, leg in legs.items() if leg.station is not None)
    await line.bring_in(key(), [first, agent], "13800138000", "956100")
    await _over(call)
    await asyncio.sleep(0.5)


SCENES: Mapping[str, tuple[Scene, str]] = {
    "answered": (answered, "answered"),
    "scored_by_nobody": (scored_by_nobody, "answered"),
    "abandoned": (abandoned, "abandoned"),
    "timed_out": (timed_out, "queue_timeout"),
    "refused_by_an_agent": (refused_by_an_agent, "abandoned"),
    "held": (held, "answered"),
    "put_through": (put_through, "answered"),
    "dialled_connected": (dialled(phones.phone(talks=1)), "connected"),
    "dialled_busy": (dialled(phones.refusing(486, "Busy Here")), "busy"),
    "dialled_refused": (dialled(phones.refusing(603, "Decline")), "refused"),
    "dialled_empty_number": (dialled(phones.refusing(404, "Not Found")), "empty_number"),
    "nobody_at_the_desk": (nobody_at_the_desk, "agent_no_answer"),
}
"""With what the call comes to."""
