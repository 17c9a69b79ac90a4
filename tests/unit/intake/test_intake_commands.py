"""What can be asked of a ticket until its end, and what is refused with its clause."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.fact import SYSTEM
from contracts.refusal import Refusal
from contracts.ticket import (
    Attachment,
    TicketAnswered,
    TicketDispatched,
    TicketLinked,
    TicketRegraded,
    TicketSupplemented,
)
from contracts.vocabulary import Closure, LinkKind
from kit.decide.shell import Done
from services.intake.requests.rules.opening import open_ticket
from services.intake.rules.commands import Answer, answer
from services.intake.rules.hearing import HEARS
from services.intake.rules.request import Request
from services.intake.rules.table import STEPS
from services.intake.rules.ticket import Ticket
from tests.unit.intake.desk import NOON, Desk, asked, gas

PHOTO = Attachment(sha256="a" * 64, name="meter.jpg", media_type="image/jpeg", size=3)
ARGUMENTS: dict[str, dict[str, Any]] = {
    "regrade": {"grade": 1, "reason": "lawsuit"},
    "link": {"other": "tkt_2", "kind": "merged"},
    "leave_matter": {"matter": "mtr_1"},
}
ENDS = ("answer", "withdraw", "link")


async def refused(desk: Desk, ticket: str, name: str, **said: Any) -> Refusal:
    outcome = await desk.do(ticket, name, **said)
    assert isinstance(outcome, Refusal), outcome
    return outcome


async def test_an_answer_closes_at_first_contact_and_names_its_article() -> None:
    desk = Desk()
    ticket = await desk.open(asked())
    await desk.do(ticket, "answer", article="art_1")
    assert desk.facts(ticket, TicketAnswered)[0].article == "art_1"
    assert (await desk.state(ticket)).closure is Closure.ANSWERED


@pytest.mark.parametrize(
    ("request_", "rule"),
    [(asked("alarm"), "R004-053"), (asked("complaint", grade=1), "R004-022")],
    ids=["an alarm", "a major complaint"],
)
async def test_what_somebody_has_to_deal_with_first_is_not_answered_at_first_contact(
    request_: Request, rule: str
) -> None:
    desk = Desk()
    ticket = await desk.open(request_)
    outcome = await refused(desk, ticket, "answer")
    assert (outcome.code, outcome.rule) == ("not_answered_at_once", rule)
    assert (await desk.state(ticket)).closure is None


async def test_a_general_complaint_may_be_answered_at_first_contact() -> None:
    desk = Desk()
    ticket = await desk.open(asked("complaint", grade=2))
    await desk.do(ticket, "answer")
    assert (await desk.state(ticket)).closure is Closure.ANSWERED


async def test_once_dispatched_the_reply_answers() -> None:
    state = await opened()
    dispatched = TicketDispatched(at=NOON, by=SYSTEM, unit="jinan", division="luzhong", round=1)
    heard = HEARS[TicketDispatched](state, dispatched, gas())
    assert not isinstance(heard, Refusal)
    assert (heard[0].unit, heard[0].division) == ("jinan", "luzhong")
    outcome = answer(heard[0], Answer(at=NOON), gas())
    assert isinstance(outcome, Refusal)
    assert (outcome.code, outcome.rule) == ("dispatched_already", "R004-043")


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("name", [name for name in STEPS if name != "leave_matter"])
async def test_after_the_end_everything_needs_a_new_request(end: str, name: str) -> None:
    desk = Desk()
    ticket = await desk.open(asked("complaint"))
    await desk.do(ticket, end, **ARGUMENTS.get(end, {}))
    arguments = ARGUMENTS.get(name, {}) | ({"other": "tkt_3"} if name == "link" else {})
    outcome = await refused(desk, ticket, name, **arguments)
    assert (outcome.code, outcome.clause, outcome.rule) == ("ticket_over", "第十五条(四)4", "R004-140")


async def test_a_supplement_is_passed_on_with_what_it_encloses() -> None:
    desk = Desk()
    ticket = await desk.open(asked())
    await desk.do(ticket, "supplement", attachments=[PHOTO.model_dump()], words="ctc_1")
    assert desk.facts(ticket, TicketSupplemented)[0].attachments == (PHOTO,)
    state = await desk.state(ticket)
    assert state.attachments == (PHOTO,)
    assert state.words[-1] == "ctc_1"


async def test_a_person_grades_up_or_down_with_a_reason() -> None:
    desk = Desk()
    ticket = await desk.open(asked("complaint"))
    await desk.do(ticket, "regrade", timedelta(hours=1), grade=1, reason="媒体到场", approved_by="sup-1")
    await desk.do(ticket, "regrade", timedelta(hours=2), grade=2, reason="误判")
    first, second = desk.facts(ticket, TicketRegraded)
    assert (first.previous, first.grade, first.approved_by) == (3, 1, "sup-1")
    assert (second.previous, second.grade, second.approved_by) == (1, 2, None)


@pytest.mark.parametrize(
    ("ticket_type", "said", "code"),
    [
        ("fault", {"grade": 1, "reason": "r"}, "type_without_grades"),
        ("complaint", {"grade": 3, "reason": "r"}, "grade_unchanged"),
        ("complaint", {"grade": 1, "reason": "  "}, "regrade_without_reason"),
    ],
)
async def test_a_regrade_that_makes_no_sense_is_refused(ticket_type: str, said: dict[str, Any], code: str) -> None:
    desk = Desk()
    outcome = await refused(desk, await desk.open(asked(ticket_type)), "regrade", **said)
    assert (outcome.code, outcome.rule) == (code, "R004-070")


async def test_a_clerk_joins_tickets_and_says_so_once() -> None:
    desk = Desk()
    ticket = await desk.open(asked())
    for _ in range(2):
        await desk.do(ticket, "link", other="tkt_2", kind="same_matter", matter="mtr_1")
    (linked,) = desk.facts(ticket, TicketLinked)
    assert (linked.other, linked.kind, linked.matter) == ("tkt_2", LinkKind.SAME_MATTER, "mtr_1")
    assert (await desk.state(ticket)).matter == "mtr_1"


async def test_a_clerk_takes_a_ticket_out_of_a_matter_it_is_in() -> None:
    desk = Desk()
    ticket = await desk.open(asked(matter="mtr_1"))
    assert (await refused(desk, ticket, "leave_matter", matter="mtr_2")).code == "not_of_this_matter"
    assert isinstance(await desk.do(ticket, "leave_matter", matter="mtr_1"), Done)
    assert (await desk.state(ticket)).matter is None


async def opened() -> Ticket:
    desk = Desk()
    return await desk.state(await desk.open(asked()))


async def test_opening_twice_changes_nothing() -> None:
    state = await opened()
    opening: Any = None
    assert open_ticket(state, opening, asked(), gas()) == (state, ())


async def test_a_ticket_survives_storage() -> None:
    desk = Desk()
    ticket = await desk.open(asked("complaint", matter="m", people=7))
    await desk.do(ticket, "urge", strong=True)
    state = await desk.state(ticket)
    assert Ticket.model_validate_json(state.model_dump_json()) == state
