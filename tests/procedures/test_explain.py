"""Asked why a deadline is what it is, the procedure names clocks, candidates, skipped days and readings."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from contracts.vocabulary import Channel
from procedures.explain import ExplainedClock, Question, explain
from procedures.loader import load_all
from procedures.model.readings import in_force

CHINA = ZoneInfo("Asia/Shanghai")
GAS = load_all().get("kunlun-gas-956100@2011-01-01")
EVE = datetime(2026, 9, 30, 16, tzinfo=CHINA)


def clocks(question: Question) -> dict[str, ExplainedClock]:
    return {each.clock: each for each in explain(GAS, question).clocks}


def test_every_clock_of_the_type_is_there_in_the_order_a_ticket_meets_them() -> None:
    found = clocks(Question("fault", EVE, area="jinan/lixia"))
    assert list(found) == ["dispatch", "sign", "contact", "reply", "callback", "urge"]
    assert found["contact"].due == datetime(2026, 9, 30, 18, tzinfo=CHINA)
    assert found["reply"].limits[0].rule == "R004-062"


def test_the_days_that_do_not_count_are_named_and_make_up_days_counted() -> None:
    reply = clocks(Question("fault", EVE))["reply"]
    assert reply.due == datetime(2026, 10, 10, 16, tzinfo=CHINA)  # 8, 9 and the worked Saturday 10 October
    assert [day.date.day for day in reply.limits[0].skipped] == [1, 2, 3, 4, 5, 6, 7]
    assert reply.limits[0].makeup_days == (date(2026, 10, 10),)


def test_clock_hours_skip_nothing() -> None:
    assert clocks(Question("fault", EVE))["contact"].limits[0].skipped == ()


def test_a_platforms_deadline_stands_beside_the_procedures_own() -> None:
    due = datetime(2026, 10, 9, 12, tzinfo=CHINA)
    found = clocks(Question("fault", EVE, channel=Channel.GOV_12345, gov_due=due))
    assert [each.origin for each in found["reply"].limits] == ["platform", "procedure"]
    assert found["reply"].due == found["gov"].due == due
    assert found["dispatch"].counted_from == "receipt"


def test_each_clock_says_from_when_it_runs() -> None:
    alarm = clocks(Question("alarm", EVE))
    assert {name: (clock.on, clock.counted_from) for name, clock in alarm.items()} == {
        "dispatch": ("ticket.opened", "hang_up"),
        "sign": ("ticket.dispatched", "event"),
        "on_site": ("ticket.phone_notified", "event"),
        "callback": ("ticket.replied", "event"),
        "urge": ("ticket.urged", "event"),
    }


def test_a_refused_application_under_the_other_reading_runs_from_the_contact() -> None:
    asked = Question("service_application", EVE, declined=True)
    read = explain(GAS.with_readings(declined_from="contact"), asked)
    assert {each.clock: each.counted_from for each in read.clocks}["reply"] == "contact"
    assert clocks(asked)["reply"].counted_from == "event"


def test_what_the_text_leaves_open_is_said_until_a_platform_closes_it() -> None:
    assert [each.clock for each in explain(GAS, Question("praise", EVE)).open_clocks] == ["reply"]
    due = datetime(2026, 10, 9, 12, tzinfo=CHINA)
    assert explain(GAS, Question("praise", EVE, gov_due=due)).open_clocks == ()


def test_types_without_a_call_have_no_callback_clock() -> None:
    assert "callback" not in clocks(Question("praise", EVE))
    assert "callback" in clocks(Question("suggestion", EVE))


def test_the_unit_its_division_and_an_affiliates_standing_are_named() -> None:
    found = explain(GAS, Question("fault", EVE, area="yantai/penglai"))
    assert (found.unit, found.division, found.enforcement) == ("penglai", "jiaodong", "advisory")
    assert explain(GAS, Question("fault", EVE, area="nowhere")).unit is None


def test_every_reading_is_listed_with_its_clause_and_other_choices() -> None:
    found = {each.name: each for each in in_force(GAS.readings)}
    assert set(found) == set(GAS.readings)
    assert found["exactly_half"].chosen == "explain"
    assert found["exactly_half"].others == ("urge",)
    assert found["exactly_half"].rule == "R004-133"
