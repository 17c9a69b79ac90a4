"""What the switch's messages come to, call by call."""

import random

import pytest

from contracts import calls
from contracts.calls import CallEnded
from contracts.envelope import Event
from services.telephony.rules import telling
from tests.unit.telephony.evidence import closed, closed_call, statements
from tests.unit.telephony.story import MOBILE, PROCEDURE, Story, answered, dialled, heard, kinds, told


def end(events: list[Event]) -> CallEnded:
    last = events[-1].data
    assert isinstance(last, CallEnded)
    return last


async def test_an_answered_call_is_told_from_its_first_ring_to_its_hang_up() -> None:
    events = await told(answered())
    assert kinds(events) == ["arrived", "queued", "ringing", "answered", "ended"]
    last = end(events)
    assert (last.outcome, last.ended_by, last.station) == ("answered", "customer", "8001")
    assert (last.waited_ms, last.rang_ms, last.talked_ms) == (2000, 2000, 3000)


async def test_the_same_capture_says_the_same_under_the_same_ids() -> None:
    assert await told(answered()) == await told(answered())


async def test_no_number_leaves_with_an_event_and_the_same_number_has_one_index() -> None:
    ours, theirs = await told(answered(MOBILE)), await told(answered("+86 " + MOBILE))
    assert MOBILE not in repr((ours, theirs))
    first, second = ours[0].data, theirs[0].data
    assert isinstance(first, calls.CallArrived)
    assert isinstance(second, calls.CallArrived)
    assert first.number_index is not None
    assert (first.number_index, first.number_ref) == (second.number_index, second.number_ref)


async def test_a_caller_who_hangs_up_in_the_queue_has_abandoned() -> None:
    story = Story().arrives().queued().rings("8002").wait(4).hangs_up("caller")
    story.say("DialEnd", "caller", "agent:8002", DialStatus="CANCEL")
    story.say("QueueCallerAbandon", "caller", Queue="956100", Position="1").gone("agent:8002", 0).gone("caller", 0)
    events = await told(story)
    assert kinds(events) == ["arrived", "queued", "ringing", "abandoned", "ended"]
    assert end(events).outcome == "abandoned"
    assert [(ring.station, ring.outcome) for ring in end(events).unanswered] == [("8002", "cancelled")]


@pytest.mark.parametrize("said_by_the_dial_plan", [True, False])
async def test_a_queue_that_gives_up_says_abandon_too_but_nobody_hung_up(said_by_the_dial_plan: bool) -> None:
    story = Story().arrives().queued().rings("8002").wait(6)
    story.say("DialEnd", "caller", "agent:8002", DialStatus="NOANSWER")
    story.say("AgentRingNoAnswer", "caller", "agent:8002", RingTime="6000")
    story.say("QueueCallerAbandon", "caller", Queue="956100").gone("agent:8002", 0)
    if said_by_the_dial_plan:
        story.say("UserEvent", "caller", UserEvent="CtiQueueExit", Status="TIMEOUT")
    events = await told(story.gone("caller"))
    assert "abandoned" not in kinds(events)
    assert (end(events).outcome, end(events).ended_by) == ("queue_timeout", "switch")


async def test_who_hangs_up_after_the_queue_gave_up_was_sent_away_all_the_same() -> None:
    story = Story().arrives().queued().wait(6).say("QueueCallerAbandon", "caller", Queue="956100")
    assert end(await told(story.wait(2).hangs_up("caller").gone("caller"))).outcome == "queue_timeout"


async def test_a_caller_who_never_came_to_the_queue_gave_up_before_it() -> None:
    [_, abandoned, last] = await told(Story().arrives().hangs_up("caller").gone("caller"))
    assert isinstance(abandoned.data, calls.CallAbandoned)
    assert abandoned.data.where == "before_queue"
    assert isinstance(last.data, CallEnded)


async def test_a_refusal_by_an_agent_shows_only_in_that_legs_hang_up() -> None:
    story = Story().arrives().queued().rings("8001").say("DialEnd", "caller", "agent:8001", DialStatus="NOANSWER")
    story.say("AgentRingNoAnswer", "caller", "agent:8001", RingTime="0").gone("agent:8001", 17, TechCause="486")
    story.rings("8002").wait(1).answers("8002").wait(2).hangs_up("agent:8002").gone("agent:8002").gone("caller")
    last = end(await told(story))
    assert (last.outcome, last.ended_by, last.station) == ("answered", "agent", "8002")
    assert [(ring.station, ring.outcome) for ring in last.unanswered] == [("8001", "rejected")]


