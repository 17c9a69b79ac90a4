"""Dispatching, returning, extending and reviewing over HTTP, each limit judged at its instant."""

from __future__ import annotations

from datetime import timedelta

from tests.journey.office import COMPLAINT_PARTS, Office, Order, request

RETURNS = "第十五条(三)1"
EXTENSIONS = "第十五条(二)2"


async def test_an_alarm_is_phoned_to_the_unit_first_and_its_clock_for_arrival_runs_from_the_call(
    office: Office,
) -> None:
    monday = await office.monday()
    order = await office.accepted("alarm")
    problem = await order.refused("agent", "dispatch", unit="jinan")
    assert (problem["code"], problem["clause"]) == ("order_phone_first", "第十四条(三)")
    await order.centre("notify-by-phone", unit="jinan")
    await office.wait(minutes=4)
    await order.centre("dispatch", unit="jinan")
    clock = await order.clock("on_site")
    assert (clock["due"], clock["source"]) == (monday + timedelta(minutes=30), "第十五条(二)2")
    assert (await order.clock("dispatch"))["state"] == "met"


async def test_an_order_may_be_returned_up_to_the_last_instant_of_a_working_day(office: Office) -> None:
    monday = await office.monday()
    in_time, too_late = await office.dispatched("report"), await office.dispatched("report")
    window = timedelta(days=1)
    assert (await in_time.clock("sign"))["due"] == monday + window
    await office.until(monday + window)
    reason = {"ground": "not_ours", "reason": "属章丘公司"}
    await in_time.at_unit("return", **reason)
    await office.wait(seconds=1)
    problem = await too_late.refused("unit:jinan", "return", **reason)
    assert (problem["status"], problem["clause"]) == (409, RETURNS)
    assert await in_time.stage() == "returned"
    seen = await too_late.seen()
    assert seen["stage"] == "in_progress"
    assert "ticket.signed" in [line["event"] for line in seen["history"]]
    assert (await too_late.clock("sign"))["state"] == "met"


async def test_a_returned_order_is_dispatched_anew_with_fresh_clocks_and_after_the_third_time_stays(
    office: Office,
) -> None:
    await office.monday()
    order = await office.dispatched("fault")
    for unit in ("zhangqiu", "jinan"):
        await office.wait(minutes=10)
        await order.at_unit("return", ground="not_ours", reason="不在辖区")
        await office.wait(minutes=10)
        await order.centre("accept-return", reason="已核对地址")
        await order.dispatch(unit)
    seen = await order.seen()
    assert (seen["round"], seen["fixed"], seen["unit"]) == (3, True, "jinan")
    assert (await order.clock("reply"))["due"] == office.now + timedelta(days=3)
    problem = await order.refused("unit:jinan", "return", ground="not_ours", reason="确实不是")
    assert (problem["code"], problem["clause"]) == ("order_unit_fixed", RETURNS)
    assert await order.stage() == "dispatched"


async def test_a_return_gives_a_reason_and_only_the_centre_takes_it_back(office: Office) -> None:
    await office.monday()
    order = await office.dispatched("fault")
    problem = await order.refused("unit:jinan", "return", ground="missing_information")
    assert (problem["code"], problem["clause"]) == ("order_reason_missing", RETURNS)
    await order.at_unit("return", ground="missing_information", reason="没有门牌号")
    assert (await order.refused("unit:jinan", "accept-return"))["code"] == "role_missing"
    await order.centre("refuse-return", reason="地址已补充")
    assert await order.stage() == "in_progress"


async def test_the_division_grants_an_extension_once_by_at_most_as_much_again(office: Office) -> None:
    monday = await office.monday()
    order = await office.dispatched("fault")
    await order.at_unit("contact")
    due = monday + timedelta(days=3)
    latest = monday + timedelta(days=8)  # three working days more, over a weekend
    too_long = {"until": (latest + timedelta(seconds=1)).isoformat(), "reason": "等配件"}
    problem = await order.refused("unit:jinan", "request-extension", **too_long)
    assert (problem["code"], problem["clause"]) == ("order_extension_too_long", EXTENSIONS)
    await order.at_unit("request-extension", until=latest.isoformat(), reason="等配件")
    assert (await order.refused("division:jiaodong", "decide-extension", granted=True))["code"] == "unknown_ticket"
    assert (await order.refused("integration", "decide-extension", granted=True))[
        "code"
    ] == "order_extension_not_theirs"
    assert (await order.clock("reply"))["due"] == due
    await office.do("division:luzhong", f"{order.path}/decide-extension", {"granted": True})
    assert (await order.clock("reply"))["due"] == latest
    more = {"until": (latest + timedelta(days=1)).isoformat(), "reason": "还要等"}
    problem = await order.refused("unit:jinan", "request-extension", **more)
    assert (problem["code"], problem["clause"]) == ("order_extension_used_up", EXTENSIONS)
    await office.until(latest)
    await order.reply()
    assert (await order.clock("reply"))["state"] == "met"


