"""Emergency notices: reported at once, in writing within minutes, told where they hold until lifted."""

import pytest

from services.knowledge.rules.commands import LiftNotice, PublishNotice, RaiseNotice
from tests.unit.knowledge.desk import AGENT, GAS, KEEPER, NoticeStory, at, division, unit


def raised(**more: object) -> NoticeStory:
    return NoticeStory().do(RaiseNotice, by=unit("jinan"), title="历下区停气", **more)  # type: ignore[no-any-return]


def test_a_unit_reports_for_itself_and_its_own_areas() -> None:
    story = raised()
    assert story.names() == ["notice.raised"]
    assert (story.state.unit, story.state.division, story.state.areas) == ("jinan", "luzhong", ("jinan",))
    assert story.state.in_force
    assert raised(areas=("jinan/lixia",)).state.areas == ("jinan/lixia",)


def test_a_division_reports_for_all_its_units() -> None:
    story = NoticeStory().do(RaiseNotice, by=division("lubei"), title="系统故障")
    assert (story.state.unit, story.state.division) == (None, "lubei")
    assert story.state.areas == ("dongying", "binzhou", "dezhou", "liaocheng")


def test_with_a_text_the_written_knowledge_is_out_at_once_past_the_review() -> None:
    story = raised(text="预计今晚八点恢复。")
    assert story.names() == ["notice.raised", "notice.published"]
    assert story.state.channels == ("agent_desk", "ivr", "web", "wechat")


def test_the_report_counts_from_the_phone_call_that_the_agent_took() -> None:
    story = NoticeStory().do(
        RaiseNotice, "11-20 10:04", AGENT, title="停电", unit="zibo", reported_at=at("11-20 10:01")
    )
    assert (story.said[0].at, story.state.changed_at) == (at("11-20 10:01"), at("11-20 10:04"))
    ahead = NoticeStory().refused(RaiseNotice, "11-20 10:00", AGENT, title="停电", reported_at=at("11-20 10:01"))
    assert ahead is not None
    assert (ahead.code, ahead.clause, ahead.rule) == ("notice_reported_ahead", "第十八条(四)", "R004-150")


def test_the_wording_may_follow_and_change_while_the_emergency_lasts() -> None:
    story = raised().do(PublishNotice, "11-20 10:03", unit("jinan"), text="抢修中。")
    story.do(PublishNotice, "11-20 12:00", KEEPER, text="已修复一半。", channels=("web",))
    assert (story.state.text, story.state.channels) == ("已修复一半。", ("web",))
    story.do(LiftNotice, "11-20 18:00", unit("jinan"))
    assert not story.state.in_force
    for model, more in ((PublishNotice, {"text": "x"}), (LiftNotice, {})):
        refusal = story.refused(model, "11-20 19:00", KEEPER, **more)
        assert refusal is not None
        assert refusal.code == "notice_not_in_force"


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"title": " "}, "notice_without_title"),
        ({"unit": "atlantis"}, "knowledge_unit_unknown"),
        ({"unit": "zibo"}, "out_of_scope"),
    ],
)
def test_a_report_without_a_title_or_for_another_unit_is_refused(more: dict[str, str], refused: str) -> None:
    refusal = NoticeStory().refused(RaiseNotice, by=unit("jinan"), **({"title": "停气"} | more))
    assert refusal is not None
    assert refusal.code == refused


def test_a_notice_is_raised_once_and_changed_only_by_its_own_people() -> None:
    story = raised()
    again = story.refused(RaiseNotice, title="停气")
    assert again is not None
    assert again.code == "notice_exists"
    for by in (unit("zibo"), division("lubei")):
        stranger = story.refused(LiftNotice, by=by)
        assert stranger is not None
        assert stranger.code == "out_of_scope"
    story.do(PublishNotice, by=division("luzhong"), text="抢修中。")


def test_empty_wordings_unknown_channels_and_unknown_notices_are_refused() -> None:
    empty = raised().refused(PublishNotice, by=KEEPER, text=" ")
    fax = raised().refused(PublishNotice, by=KEEPER, text="x", channels=("fax",))
    unknown = NoticeStory().refused(LiftNotice)
    assert [refusal.code for refusal in (empty, fax, unknown) if refusal] == [
        "notice_without_text",
        "channel_unknown",
        "unknown_notice",
    ]


def test_where_the_file_wants_a_review_the_centre_puts_it_out() -> None:
    reviewed = GAS.knowledge.notice_skips_review.model_copy(update={"value": False})
    procedure = GAS.model_copy(update={"knowledge": GAS.knowledge.model_copy(update={"notice_skips_review": reviewed})})
    story = NoticeStory(procedure).do(RaiseNotice, by=unit("jinan"), title="停气", text="抢修中。")
    assert (story.names(), story.state.text, story.state.published_at) == (["notice.raised"], "抢修中。", None)
    refusal = story.refused(PublishNotice, by=unit("jinan"), text="抢修中。")
    assert refusal is not None
    assert (refusal.code, refusal.rule) == ("notice_needs_the_centre", "R004-150")
    story.do(PublishNotice, by=KEEPER, text="抢修中。")
    assert story.names()[-1] == "notice.published"
