"""Messages of a switch, written by hand: what Asterisk 22 says of a call, in its own words and without its noise."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import orjson

from contracts.envelope import Event
from procedures.loader import load_all
from services.telephony.people import PUBLISHED_KEY, vault_of
from services.telephony.replaying import BadLine, replayed

START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
MOBILE = "13900139002"
PROCEDURE = load_all().in_force("kunlun-gas-956100", START)
VAULT = vault_of(PUBLISHED_KEY)


class Story:
    """One call as a list of messages; `wait` lets time pass."""

    def __init__(self, caller: str = MOBILE, linked: str = "sw1-1795298269.0") -> None:
        self.messages: list[dict[str, Any]] = []
        self.seconds = 0.0
        self.caller = caller
        self.linked = linked
        self.legs: dict[str, str] = {}

    def wait(self, seconds: float) -> Story:
        self.seconds += seconds
        return self

    def say(self, event: str, leg: str | None = None, to: str | None = None, **more: str) -> Story:
        now = START.timestamp() + self.seconds
        message: dict[str, Any] = {"t": now, "Event": event, "Timestamp": f"{now:.6f}"}
        message |= self._shown("", leg) if leg else {}
        message |= self._shown("Dest", to) if to else {}
        self.messages.append(message | more)
        return self

    def _shown(self, prefix: str, leg: str) -> dict[str, Any]:
        """`caller` is the outside party's leg, `agent:8001` a station's, `local:1` one inside the switch."""
        leg_id = self.legs.setdefault(leg, self.linked if not self.legs else f"sw1-1795298269.{len(self.legs)}")
        kind, _, station = leg.partition(":")
        channel = {"agent": f"PJSIP/{station}", "local": f"Local/8002@agents-0000000{station}"}.get(kind, "PJSIP/trunk")
        number = station if kind == "agent" else self.caller
        return {
            f"{prefix}Channel": f"{channel}-0000000a",
            f"{prefix}Uniqueid": leg_id,
            f"{prefix}Linkedid": self.linked,
            f"{prefix}ChannelState": "0",
            f"{prefix}CallerIDNum": number,
            f"{prefix}Exten": "956100" if kind == "caller" else "s",
        }

    def arrives(self) -> Story:
        return self.say("Newchannel", "caller").wait(0.5)

    def queued(self, queue: str = "956100") -> Story:
        return self.say("QueueCallerJoin", "caller", Queue=queue, Position="1", Count="1")

    def rings(self, station: str) -> Story:
        leg = f"agent:{station}"
        self.say("Newchannel", leg)
        return self.say("AgentCalled", "caller", leg, Queue="956100").say("DialBegin", "caller", leg)

    def answers(self, station: str) -> Story:
        leg = f"agent:{station}"
        self.say("Newstate", leg, ChannelState="6").say("DialEnd", "caller", leg, DialStatus="ANSWER")
        self.say("AgentConnect", "caller", leg, Queue="956100")
        return self.say("BridgeEnter", leg, ChannelState="6").say("BridgeEnter", "caller", ChannelState="6")

    def hangs_up(self, leg: str, **more: str) -> Story:
        return self.say("HangupRequest", leg, **more)

    def gone(self, leg: str, cause: int = 16, **more: str) -> Story:
        return self.say("Hangup", leg, Cause=str(cause), **more)

    def lines(self) -> list[bytes]:
        return [orjson.dumps(message) for message in self.messages]


def answered(caller: str = MOBILE) -> Story:
    """Rings two seconds at 8001, talks three, the caller hangs up."""
    story = Story(caller).arrives().queued().rings("8001").wait(2).answers("8001").wait(3)
    story.hangs_up("caller").say("AgentComplete", "caller", "agent:8001", Reason="caller")
    return story.gone("agent:8001").gone("caller")


def dialled() -> Story:
    """We dial for a ticket: 8001 picks up at once; what the customer's leg then does is the rest of the story."""
    story = Story(linked="call_01KAGW3M00ZQ5T8Y4B2N6C7D9E")
    variables = {"ChanVariable": ["CTI_TICKET=tkt_1", "CTI_CALL_ID=x"]}
    story.say("Newchannel", "agent:8001").say("DialBegin", None, "agent:8001")
    story.say("Newstate", "agent:8001", ChannelState="5", CallerIDNum=MOBILE, **variables)  # type: ignore[arg-type]
    story.wait(1).say("Newstate", "agent:8001", ChannelState="6").say(
        "DialEnd", None, "agent:8001", DialStatus="ANSWER"
    )
    story.say("Newchannel", "customer", CallerIDNum="<unknown>").say("DialBegin", "agent:8001", "customer")
    return story


async def heard(lines: Iterable[bytes], bad: list[BadLine] | None = None) -> list[Event]:
    """What is said of them."""
    return [event async for event in replayed(lines, PROCEDURE, VAULT, (bad if bad is not None else []).append)]


async def told(story: Story) -> list[Event]:
    return await heard(story.lines())


def kinds(events: Iterable[Event]) -> list[str]:
    return [event.data.short_type().removeprefix("call.") for event in events]
