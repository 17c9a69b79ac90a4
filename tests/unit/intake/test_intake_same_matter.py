"""The same customer with the same matter gets no second ticket; many customers with one make it graver."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.ticket import TicketLinked, TicketRegraded
from contracts.vocabulary import LinkKind
from kit.decide.fold import Cause
from kit.store.memory import MemoryStore
from procedures.model import Procedure
from services.intake.matters.remembering import SIGHTINGS, RememberedMatters
from services.intake.matters.words import Lexicon
from services.intake.requests.accepting import Accepted
from services.intake.requests.rules.contact import Placed
from services.intake.requests.rules.repeating import brings_something_new
from tests.unit.intake.desk import NOON, UTILITY, Desk, asked, gas

DAY = timedelta(days=1)


async def placed(desk: Desk, **said: Any) -> Placed:
    accepted = await desk.receive(asked(said.pop("type", "complaint"), **said))
    assert isinstance(accepted, Accepted), accepted
    (only,) = accepted.placed
    return only


async def close(desk: Desk, ticket: str) -> None:
    await desk.do(ticket, "withdraw")


async def test_a_repeat_while_the_ticket_is_open_becomes_an_urge() -> None:
    desk = Desk()
    first = await placed(desk, type="fault", matter="m")
    again = await placed(desk, type="fault", matter="m", at=NOON + timedelta(hours=1))
    assert (again.kind, again.ticket) == ("repeat", first.ticket)
    assert again.explanation.code == "urge_queued"
    assert desk.said() == ["ticket.opened", "ticket.urge_explained", "ticket.urge_queued"]


async def test_a_repeat_that_brings_something_new_becomes_a_supplement() -> None:
    desk = Desk()
    await placed(desk, matter="m", text="上门师傅态度不好，没有解决问题")
    same = await placed(desk, matter="m", text="师傅上门态度不好，问题没有解决")
    new = await placed(desk, matter="m", text="另有收据照片，编号三七二一")
    assert [same.said, new.said] == [("ticket.urge_explained", "ticket.urge_queued"), ("ticket.supplemented",)]


async def test_the_words_of_a_repeat_belong_to_the_open_ticket() -> None:
    desk = Desk()
    first = await placed(desk, matter="m", text="一")
    await placed(desk, matter="m", text="二")
    assert len((await desk.state(first.ticket)).words) == 2


async def test_another_customer_another_type_or_a_clerk_who_says_so_gets_a_ticket() -> None:
    desk = Desk()
    await placed(desk, matter="m")
    assert (await placed(desk, matter="m", customer_ref="cust_2")).kind == "opened"
    assert (await placed(desk, matter="m", type="fault")).kind == "opened"
    assert (await placed(desk, matter="m", separate=True)).kind == "opened"


async def test_after_the_end_a_repeat_is_a_new_ticket_that_points_at_the_old_one() -> None:
    desk = Desk()
    first = await placed(desk, matter="m")
    await close(desk, first.ticket)
    second = await placed(desk, matter="m")
    assert second.kind == "opened"
    links = [(link.other, link.kind) for link in desk.facts(second.ticket, TicketLinked)]
    assert (first.ticket, LinkKind.REPEAT) in links


async def test_the_same_order_of_a_platform_is_not_opened_twice() -> None:
    desk = Desk()
    gov = {"platform": "12345", "order_no": "G1"}
    first = await placed(desk, gov=gov, channel="gov_12345")
    again = await placed(desk, gov=gov, channel="gov_12345", customer_ref="cust_9")
    assert (again.kind, again.ticket) == ("repeat", first.ticket)


async def test_the_fifth_complaint_of_one_customer_makes_the_open_ticket_major() -> None:
    desk = Desk()
    first = await placed(desk, matter="m")
    for _ in range(3):
        assert (await placed(desk, matter="m")).grade == 3
    assert (await placed(desk, matter="m")).grade == 1
    (regraded,) = desk.facts(first.ticket, TicketRegraded)
    assert (regraded.grade, regraded.previous, regraded.reason) == (1, 3, "repeats")


async def test_the_fifth_complaint_is_major_also_when_the_earlier_ones_are_closed() -> None:
    desk = Desk()
    grades = []
    for _ in range(5):
        one = await placed(desk, matter="m")
        grades.append(one.grade)
        await close(desk, one.ticket)
    assert grades == [3, 3, 3, 3, 1]


async def complaints(desk: Desk, days: list[int], **said: Any) -> list[Placed]:
    """One complaint per entry by a customer each, so many days after noon."""
    return [
        await placed(desk, matter="m", customer_ref=f"cust_{number}", at=NOON + day * DAY, **said)
        for number, day in enumerate(days)
    ]


async def test_the_fifth_complainant_upgrades_and_links_all_five() -> None:
    desk = Desk()
    all_ = await complaints(desk, [0, 5, 10, 20, 30])
    assert [one.grade for one in all_] == [3, 3, 3, 3, 2]
    for one in all_[:4]:
        (regraded,) = desk.facts(one.ticket, TicketRegraded)
        assert (regraded.grade, regraded.previous, regraded.approved_by) == (2, 3, None)
        assert regraded.at == NOON + 30 * DAY
        links = [(link.other, link.kind) for link in desk.facts(one.ticket, TicketLinked)]
        assert (all_[4].ticket, LinkKind.SAME_MATTER) in links
    linked = {link.other for link in desk.facts(all_[4].ticket, TicketLinked)}
    assert linked == {one.ticket for one in all_[:4]}


async def test_the_sixth_is_general_and_disturbs_nobody() -> None:
    desk = Desk()
    all_ = await complaints(desk, [0, 0, 0, 0, 0, 1])
    assert all_[5].grade == 2
    assert desk.said().count("ticket.regraded") == 4


@pytest.mark.parametrize(("last", "grade"), [(30, 2), (31, 3)])
async def test_a_month_is_thirty_rolling_days(last: int, grade: int) -> None:
    assert (await complaints(Desk(), [0, 1, 1, 1, last]))[4].grade == grade


@pytest.mark.parametrize(("last", "grade"), [(10, 2), (11, 3)])
async def test_or_the_calendar_month_under_the_other_reading(last: int, grade: int) -> None:
    desk = Desk(gas().with_readings(within_a_month="calendar_month"))
    assert (await complaints(desk, [0, 1, 1, 1, last]))[4].grade == grade


async def test_five_complaints_by_four_people_are_no_cluster() -> None:
    desk = Desk()
    one = (await complaints(desk, [0, 0, 0, 0]))[0]
    await close(desk, one.ticket)
    assert (await placed(desk, matter="m", customer_ref="cust_0")).grade == 3


async def test_earlier_members_are_only_linked_under_the_other_reading() -> None:
    desk = Desk(gas().with_readings(earlier_members="linked_only"))
    await complaints(desk, [0, 0, 0, 0, 0])
    assert desk.said().count("ticket.regraded") == 0


async def test_a_closed_member_is_linked_and_keeps_its_grade() -> None:
    desk = Desk()
    one = await placed(desk, matter="m", customer_ref="cust_x")
    await close(desk, one.ticket)
    await complaints(desk, [0, 0, 0, 0])
    assert (await desk.state(one.ticket)).grade == 3
    assert desk.facts(one.ticket, TicketLinked)


async def test_other_types_of_one_matter_have_no_grade_to_raise() -> None:
    desk = Desk()
    all_ = await complaints(desk, [0] * 6, type="fault")
    assert {one.grade for one in all_} == {None}


@pytest.mark.parametrize(
    ("said", "grade"),
    [
        ({}, 3),
        ({"people": 4}, 3),
        ({"people": 5}, 2),
        ({"flags": ["media"]}, 1),
        ({"flags": ["lawsuit"], "people": 9}, 1),
        ({"flags": ["urgent"]}, 3),
        ({"grade": 2}, 2),
        ({"grade": 3, "flags": ["media"]}, 1),
        ({"grade": 1}, 1),
    ],
)
async def test_the_grade_at_sight_follows_the_criteria_and_a_graver_hand(said: dict[str, Any], grade: int) -> None:
    assert (await placed(Desk(), **said)).grade == grade


async def test_what_cannot_be_finished_waits_and_holds_up_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()

    async def crash(*_: Any, **__: Any) -> Any:
        raise ConnectionError("the store went away")

    with monkeypatch.context() as patch:
        patch.setattr(desk.intake.tickets, "do", crash)
        for text in ("poison", "medicine"):
            with pytest.raises(ConnectionError):
                await desk.receive(asked(text=text))
    contacts = desk.intake.contacts
    poisoned = (await contacts.store.due(NOON + DAY, 10))[0]
    state = (await contacts.store.load([poisoned]))[poisoned].state

    async def sealed(text: str | None) -> None:
        changed = state.model_copy(update={"sealed": text})
        await contacts.do(poisoned, lambda _, __: (changed, ()), utility=UTILITY, cause=Cause("x"))

    await sealed("moved.from_elsewhere")
    desk.clock.advance(timedelta(minutes=2))
    assert await desk.tick() == 2
    assert desk.said() == ["ticket.opened"]
    assert await desk.tick() == 0
    desk.restart()
    assert await desk.tick() == 1
    assert desk.said() == ["ticket.opened"]
    await sealed(state.sealed)
    assert desk.said() == ["ticket.opened", "ticket.opened"]


async def test_members_left_untold_by_a_crash_are_told_by_the_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    all_ = await complaints(desk, [0, 0, 0, 0])
    whole = desk.intake.tickets.do

    async def crash_on_members(key: str, *given: Any, **named: Any) -> Any:
        if key == all_[2].ticket:
            raise ConnectionError("the store went away")
        return await whole(key, *given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(desk.intake.tickets, "do", crash_on_members)
        with pytest.raises(ConnectionError):
            await placed(desk, matter="m", customer_ref="cust_5", at=NOON)
    desk.clock.advance(timedelta(minutes=2))
    await desk.tick()
    assert desk.said().count("ticket.regraded") == 4
    assert await desk.intake.matters.shell.store.next_wake() is None
    assert await desk.tick() == 0


@pytest.mark.parametrize(
    ("said", "new"),
    [("", False), ("天然气泄漏", False), ("漏", True), ("补充：表号一二三四", True), ("燃气泄漏了！", False)],
)
def test_new_is_what_was_mostly_not_said_before(said: str, new: bool) -> None:
    likeness = matters(gas())
    assert brings_something_new(said, ["厨房天然气泄漏了"], likeness) is new


def matters(procedure: Procedure) -> Any:
    return procedure.matters.likeness.value


async def test_words_alone_show_what_is_the_same_matter_and_a_clerk_stands_above_them() -> None:
    index = RememberedMatters(MemoryStore(SIGHTINGS), Lexicon())
    desk = Desk(index=index)
    said = "泉景雅园小区三号楼燃气压力太小，做饭点不着火，已经报修三次没有人来"
    first = await placed(desk, text=said)
    again = await placed(desk, text=said + "，请尽快")
    assert (again.kind, again.ticket) == ("repeat", first.ticket)
    neighbour = await placed(desk, text=said, customer_ref="cust_2")
    assert (neighbour.kind, neighbour.matter) == ("opened", first.matter)
    assert (await placed(desk, text="发票抬头开错了，要求重开", customer_ref="cust_3")).matter != first.matter
    other = "地下车库的燃气管道生锈渗漏，保洁员闻到很浓的气味，希望尽快检查"
    alone = await placed(desk, text=other, customer_ref="cust_4")
    assert first.matter is not None
    await index.assign(UTILITY, alone.ticket, first.matter)
    assert (await placed(desk, text=other, customer_ref="cust_5")).matter == first.matter
    apart = await placed(desk, text=said, customer_ref="cust_6", separate=True)
    assert apart.matter not in (None, first.matter)
    assert (await placed(desk)).kind == "opened"