async def test_the_extension_of_a_12345_order_is_the_platforms_to_grant_and_its_earlier_limit_wins(
    office: Office,
) -> None:
    monday = await office.monday()
    platforms = monday + timedelta(days=2, hours=9)
    gov = {"platform": "jinan-12345", "order_no": f"JN-{monday:%y%m%d}-1", "due": platforms.isoformat()}
    order = await office.accepted("fault", by="integration", channel="gov_12345", gov=gov, ended_at=None)
    await order.dispatch()
    clocks = await order.clocks()
    assert clocks["reply"]["due"] == clocks["gov"]["due"] == platforms
    considered = {candidate["source"] for candidate in clocks["reply"]["candidates"]}
    assert considered == {"第六条", "第十四条(四)"}
    later = monday + timedelta(days=9)
    await order.at_unit("request-extension", until=later.isoformat(), reason="须开挖路面")
    problem = await order.refused("division:luzhong", "decide-extension", granted=True)
    assert (problem["code"], problem["clause"]) == ("order_extension_not_theirs", EXTENSIONS)
    await office.do("integration", f"{order.path}/decide-extension", {"granted": True})
    clocks = await order.clocks()
    assert clocks["reply"]["due"] == clocks["gov"]["due"] == later


async def test_the_division_reviews_a_major_complaint_before_the_centre(office: Office) -> None:
    await office.monday()
    order = await office.dispatched("complaint", flags=["media"])
    assert (await order.seen())["grade"] == 1
    assert "ticket.escalated" in await order.said()
    await order.reply()
    problem = await order.refused("agent", "review", approved=True)
    assert (problem["code"], problem["clause"]) == ("order_division_first", "第十一条(二)")
    assert (await order.refused("division:jiaodong", "review", approved=True))["code"] == "unknown_ticket"
    await office.do("division:luzhong", f"{order.path}/review", {"approved": True})
    assert await order.stage() == "replied"
    await order.pass_review()
    assert await order.stage() == "callback"


async def test_a_rejected_reply_goes_back_with_grounds_and_its_limit_starts_anew(office: Office) -> None:
    await office.monday()
    order = await office.dispatched("opinion")
    await office.wait(hours=2)
    await order.reply()
    problem = await order.refused("agent", "review", approved=False)
    assert (problem["code"], problem["clause"]) == ("order_grounds_missing", "第十五条(三)3")
    await order.centre("review", approved=False, grounds="未说明处理结果")
    seen = await order.seen()
    assert seen["stage"] == "in_progress"
    assert (await order.clock("reply"))["due"] == office.now + timedelta(days=7)
    assert (await order.clock("callback"))["state"] == "cancelled"
    await order.reply()
    await order.pass_review()
    assert await order.stage() == "callback"


async def test_a_complaints_reply_has_all_its_parts_and_answers_every_demand(office: Office) -> None:
    await office.monday()
    demands = [
        {"type": "complaint", "subtype": "billing", "text": "多收费"},
        {"type": "consultation", "text": "阶梯气价怎么算"},
    ]
    order = await office.dispatched("complaint", type=None, items=demands)
    problem = await order.refused("unit:jinan", "reply", opinion="已核实", result="已解决")
    assert (problem["code"], problem["clause"]) == ("order_reply_incomplete", "第十一条(七)")
    missing = {"opinion": "已核实", "result": "已解决", "answered": [1]}
    problem = await order.refused("unit:jinan", "reply", **missing, parts=COMPLAINT_PARTS)
    assert (problem["code"], problem["clause"]) == ("order_demands_unanswered", "第十五条(三)2")
    await order.reply(answered=[1, 2])
    assert await order.stage() == "replied"


async def test_a_declined_application_owes_its_answer_within_two_working_days(office: Office) -> None:
    monday = await office.monday()
    order = await office.dispatched("service_application", subtype="relocation")
    await order.at_unit("contact")
    assert (await order.clock("reply"))["due"] == monday + timedelta(days=9)
    await order.at_unit("decline", reason="燃气管道已老化，须先改造")
    clock = await order.clock("reply")
    assert (clock["due"], clock["rule"]) == (monday + timedelta(days=2), "R004-067")
    fault = await office.dispatched("fault")
    problem = await fault.refused("unit:jinan", "decline", reason="不受理")
    assert (problem["code"], problem["clause"]) == ("order_not_declinable", "第十四条(五)")


async def test_demands_of_different_units_become_a_ticket_each_and_the_highest_type_leads(office: Office) -> None:
    await office.monday()
    items = [
        {"type": "consultation", "text": "气价", "unit": "jinan"},
        {"type": "fault", "subtype": "meter", "text": "表黑屏", "unit": "jinan"},
        {"type": "suggestion", "text": "增加网点", "unit": "hq-market"},
    ]
    answer = await office.do("agent", "/intake/requests", request("fault", office.now, type=None, items=items))
    first, second = answer["tickets"]
    assert (first["type"], first["unit"], second["type"], second["unit"]) == (
        "fault",
        "jinan",
        "suggestion",
        "hq-market",
    )
    order = Order(office, first["ticket"], first["number"], "fault")
    assert [demand["type"] for demand in (await order.seen())["demands"]] == ["consultation", "fault"]
