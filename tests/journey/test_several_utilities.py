"""Three utilities on one installation: each one's most telling loop, and nothing of one seen by another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from procedures.duration import Duration
from procedures.loader import load_all
from tests.journey.office import TELLERS, Office

CABLE, TELECOM, GAS = "cable-gulin", "telecom-internet", "kunlun-gas-956100"

OfficeOf = Callable[[str], Office]


@pytest.fixture
async def office_of(office: Office) -> AsyncIterator[OfficeOf]:
    """The people of another utility, at the same moment on the same installation."""
    made: list[Office] = []

    def of(utility: str) -> Office:
        made.append(Office(office.hotline, office.var, office.now, utility))
        return made[-1]

    yield of
    for each in made:
        await each.close()


async def test_an_installation_in_the_country_counts_ten_working_days_from_its_last_paper(
    office: Office, office_of: OfficeOf
) -> None:
    monday = await office.monday()
    cable = office_of(CABLE)
    walk_in = {"channel": "walk_in", "area": "gulin/erlang", "ended_at": None}
    order = await cable.accepted("installation", **walk_in)
    await order.dispatch("erlang-hall")
    assert (await order.clock("finish"))["due"] == monday + timedelta(days=14)
    await order.at_unit("ask-material", items=["house_papers"])
    again = await order.refused("unit:erlang-hall", "ask-material", items=["id_copy"])
    assert (again["code"], again["clause"]) == ("order_material_asked", "首问第六条")
    assert (await order.clock("finish"))["state"] == "exempt"
    await cable.wait(days=7)
    await order.at_unit("complete-material")
    clock = await order.clock("finish")
    [procedure] = load_all().of(CABLE)
    due = procedure.calendar.add(monday + timedelta(days=7), Duration.parse("10 working days"))
    assert (clock["state"], clock["due"], clock["rule"]) == ("running", due, "R003-023")
    await cable.wait(days=1)
    await order.at_unit("reply", opinion="已安装", result="开通")
    await order.centre("review", approved=True)
    await cable.settle()
    assert await order.stage() == "closed"
    assert (await order.clock("finish"))["state"] == "met"


async def test_a_first_asked_order_that_is_the_telecom_companys_is_passed_on_and_the_customer_told_in_set_words(
    office: Office, office_of: OfficeOf
) -> None:
    monday = await office.monday()
    telecom = office_of(TELECOM)
    mail = {"channel": "email", "area": None, "ended_at": None, "fields": {"device_number": "021-5555-0101"}}
    order = await telecom.accepted("complaint", **mail)
    await order.dispatch("designated-unit")
    assert (await order.clock("hand_in"))["due"] == monday + timedelta(hours=1)
    await telecom.wait(minutes=40)
    await order.at_unit("sign")
    assert (await order.clock("hand_in"))["state"] == "met"
    await order.at_unit("return", ground="telecom_company", reason="固定电话计费")
    early = await order.refused("agent", "tell", template="passed_on")
    assert early["code"] == "order_template_not_for_this"
    await order.centre("forward", destination="telecom_company")
    await order.centre("tell", template="passed_on")
    await telecom.settle()
    seen = await order.seen()
    assert (seen["stage"], seen["closure"]) == ("closed", "forwarded")
    [told] = [event.data for event in await order.on_the_bus() if event.data.short_type() == "ticket.told"]
    assert told.channel == "email"
    assert "转发至电信公司处理" in told.text


async def test_nothing_of_one_utility_is_seen_by_another_over_http_or_on_the_bus(
    office: Office, office_of: OfficeOf
) -> None:
    await office.monday()
    cable = office_of(CABLE)
    ours = await office.dispatched("opinion")
    theirs = await cable.accepted("query", area="gulin/chengqu", verified=None)
    await theirs.dispatch("chengqu-hall")
    await office.until(await cable.wait(minutes=11))  # a younger one may be on its way, whoever asks
    for stranger, order in ((office, theirs), (cable, ours)):
        for service in TELLERS:
            assert (await stranger.ask("GET", "supervisor", f"/{service}/events/{order.id}")).status_code == 404
        assert (await stranger.ask("GET", "supervisor", order.path)).status_code == 404
        assert (await stranger.ask("GET", "supervisor", f"/sla/tickets/{order.id}/clocks")).status_code == 404
        assert (await stranger.ask("POST", "agent", f"{order.path}/close", {})).status_code == 404
        for listed in ("/intake/tickets", "/routing/work-orders", "/sla/clocks"):
            assert order.id not in (await stranger.ask("GET", "supervisor", listed)).text
    assert {event.utility for event in await ours.on_the_bus()} == {GAS}
    assert {event.utility for event in await theirs.on_the_bus()} == {CABLE}
