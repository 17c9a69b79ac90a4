"""Two telecoms on the installation that the gas company runs on: a complaint that becomes an appeal, and an outage."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from contracts.ticket import TicketTold
from tests.journey.office import Office, customer, request
from tests.running import HotlineProcess

OfficeOf = Callable[[str], Awaitable[Office]]
PARTS = {"investigation": "核对账单", "cause": "系统多计一次", "solution": "退还 30 元"}
REPAIRED = {"cause": "光缆挖断", "verification_result": "测速正常", "fault_review": "加装标识"}


@pytest.fixture
async def office_of(hotline: HotlineProcess, var: Path, office: Office) -> AsyncIterator[OfficeOf]:
    opened: list[Office] = []

    async def of(utility: str) -> Office:
        opened.append(Office(hotline, var, office.now, utility))
        return opened[-1]

    yield of
    for each in opened:
        await each.close()


async def test_a_repeated_complaint_that_satisfies_nobody_becomes_an_appeal_and_is_mediated(
    office_of: OfficeOf,
) -> None:
    telecom = await office_of("telecom-complaints")
    await telecom.monday()
    person, number = customer(), {"business_number": "18900000001", "source": "provincial"}
    first = await telecom.dispatched("complaint", "nanjing", area="jiangsu/nanjing", customer=person, fields=number)
    await telecom.wait(minutes=5)
    assert (await first.urge())["said"] == ["ticket.urged"]
    await first.reply(parts=PARTS)
    await first.pass_review()
    await first.centre("tell", template="result")
    assert (await first.clock("answer"))["state"] == "met"
    await first.called(solved="dissatisfied")
    assert (await first.seen())["closure"] == "dissatisfied"

    refused = {"area": "jiangsu/nanjing", "customer": person, "fields": number, "flags": ["result_disliked"]}
    problem = await telecom.refused("agent", "/intake/requests", request("complaint", telecom.now, **refused))
    assert (problem["clause"], problem["accepts"]) == ("分公司办法 一㈡2⑵", ["why_dissatisfied"])
    again = await telecom.dispatched(
        "complaint", "nanjing", **refused | {"fields": {**number, "why_dissatisfied": "只退了一半"}}
    )
    assert (await again.seen())["grade"] == 2
    await again.at_unit("compensate", payment="refund", amount_fen=1500, basis="company_at_fault")
    await again.reply(parts=PARTS)
    await again.pass_review()
    await again.called(solved="dissatisfied", recheck=True)
    seen = await again.seen()
    assert (seen["stage"], seen["rechecks"], seen["compensated_fen"]) == ("in_progress", 1, 1500)
    await again.reply(parts=PARTS)
    await again.pass_review()
    await again.called(solved="dissatisfied")
    assert (await again.seen())["closure"] == "dissatisfied"

    appeal = await telecom.accepted("appeal", by="integration", **_appeal(person, again.number))
    links = (await telecom.get("agent", f"/intake/tickets/{appeal.id}"))["links"]
    assert {"other": again.id, "kind": "appeal"} in [{"other": each["other"], "kind": each["kind"]} for each in links]
    await appeal.centre("mediate", outcome="agreed", paper=True)
    assert (await appeal.seen())["closure"] == "mediated"


async def test_an_outage_is_told_of_at_once_and_its_progress_until_it_is_verified(office_of: OfficeOf) -> None:
    telecom = await office_of("telecom-handbook")
    await telecom.monday()
    fields = {"affected": "城东片区", "happened_at": "八点二十分", "measures": "已派抢修队"}
    outage = await telecom.accepted("outage", area="city", fields=fields)
    early = await outage.refused("agent", "tell", template="progress")
    assert (early["clause"], early["accepts"]) == ("2.1", ["progress"])
    await outage.centre("tell", template="outage_notice", channel="app")
    await outage.dispatch("network")
    await telecom.wait(hours=2)
    await telecom.do("unit:network", f"{outage.path}/progress", {"step": "analysed"})
    await outage.at_unit("tell", template="progress", channel="app")
    await telecom.wait(hours=2)
    await telecom.do("unit:network", f"{outage.path}/progress", {"step": "restored"})
    await telecom.do("unit:network", f"{outage.path}/progress", {"step": "verified_restored"})
    await outage.reply(parts=REPAIRED)
    await outage.pass_review()
    clocks = await outage.clocks()
    assert {
        name: clocks[name]["state"] for name in ("inform", "progress", "restoration_check", "finish")
    } == dict.fromkeys(("inform", "progress", "restoration_check", "finish"), "met")
    told = [event.data.text for event in await outage.on_the_bus() if isinstance(event.data, TicketTold)]
    assert told[0] == "服务中断通报：八点二十分起，城东片区受影响；已采取的措施：已派抢修队。"
    assert told[1].endswith("进度：已分析定位。")


async def test_what_one_telecom_does_not_have_it_refuses_with_what_it_has(office_of: OfficeOf) -> None:
    telecom = await office_of("telecom-handbook")
    await telecom.monday()
    complaint = await telecom.dispatched("complaint", "service-quality", area="city")
    problem = await complaint.refused("unit:service-quality", "request-extension", until="2099-01-01T00:00:00Z")
    assert (problem["code"], problem["status"]) == ("not_in_procedure", 409)
    assert {"reply", "tell"} <= set(problem["accepts"])
    other = await office_of("telecom-complaints")
    assert (await other.ask("GET", "supervisor", complaint.path)).status_code == 404


def _appeal(person: dict[str, str], against: str) -> dict[str, object]:
    fields = {
        "interest": "direct",
        "respondent": "中国电信江苏公司",
        "claim": "退还多收的话费",
        "factual_grounds": "账单不符",
    }
    return {
        "channel": "gov_12345",
        "area": "jiangsu/nanjing",
        "customer": person,
        "appeals": against,
        "gov": {"platform": "工信部申诉受理中心", "order_no": "S-0001"},
        "fields": {**fields, "appeal_body": "ministry"},
        "ended_at": None,
    }