async def test_holds_are_told_and_add_up_and_a_release_of_nothing_is_not() -> None:
    story = Story().arrives().queued().rings("8001").answers("8001").say("Unhold", "agent:8001").wait(1)
    story.say("Hold", "agent:8001").wait(2).say("Unhold", "agent:8001").wait(1).hangs_up("caller")
    events = await told(story.gone("agent:8001").gone("caller"))
    assert kinds(events)[4:] == ["held", "resumed", "ended"]
    assert end(events).held_ms == 2000


def transfer(kind: str, **more: str) -> Story:
    story = Story().arrives().queued().rings("8001").answers("8001").wait(1)
    if kind == "AttendedTransfer":
        story.say("Hold", "agent:8001").wait(3).say("Newchannel", "agent:8002").say(
            "DialBegin", "local:1", "agent:8002"
        )
        story.say("Newstate", "agent:8002", ChannelState="6").wait(1)
    names = ("Uniqueid", "Channel", "Linkedid")
    shown = story._shown("", "agent:8001")
    transferer = "Transferer" if kind == "BlindTransfer" else "OrigTransferer"
    own = {f"{transferer}{name}": shown[name] for name in names} | {"TransfereeLinkedid": story.linked}
    story.say(kind, None, None, **own, **more).gone("agent:8001")
    if kind == "BlindTransfer":
        story.say("Newchannel", "agent:8002").say("DialBegin", "caller", "agent:8002").wait(1)
        story.say("DialEnd", "caller", "agent:8002", DialStatus="ANSWER")
    return story.wait(4).hangs_up("caller").gone("caller").gone("local:1").gone("agent:8002")


async def test_a_call_put_through_at_once_is_one_call() -> None:
    events = await told(transfer("BlindTransfer", Extension="8002"))
    assert kinds(events)[3:] == ["answered", "transferred", "ringing", "answered", "ended"]
    assert len({event.subject for event in events}) == 1
    assert end(events).transfers == 1


async def test_a_call_put_through_after_a_word_is_one_call_and_off_hold() -> None:
    more = {"SecondTransfererLinkedid": "sw1-1795298269.0", "TransferTargetUniqueid": "x"}
    story = transfer("AttendedTransfer", TransferTargetChannel="PJSIP/8002-0000000b", **more)
    events = await told(story)
    assert kinds(events)[4:] == ["held", "ringing", "answered", "resumed", "transferred", "ended"]
    assert len({event.subject for event in events}) == 1
    moved = next(event.data for event in events if isinstance(event.data, calls.CallTransferred))
    assert (moved.kind, moved.station, moved.to) == ("attended", "8001", "8002")


async def test_a_call_between_colleagues_that_was_joined_to_anothers_says_so() -> None:
    asked = Story(linked="sw1-1795298300.7")
    asked.say("Newchannel", "agent:8001").say("Newchannel", "agent:8002").say("DialBegin", "agent:8001", "agent:8002")
    asked.say("Newstate", "agent:8002", ChannelState="6").wait(1)
    names = {"OrigTransfererUniqueid": "sw1-1795298269.1", "OrigTransfererChannel": "PJSIP/8001-0000000a"}
    asked.say(
        "AttendedTransfer",
        None,
        None,
        TransfereeLinkedid="sw1-1795298269.0",
        SecondTransfererLinkedid=asked.linked,
        **names,
    )
    outcomes = {event.data.outcome for event in await told(asked) if isinstance(event.data, CallEnded)}
    assert "joined" in outcomes


DIALLED = [
    ("BUSY", 17, "486", "busy"),
    ("BUSY", 21, "603", "refused"),
    ("NOANSWER", 1, "404", "empty_number"),
    ("NOANSWER", 0, "", "no_answer"),
    ("CONGESTION", 34, "503", "failed"),
]


@pytest.mark.parametrize(("status", "cause", "sip", "outcome"), DIALLED)
async def test_what_came_of_dialling_shows_in_cause_and_status(status: str, cause: int, sip: str, outcome: str) -> None:
    story = dialled().wait(1).say("DialEnd", "agent:8001", "customer", DialStatus=status)
    events = await told(story.gone("customer", cause, TechCause=sip).gone("agent:8001", cause))
    assert (end(events).outcome, end(events).ticket) == (outcome, "tkt_1")
    assert {event.subject for event in events} == {"call_01KAGW3M00ZQ5T8Y4B2N6C7D9E"}


