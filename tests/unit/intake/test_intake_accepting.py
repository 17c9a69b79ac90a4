"""A request is accepted once, with everything its type asks for."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from contracts.refusal import Refusal
from contracts.ticket import TicketLinked, TicketOpened
from contracts.vocabulary import Channel, Closure, LinkKind
from kit.decide.shell import KEY_REUSED
from kit.store.memory import MemoryStore
from procedures.model import RequestField
from services.intake.requests.accepting import Accepted
from services.intake.requests.rules.checking import check
from tests.unit.intake.desk import ALL_FIELDS, NOON, UTILITY, Desk, asked, gas
from texts import Labels


def without(*fields: RequestField) -> tuple[RequestField, ...]:
    return tuple(field for field in ALL_FIELDS if field not in fields)


def test_all_missing_fields_are_named_at_once_with_their_clause() -> None:
    refused = check(asked(given=without(RequestField.NAME, RequestField.CALLBACK)), gas())
    assert refused is not None
    assert refused.code == "fields_missing"
    assert refused.clause == "第十五条(一)1"
    assert refused.accepts == ("name", "callback")
    assert Labels(refused.params["fields"]).of("zh") == "姓名、回复（回访）要求"
    assert Labels(refused.params["fields"]).of("en") == "name, callback wish"


@pytest.mark.parametrize(
    ("missing", "rule"),
    [(RequestField.SITUATION, "R004-051"), (RequestField.ADDRESS, "R004-051"), (RequestField.PRECAUTIONS, "R004-052")],
)
def test_an_alarm_asks_for_the_situation_and_tells_precautions(missing: RequestField, rule: str) -> None:
    refused = check(asked("alarm", given=without(missing)), gas())
    assert refused is not None
    assert (refused.clause, refused.rule) == ("第十四条(三)", rule)


@pytest.mark.parametrize("verified", [False, None])
def test_a_query_is_taken_down_and_not_answered_before_the_identity_was_verified(verified: bool | None) -> None:
    assert check(asked("query", verified=verified), gas()) is None
    refused = check(asked("query", verified=verified, answer={"text": "42"}), gas())
    assert refused is not None
    assert (refused.code, refused.rule) == ("identity_not_verified", "R004-045")
    assert check(asked("fault", verified=verified), gas()) is None


def test_units_and_scripts_that_do_not_exist_are_refused_with_those_that_do() -> None:
    refused = check(asked(unit="atlantis"), gas())
    assert refused is not None
    assert "jinan" in refused.accepts
    guided = check(asked(answer={"guidance": "no-such-script"}), gas())
    assert guided is not None
    assert "stove-no-ignition" in guided.accepts


def test_only_a_complaint_is_graded_by_hand() -> None:
    refused = check(asked(grade=2), gas())
    assert refused is not None
    assert refused.code == "type_without_grades"


def test_who_is_there_is_told_why_there_is_no_answer_at_once() -> None:
    refused = check(asked(reason_explained=False), gas())
    assert refused is not None
    assert refused.rule == "R004-035"
    assert check(asked(reason_explained=False, channel=Channel.LETTER), gas()) is None
    assert check(asked(reason_explained=False, answer={"text": "done"}), gas()) is None


async def test_a_request_opens_a_ticket_with_a_number_a_unit_and_its_first_owner() -> None:
    desk = Desk()
    ticket = await desk.open(asked(subtype="stove", ended_at=NOON + timedelta(minutes=3)))
    (opened,) = desk.facts(ticket, TicketOpened)
    assert opened.number.startswith("956100-20261120-00001-")
    assert opened.proposed_unit == "jinan"
    assert opened.first_owner == "system"
    assert opened.call_ended_at == NOON + timedelta(minutes=3)
    assert opened.grade is None
    assert desk.said() == ["ticket.opened"]


async def test_the_words_of_a_request_are_never_said_nor_stored_in_the_clear() -> None:
    desk = Desk()
    accepted = await desk.receive(asked(text="灶具打不着火", items=[{"type": "fault", "text": "my secret"}]))
    assert isinstance(accepted, Accepted)
    document = await desk.intake.contacts.get(accepted.contact, UTILITY)
    assert document is not None
    assert "secret" not in document.state.model_dump_json()
    assert "灶具" not in document.state.model_dump_json()
    assert all("secret" not in event.data.model_dump_json() for event in desk.outlet.events)


async def test_the_same_cause_is_accepted_once_and_another_body_under_it_is_refused() -> None:
    desk = Desk()
    first = await desk.receive(asked(), "key-1", "body-a")
    later = await desk.receive(asked(at=NOON + timedelta(hours=1)), "key-1", "body-a")
    assert isinstance(first, Accepted)
    assert isinstance(later, Accepted)
    assert later.placed == first.placed
    assert later.replayed
    assert desk.said() == ["ticket.opened"]
    assert await desk.receive(asked("praise"), "key-1", "body-b") == KEY_REUSED


async def test_a_request_can_be_answered_at_once() -> None:
    desk = Desk()
    ticket = await desk.open(asked(answer={"guidance": "stove-no-ignition", "text": "换电池"}))
    assert desk.said() == ["ticket.opened", "ticket.answered"]
    assert (await desk.state(ticket)).closure is Closure.ANSWERED


@pytest.mark.parametrize(("kind", "more"), [("alarm", {}), ("complaint", {"flags": ("lawsuit",)})])
def test_a_request_somebody_has_to_deal_with_first_is_not_answered_at_once(kind: str, more: dict[str, object]) -> None:
    outcome = check(asked(kind, answer={"text": "noted"}, **more), gas())
    assert outcome is not None
    assert outcome.code == "not_answered_at_once"
    assert check(asked(kind, **more), gas()) is None


async def test_demands_of_one_unit_share_a_ticket_of_the_highest_type() -> None:
    desk = Desk()
    items = [{"type": "consultation"}, {"type": "complaint", "subtype": "billing"}, {"type": "fault"}]
    ticket = await desk.open(asked(items=items))
    (opened,) = desk.facts(ticket, TicketOpened)
    assert (opened.ticket_type, opened.subtype, opened.grade) == ("complaint", "billing", 3)
    assert [(demand.number, demand.type) for demand in opened.demands] == [
        (1, "consultation"),
        (2, "complaint"),
        (3, "fault"),
    ]


async def test_demands_of_other_units_get_tickets_that_point_at_each_other() -> None:
    desk = Desk()
    items = [{"type": "fault"}, {"type": "complaint", "subtype": "invoicing"}, {"type": "praise"}]
    accepted = await desk.receive(asked(items=items))
    assert isinstance(accepted, Accepted)
    first, second = accepted.placed
    assert (first.unit, first.items, first.type) == ("jinan", (0, 2), "fault")
    assert (second.unit, second.items, second.type) == ("hq-finance", (1,), "complaint")
    for one, other in ((first, second), (second, first)):
        assert [(link.other, link.kind) for link in desk.facts(one.ticket, TicketLinked)] == [
            (other.ticket, LinkKind.SAME_CONTACT)
        ]


async def test_a_new_request_raised_in_a_callback_points_at_the_old_ticket() -> None:
    desk = Desk()
    old = await desk.open(asked())
    new = await desk.open(asked("suggestion", parent=old))
    assert [(link.other, link.kind) for link in desk.facts(new, TicketLinked)] == [(old, LinkKind.NEW_REQUEST)]


async def test_what_a_crash_left_half_done_is_finished_by_the_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    items = [{"type": "fault", "text": "打不着火"}, {"type": "complaint", "subtype": "invoicing", "text": "发票"}]
    whole = desk.intake.tickets.do
    calls = 0

    async def crash_at_the_second(*given: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise ConnectionError("the store went away")
        return await whole(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(desk.intake.tickets, "do", crash_at_the_second)
    with pytest.raises(ConnectionError):
        await desk.receive(asked(items=items), "key-1")
    assert desk.said().count("ticket.opened") == 1
    assert await desk.tick() == 0
    desk.clock.advance(timedelta(minutes=2))
    assert await desk.tick() == 1
    assert desk.said().count("ticket.opened") == 2
    assert await desk.tick() == 0
    again = await desk.receive(asked(items=items), "key-1")
    assert isinstance(again, Accepted)
    assert len(again.placed) == 2
    assert desk.said().count("ticket.opened") == 2


@pytest.mark.parametrize("writes", range(4))
async def test_a_crash_after_any_write_of_a_recorded_request_neither_loses_nor_doubles_a_ticket(
    monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    desk, done = Desk(), 0
    whole = MemoryStore.save

    async def until_the_crash(store: MemoryStore[Any], changes: Any) -> Any:
        nonlocal done
        if done == writes + 1:
            raise ConnectionError("the store went away")
        done += 1
        return await whole(store, changes)

    request = asked("complaint", matter="m", text="上门师傅态度不好")
    with monkeypatch.context() as patch:
        patch.setattr(MemoryStore, "save", until_the_crash)
        with suppress(ConnectionError):
            await desk.receive(request, "key-1")
            await desk.intake.contacts.next_wake()
    desk.restart()
    desk.clock.advance(timedelta(minutes=2))
    await desk.tick()
    assert desk.said() == ["ticket.opened"]
    (ticket,) = {event.subject for event in desk.outlet.events}
    (words,) = (await desk.state(ticket)).words
    assert await desk.intake.contacts.get(words, UTILITY) is not None
    again = await desk.receive(request, "key-1")
    assert isinstance(again, Accepted)
    assert [(placed.ticket, placed.said) for placed in again.placed] == [(ticket, ("ticket.opened",))]
    assert desk.said() == ["ticket.opened"]


async def test_a_refused_request_leaves_nothing_behind() -> None:
    desk = Desk()
    assert isinstance(await desk.receive(asked(given=())), Refusal)
    assert desk.said() == []
    assert await desk.intake.contacts.store.next_wake() is None
