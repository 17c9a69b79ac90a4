"""An appeal at the front desk: against what, when, by whom; by the order's number as people read it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.fact import SYSTEM
from contracts.ticket import TicketClosed
from contracts.vocabulary import Closure
from tests.handlers.intake_desk import CUSTOMER, FRIDAY_10, FrontDesk

UTILITY = "telecom-complaints"
COMPLAINT: dict[str, Any] = {
    "channel": "phone",
    "type": "complaint",
    "subtype": "charges",
    "area": "jiangsu/nanjing",
    "text": "多扣了三十元",
    "customer": CUSTOMER,
    "call_wish": {"preference": "default"},
    "fields": {"business_number": "18900000001", "source": "provincial"},
}
APPEAL = COMPLAINT | {
    "type": "appeal",
    "subtype": None,
    "fields": {
        "interest": "direct",
        "respondent": "江苏公司",
        "claim": "退还",
        "factual_grounds": "账单不符",
        "appeal_body": "ministry",
    },
}


@pytest.fixture
def desk(tmp_path: Path) -> FrontDesk:
    return FrontDesk(tmp_path)


async def asked(desk: FrontDesk, body: dict[str, Any]) -> Any:
    return await desk.post("agent", "/intake/requests", body, utility=UTILITY)


async def complaint(desk: FrontDesk) -> dict[str, Any]:
    answer = await asked(desk, COMPLAINT)
    assert answer.status_code == 201, answer.text
    (ticket,) = answer.json()["tickets"]
    return dict(ticket)


async def test_an_appeal_against_what_is_still_dealt_with_is_refused_with_the_moment_from_which_it_can_be_made(
    desk: FrontDesk,
) -> None:
    first = await complaint(desk)
    refused = (await asked(desk, APPEAL | {"appeals": first["number"]})).json()
    assert (refused["code"], refused["clause"]) == ("appeal_too_early", "申诉办法 第十条(四)")
    assert refused["accepts"] == [f"> {(FRIDAY_10 + timedelta(days=15)).isoformat()}"]
    desk.clock.advance(timedelta(days=15, milliseconds=1))
    assert (await asked(desk, APPEAL | {"appeals": first["number"]})).status_code == 201


async def test_a_result_that_does_not_satisfy_is_appealed_against_by_its_customer_alone(desk: FrontDesk) -> None:
    first = await complaint(desk)
    closed = TicketClosed(at=FRIDAY_10, by=SYSTEM, closure=Closure.DISSATISFIED)
    await desk.hears(first["ticket"], closed, UTILITY)
    somebody_else = {"name": "李女士", "contact": "139 0000 0001"}
    stranger = await asked(desk, APPEAL | {"appeals": first["ticket"], "customer": somebody_else})
    assert stranger.json()["code"] == "appeal_by_another"
    answer = await asked(desk, APPEAL | {"appeals": first["ticket"]})
    (appeal,) = answer.json()["tickets"]
    shown = (await desk.get("agent", f"/intake/tickets/{appeal['ticket']}", utility=UTILITY)).json()
    assert [(link["kind"], link["other"]) for link in shown["links"]] == [("appeal", first["ticket"])]


async def test_an_appeal_names_what_it_is_against_and_nothing_else_does(desk: FrontDesk) -> None:
    first = await complaint(desk)
    assert (await asked(desk, APPEAL)).json()["code"] == "appeal_of_nothing"
    other = COMPLAINT | {"appeals": first["number"], "text": "另有一事"}
    refused = (await asked(desk, other)).json()
    assert (refused["code"], refused["accepts"]) == ("type_is_no_appeal", ["appeal"])
    assert (await asked(desk, APPEAL | {"appeals": "tkt_nobody"})).status_code == 404
