"""The 956100 file against the numbers of the regulation (客服热线管理办法（试行）), copied here by hand."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contracts.vocabulary import CallKind
from procedures.loader import load_all
from procedures.model import Circumstances, Deadline, Limit, Origin, Procedure

CHINA = ZoneInfo("Asia/Shanghai")
GAS = load_all().get("kunlun-gas-956100@2011-01-01")
FRIDAY = datetime(2026, 11, 20, 16, 54, tzinfo=CHINA)

TEXT = [
    ("consultation", "dispatch", None, "20 minutes", "第十四条(二)", "R004-047"),
    ("consultation", "reply", None, "1 working day", "第十四条(二)", "R004-048"),
    ("consultation", "callback", None, "1 working day", "第十四条(二)", "R004-049"),
    ("alarm", "callback", None, "1 working day", "第十四条(三)", "R004-056"),
    ("fault", "dispatch", None, "5 minutes", "第十四条(四)", "R004-059"),
    ("fault", "contact", None, "2 hours", "第十四条(四)", "R004-060"),
    ("fault", "reply", None, "3 working days", "第十四条(四)", "R004-062"),
    ("fault", "callback", None, "1 working day", "第十四条(四)", "R004-063"),
    ("service_application", "dispatch", None, "20 minutes", "第十四条(五)", "R004-064"),
    ("service_application", "contact", None, "1 working day", "第十四条(五)", "R004-065"),
    ("service_application", "reply", None, "7 working days", "第十四条(五)", "R004-066"),
    ("service_application", "callback", None, "1 working day", "第十四条(五)", "R004-068"),
    ("complaint", "dispatch", None, "5 minutes", "第十四条(六)", "R004-071"),
    ("complaint", "handle", 3, "3 hours", "第十四条(六)", "R004-072"),
    ("complaint", "handle", 2, "24 hours", "第十四条(六)", "R004-073"),
    ("complaint", "handle", 1, "48 hours", "第十四条(六)", "R004-074"),
    ("complaint", "reply", 1, "2 working days", "第十四条(六)", "R004-083"),
    ("complaint", "callback", None, "1 working day", "第十四条(六)", "R004-084"),
    *[
        (each, "dispatch", None, "20 minutes", "第十四条(七)", "R004-085")
        for each in ("report", "opinion", "suggestion")
    ],
    *[
        (each, "reply", None, "5 working days", "第十四条(七)", "R004-086")
        for each in ("report", "opinion", "suggestion")
    ],
    *[
        (each, "callback", None, "1 working day", "第十四条(七)", "R004-087")
        for each in ("report", "opinion", "suggestion")
    ],
    ("praise", "dispatch", None, "20 minutes", "第十四条(八)", "R004-088"),
    *[(each, "sign", None, "1 working day", "第十五条(三)1", "R004-122") for each in GAS.types],
    *[(each, "urge", None, "10 minutes", "第十五条(四)2", "R004-136") for each in GAS.types],
]


@pytest.mark.parametrize(("type_", "clock", "grade", "within", "source", "rule"), TEXT)
def test_every_limit_of_the_text_is_in_the_file_with_its_clause(
    type_: str, clock: str, grade: int | None, within: str, source: str, rule: str
) -> None:
    limit = limit_of(type_, clock, grade=grade)
    assert limit is not None
    assert (str(limit.within), limit.source, limit.rule, limit.basis) == (within, source, rule, "text")


@pytest.mark.parametrize(
    ("type_", "clock", "within"),
    [("alarm", "dispatch", "5 minutes"), ("alarm", "on_site", "30 minutes"), ("query", "dispatch", "20 minutes")],
)
def test_what_the_text_leaves_open_is_marked_as_the_projects_own(type_: str, clock: str, within: str) -> None:
    limit = limit_of(type_, clock)
    assert limit is not None
    assert (str(limit.within), limit.basis) == (within, "project_default")


def test_knowledge_has_its_three_limits() -> None:
    limits = {clock: str(GAS.knowledge_limit(clock).within) for clock in ("task", "review", "notice")}
    assert limits == {"task": "3 working days", "review": "1 working day", "notice": "5 minutes"}


def test_a_refused_application_answers_in_two_working_days_instead_of_seven() -> None:
    limit = limit_of("service_application", "reply", declined=True)
    assert limit is not None
    assert (str(limit.within), limit.rule) == ("2 working days", "R004-067")


@pytest.mark.parametrize("type_", ["alarm", "praise"])
def test_a_clock_the_text_leaves_open_has_no_deadline_unless_a_platform_gives_one(type_: str) -> None:
    due = FRIDAY + timedelta(days=2)
    assert deadline(GAS, "reply", type_) is None
    ordered = deadline(GAS, "reply", type_, platform_due=due)
    assert ordered is not None
    assert ordered.due == due


def test_numbers_outside_the_limits() -> None:
    assert (GAS.urging.past_share.value, GAS.urging.at_most.value) == (0.5, 2)
    assert (GAS.callback.attempts.value, str(GAS.callback.spacing.value)) == (3, "2 hours")
    (quiet,) = GAS.callback.quiet.value
    assert [
        quiet.include(datetime(2026, 11, 20, *hms, tzinfo=CHINA))
        for hms in ((20, 59, 59), (21, 0), (7, 59, 59), (8, 0))
    ] == [
        False,
        True,
        True,
        False,
    ]
    grading = GAS.grading["complaint"]
    assert grading.default.value == 3
    told = [(rule.grade, rule.repeats, rule.complainants, rule.when.people_at_least) for rule in grading.rules[2:]]
    (_, repeats, *_), (_, _, complainants, _), (*_, people) = told
    assert [grade for grade, *_ in told] == [1, 2, 2]
    assert (repeats.at_least, complainants.at_least, str(complainants.within), people) == (5, 5, "30 days", 5)


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("query", CallKind.NONE),
        ("praise", CallKind.NONE),
        ("consultation", CallKind.ANSWER),
        ("suggestion", CallKind.ANSWER),
        ("alarm", CallKind.SATISFACTION),
        ("fault", CallKind.SATISFACTION),
        ("service_application", CallKind.SATISFACTION),
        ("complaint", CallKind.SATISFACTION),
        ("report", CallKind.SATISFACTION),
        ("opinion", CallKind.SATISFACTION),
    ],
)
def test_only_the_four_excluded_types_get_no_satisfaction_call(type_: str, kind: CallKind) -> None:
    assert GAS.callback_kind(type_) is kind


def test_under_the_other_reading_the_excluded_types_are_owed_nothing() -> None:
    other = GAS.with_readings(excluded_types_get="nothing")
    assert other.callback_kind("consultation") is CallKind.NONE
    assert other.callback_kind("fault") is CallKind.SATISFACTION


def test_types_rank_from_alarm_to_praise_with_complaints_by_grade() -> None:
    order = [
        GAS.rank_of("alarm"),
        *(GAS.rank_of("complaint", grade) for grade in (1, 2, 3)),
        *(GAS.rank_of(each) for each in ("fault", "report", "service_application", "opinion", "suggestion")),
        *(GAS.rank_of(each) for each in ("consultation", "query", "praise")),
    ]
    assert order == list(range(12))


def test_the_earliest_of_procedure_and_platform_binds_and_both_are_named() -> None:
    early, late = FRIDAY + timedelta(days=3), FRIDAY + timedelta(days=30)
    found = deadline(GAS, "reply", "fault", platform_due=early)
    assert found is not None
    assert (found.due, found.binding.origin, found.binding.rule) == (early, Origin.PLATFORM, "R004-006")
    assert [each.rule for each in found.candidates] == ["R004-006", "R004-062"]
    kept = deadline(GAS, "reply", "fault", platform_due=late)
    assert kept is not None
    assert (kept.binding.origin, kept.due) == (Origin.PROCEDURE, datetime(2026, 11, 25, 16, 54, tzinfo=CHINA))


def test_a_platform_caps_no_clock_but_the_reply_and_its_own() -> None:
    due = FRIDAY + timedelta(minutes=1)
    contact = deadline(GAS, "contact", "fault", platform_due=due)
    assert contact is not None
    assert contact.due == FRIDAY + timedelta(hours=2)
    assert deadline(GAS, "gov", "fault") is None
    gov = deadline(GAS, "gov", "fault", platform_due=due)
    assert gov is not None
    assert gov.due == due


def test_under_the_other_readings_the_platform_replaces_or_leaves_the_reply_alone() -> None:
    late = FRIDAY + timedelta(days=30)
    replaced = GAS.with_readings(competing_limits="government_replaces")
    found = deadline(replaced, "reply", "fault", platform_due=late)
    assert found is not None
    assert found.due == late
    alone = GAS.with_readings(gov_caps_reply="no")
    untouched = deadline(alone, "reply", "fault", platform_due=FRIDAY)
    assert untouched is not None
    assert untouched.binding.origin is Origin.PROCEDURE


@pytest.mark.parametrize(
    ("reading", "handle", "reply"),
    [("both", True, True), ("grade_only", True, False), ("working_days_only", False, True)],
)
def test_the_reading_of_the_complaint_limits_says_which_clocks_run(reading: str, handle: bool, reply: bool) -> None:
    read = GAS.with_readings(complaint_limits=reading)
    clocks = [deadline(read, each, "complaint", grade=2) for each in ("handle", "reply")]
    assert [clock is not None for clock in clocks] == [handle, reply]
    assert deadline(read, "reply", "fault") is not None


def test_a_local_standard_and_a_promise_bind_only_where_they_hold() -> None:
    stricter = amended(
        government_standards=[
            {
                "clock": "reply",
                "when": {"type": "complaint", "area": "jinan"},
                "within": "1 working day",
                "source": "某市标准",
                "rule": "R004-075",
            }
        ],
        promises=[
            {
                "clock": "reply",
                "when": {"type": "fault", "subtype": "no_gas"},
                "within": "24 hours",
                "source": "公开承诺",
                "rule": "R004-118",
            }
        ],
    )

    def reply(type_: str, area: str, subtype: str | None = None) -> tuple[str | None, list[str]]:
        found = deadline(stricter, "reply", type_, area=area, subtype=subtype, grade=2)
        assert found is not None
        return found.binding.rule, [each.origin for each in found.candidates]

    assert reply("complaint", "jinan/lixia") == ("R004-075", ["government", "procedure"])
    assert reply("complaint", "jinan-east") == ("R004-083", ["procedure"])
    assert reply("fault", "zibo", "no_gas") == ("R004-118", ["promise", "procedure"])
    assert reply("fault", "zibo", "stove") == ("R004-062", ["procedure"])


def test_an_affiliates_own_limits_are_advisory_and_the_centres_are_not() -> None:
    penglai = GAS.unit_for("yantai/penglai/town", "fault")
    assert penglai is not None
    assert (penglai.id, penglai.enforcement) == ("penglai", "advisory")
    advisory = {
        clock: found.binding.advisory
        for clock in ("dispatch", "contact", "reply", "callback")
        if (found := deadline(GAS, clock, "fault", advisory=True))
    }
    assert advisory == {"dispatch": False, "contact": True, "reply": True, "callback": False}


@pytest.mark.parametrize(
    ("area", "subtype", "unit", "division"),
    [
        ("jinan", None, "jinan", "luzhong"),
        ("jinan/lixia/qianfoshan", None, "jinan", "luzhong"),
        ("jinan/zhangqiu/mingshui", None, "zhangqiu", "luzhong"),
        ("jinan-east", None, None, None),
        ("beijing", None, None, None),
        ("zibo", "invoicing", "hq-finance", None),
    ],
)
def test_the_longest_area_prefix_names_the_unit_and_a_category_a_department(
    area: str, subtype: str | None, unit: str | None, division: str | None
) -> None:
    found = GAS.unit_for(area, "complaint", subtype)
    assert (found.id if found else None) == unit
    owner = GAS.division_of(unit) if unit else None
    assert (owner.id if owner else None) == division


def test_all_sixteen_cities_of_the_province_have_a_unit() -> None:
    east = ["qingdao", "yantai", "weifang", "weihai", "rizhao", "dongying", "binzhou", "linyi"]
    west = ["jinan", "zibo", "taian", "dezhou", "liaocheng", "jining", "zaozhuang", "heze"]
    cities = east + west
    found = [GAS.unit_for(city, "fault") for city in cities]
    assert [unit.id if unit else None for unit in found] == cities
    assert all(GAS.division_of(city) for city in cities)


def test_past_half_is_strictly_more_than_half_of_the_budget() -> None:
    due = GAS.calendar.add(FRIDAY, GAS.knowledge_limit("task").within)
    half = GAS.calendar.at_share(FRIDAY, due, GAS.urging.past_share.value, working=True)
    later = half + timedelta(seconds=1)
    assert not GAS.past_urging_share(FRIDAY, due, half, working=True)
    assert GAS.past_urging_share(FRIDAY, due, later, working=True)
    assert GAS.past_urging_share(FRIDAY, due, due + timedelta(days=9), working=True)
    assert GAS.with_readings(exactly_half="urge").past_urging_share(FRIDAY, due, half, working=True)


def test_half_by_the_clock_comes_sooner_over_a_weekend_than_half_of_the_working_time() -> None:
    due = GAS.calendar.add(FRIDAY, GAS.knowledge_limit("review").within)
    sunday = datetime(2026, 11, 22, 12, tzinfo=CHINA)
    assert not GAS.past_urging_share(FRIDAY, due, sunday, working=True)
    assert GAS.with_readings(half_of="clock_time").past_urging_share(FRIDAY, due, sunday, working=True)


def test_grade_one_goes_to_the_division_and_a_missed_limit_to_who_watches_it() -> None:
    def told(event: str, of: Circumstances, clock: str | None = None) -> list[str]:
        rules = (rule for rule in GAS.escalations(event, of.type) if rule.when.holds(of))
        return [rule.to for rule in rules if clock is None or clock in rule.clocks]

    grave, light = (GAS.circumstances("complaint", grade=grade) for grade in (1, 3))
    assert (told("ticket.opened", grave), told("ticket.opened", light)) == (["division"], [])
    assert told("clock.missed", light, "reply") == ["division"]
    assert told("clock.missed", light, "dispatch") == ["centre"]


def test_only_grade_one_complaints_pass_the_division_before_the_centre() -> None:
    def reviewers(grade: int) -> list[str]:
        of = GAS.circumstances("complaint", grade=grade)
        return [review.by for review in GAS.types["complaint"].reviewed_by if review.when.holds(of)]

    assert [reviewers(grade) for grade in (1, 2, 3)] == [["division", "centre"], ["centre"], ["centre"]]
    assert GAS.types["fault"].reviewed_by == ()


def test_a_reply_on_a_meter_replacement_encloses_a_photo() -> None:
    reply = GAS.types["fault"].reply
    assert reply is not None
    (asked,) = reply.attachments_for("meter_replacement")
    assert (asked.accepts("image/jpeg"), asked.accepts("application/pdf")) == (True, False)
    assert reply.attachments_for("stove") == ()


def limit_of(type_: str, clock: str, **known: object) -> Limit | None:
    """The limit of a clock for such a request."""
    return GAS.limit(clock, GAS.circumstances(type_, **known))


def deadline(
    procedure: Procedure,
    clock: str,
    type_: str,
    *,
    platform_due: datetime | None = None,
    advisory: bool = False,
    **known: object,
) -> Deadline | None:
    """When a clock that starts on that Friday ends."""
    of = procedure.circumstances(type_, **known)
    return procedure.deadline(clock, FRIDAY, of, platform_due=platform_due, advisory=advisory)


def amended(**sections: object) -> Procedure:
    """The gas procedure with some sections written anew."""
    written: dict[str, object] = GAS.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
    return Procedure.model_validate(written | sections)