async def test_a_customer_whom_we_dialled_and_who_picks_up_is_connected() -> None:
    story = (
        dialled().say("Newstate", "customer", ChannelState="5").wait(2).say("Newstate", "customer", ChannelState="6")
    )
    events = await told(story.wait(3).hangs_up("customer").gone("customer").gone("agent:8001"))
    assert kinds(events) == ["arrived", "ringing", "answered", "ringing", "answered", "ended"]
    assert (end(events).outcome, end(events).talked_ms, end(events).ended_by) == ("connected", 3000, "customer")


async def test_an_agent_who_does_not_pick_up_is_no_attempt_at_the_customer() -> None:
    story = Story(linked="cb-6").say("Newchannel", "agent:8001").say("DialBegin", None, "agent:8001")
    story.wait(4).say("OriginateResponse", None, None, Response="Failure", Uniqueid="cb-6", Exten=MOBILE)
    events = await told(story.gone("agent:8001", 19, TechCause="480"))
    assert end(events).outcome == "agent_no_answer"
    assert MOBILE not in repr(events)


async def test_an_agent_who_hangs_up_while_the_customer_rings_cancels() -> None:
    story = dialled().wait(3).hangs_up("agent:8001").say("DialEnd", "agent:8001", "customer", DialStatus="CANCEL")
    assert end(await told(story.gone("customer", 0).gone("agent:8001"))).outcome == "cancelled"


@pytest.mark.parametrize(("key", "scores"), [("5", [5]), ("", []), ("#", []), ("１", [])])
async def test_a_key_is_a_score_and_nothing_pressed_is_none(key: str, scores: list[int]) -> None:
    story = Story().arrives().queued().rings("8001").answers("8001").hangs_up("agent:8001").gone("agent:8001").wait(4)
    events = await told(story.say("UserEvent", "caller", UserEvent="CtiSurvey", Score=key).gone("caller"))
    assert [event.data.score for event in events if isinstance(event.data, calls.CallSurveyScored)] == scores


async def test_a_recording_is_told_by_reference_and_only_of_a_call_in_which_somebody_talked() -> None:
    story = answered()
    story.messages.insert(
        1, story.messages[0] | {"Event": "UserEvent", "UserEvent": "CtiInbound", "Recording": "/x/y.wav"}
    )
    events = await told(story)
    ready = next(event for event in events if isinstance(event.data, calls.CallRecordingReady))
    assert isinstance(ready.data, calls.CallRecordingReady)
    assert ready.data.recording == ready.subject
    assert "y.wav" not in repr(events)


async def test_a_call_that_never_ends_is_closed_after_a_limit_and_says_so() -> None:
    last = end(await told(Story().arrives().queued().rings("8001").answers("8001")))
    assert (last.closed_by, last.outcome) == ("limit", "answered")


async def test_several_calls_at_once_stay_apart() -> None:
    one, other = answered(), answered("01088886666")
    other.linked = "sw1-1795298269.900"
    for message in other.messages:
        for name in ("Uniqueid", "DestUniqueid"):
            if name in message:
                message[name] = message[name].replace("269.", "269.90")
        message |= {name: "sw1-1795298269.900" for name in ("Linkedid", "DestLinkedid") if name in message}
    events = await heard([*one.lines(), *other.lines()])
    assert len({event.subject for event in events}) == 2
    assert kinds(events).count("ended") == 2


async def test_lines_that_are_no_message_are_told_and_passed_over() -> None:
    bad: list[Exception] = []
    lines = [b"{not json", b"[]", b'{"Event": "Newchannel"}', b'{"t": 1, "Event": 7}', b"", *answered().lines()]
    events = await heard(lines, bad)  # type: ignore[arg-type]
    assert len(bad) == 3
    assert kinds(events)[-1] == "ended"


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(
    "story",
    [answered(), transfer("BlindTransfer", Extension="8002"), dialled().gone("customer", 17).gone("agent:8001")],
)
async def test_in_whatever_order_evidence_comes_the_call_comes_to_the_same(story: Story, seed: int) -> None:
    expected = closed(statements(story))
    mixed = statements(story)
    random.Random(seed).shuffle(mixed)
    assert closed(mixed) == expected


async def test_what_comes_after_the_end_changes_nothing() -> None:
    call = closed_call(statements(answered()))
    late = statements(answered())[-1]
    assert telling.hear(call, late, PROCEDURE) == (call, ())
