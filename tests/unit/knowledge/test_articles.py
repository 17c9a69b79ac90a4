"""An article from draft to expiry: who reviews, what readers are told meanwhile, and what is refused why."""

import pytest

from contracts.refusal import Refusal
from contracts.vocabulary import ArticleStage, Reviewer
from services.knowledge.rules.articles import MOST_FEEDBACK
from services.knowledge.rules.commands import (
    Approve,
    ConfirmReview,
    Expire,
    GiveFeedback,
    Publish,
    Reject,
    SaveDraft,
    Submit,
)
from tests.unit.knowledge.desk import AGENT, GAS, KEEPER, ArticleStory, at, division, unit


def code(refusal: Refusal | None) -> str | None:
    return refusal.code if refusal else None


def test_the_centre_reviews_and_publishes_its_own_knowledge_alone() -> None:
    story = ArticleStory().published(category="业务办理")
    assert story.names() == ["article.submitted", "article.approved", "article.published"]
    assert (story.state.unit, story.state.division) == (None, None)
    assert story.state.in_force is not None
    assert story.state.in_force.channels == ("agent_desk", "ivr", "web", "wechat")


def test_a_units_article_is_reviewed_by_its_division_before_the_centre() -> None:
    story = ArticleStory().submitted(by=unit("jinan"), unit="jinan")
    assert story.state.division == "luzhong"
    early = story.refused(Approve, by=KEEPER)
    assert early is not None
    assert (early.code, early.clause, early.rule) == ("article_other_reviewer_first", "第十八条(二)", "R004-145")
    assert early.accepts == ("division",)
    story.do(Approve, by=division("luzhong")).do(Approve, by=KEEPER)
    assert [fact.level for fact in story.said[1:]] == ["division", "centre"]  # type: ignore[attr-defined]
    assert story.state.stage is ArticleStage.APPROVED


def test_no_other_division_reviews_it_nor_the_right_one_twice() -> None:
    story = ArticleStory().submitted(by=unit("jinan"))
    assert code(story.refused(Approve, by=division("lubei"))) == "out_of_scope"
    assert code(story.refused(Reject, by=division("lubei"), reason="错")) == "out_of_scope"
    story.do(Approve, by=division("luzhong"))
    assert code(story.refused(Approve, by=division("luzhong"))) == "article_other_reviewer_first"


def test_a_departments_article_goes_to_the_centre_at_once() -> None:
    story = ArticleStory().submitted(unit="hq-finance").do(Approve, by=KEEPER)
    assert (story.state.division, story.state.stage) == (None, ArticleStage.APPROVED)


def test_without_two_levels_in_the_file_the_centre_reviews_everything() -> None:
    one_level = GAS.knowledge.two_level_review.model_copy(update={"value": False})
    procedure = GAS.model_copy(update={"knowledge": GAS.knowledge.model_copy(update={"two_level_review": one_level})})
    story = ArticleStory(procedure).submitted(by=unit("jinan")).do(Approve, by=KEEPER)
    assert story.state.stage is ArticleStage.APPROVED


def test_a_written_case_names_the_reviewer_or_means_the_one_due() -> None:
    story = ArticleStory().submitted(unit="jinan")
    assert code(story.refused(Approve, level=Reviewer.CENTRE)) == "article_other_reviewer_first"
    story.do(Approve).do(Approve, level=Reviewer.CENTRE)
    assert story.state.stage is ArticleStage.APPROVED


def test_a_unit_that_names_nobody_means_itself_and_may_name_no_other() -> None:
    assert ArticleStory().submitted(by=unit("jinan")).state.unit == "jinan"
    refusal = ArticleStory().refused(Submit, by=unit("jinan"), title="t", text="x", unit="zibo")
    assert refusal is not None
    assert (refusal.code, refusal.accepts) == ("out_of_scope", ("jinan",))
    assert code(ArticleStory().refused(Submit, by=unit("jinan", "zibo"), title="t", text="x")) == "out_of_scope"


def test_a_division_writes_its_own_knowledge_and_that_of_its_units() -> None:
    own = ArticleStory().submitted(by=division("luzhong"))
    assert (own.state.unit, own.state.division) == (None, "luzhong")
    assert ArticleStory().submitted(by=division("luzhong"), unit="jinan").state.division == "luzhong"
    refused = ArticleStory().refused(Submit, by=division("luzhong"), title="t", text="x", unit="dezhou")
    assert code(refused) == "out_of_scope"


def test_nobody_makes_anothers_article_their_own() -> None:
    story = ArticleStory().published(unit=None)
    taken = story.refused(Submit, "11-21 10:00", unit("jinan"), title="t", text="x", unit="jinan")
    assert code(taken) == "out_of_scope"


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"title": "  "}, "knowledge_without_title"),
        ({"text": "\n"}, "knowledge_without_text"),
        ({"unit": "atlantis"}, "knowledge_unit_unknown"),
        ({"division": "atlantis"}, "division_unknown"),
        ({"expires_at": at("11-20 10:00")}, "article_expires_too_early"),
    ],
)
def test_what_is_incomplete_or_unknown_is_not_handed_in(more: dict[str, object], refused: str) -> None:
    refusal = ArticleStory().refused(Submit, **({"title": "t", "text": "x"} | more))
    assert refusal is not None
    assert refusal.code == refused
    assert refusal.clause
    assert refusal.rule


def test_a_draft_is_kept_without_a_word_and_may_be_half_written() -> None:
    story = ArticleStory().do(SaveDraft, by=unit("jinan"), title="停气")
    story.do(SaveDraft, "11-20 11:00", unit("jinan"), title="停气答复口径", text="先查通知。")
    assert (story.names(), story.state.stage, story.state.edition) == ([], ArticleStage.DRAFT, 1)
    story.submitted("11-20 12:00", unit("jinan"), title="停气答复口径")
    assert (story.state.unit, story.state.stage) == ("jinan", ArticleStage.SUBMITTED)


def test_what_waits_for_review_or_publication_is_not_rewritten() -> None:
    story = ArticleStory().submitted()
    refusal = story.refused(SaveDraft, by=KEEPER, title="t")
    assert refusal is not None
    assert (refusal.code, refusal.accepts) == ("article_wrong_stage", ("draft", "rejected", "published", "expired"))
    story.do(Approve)
    assert code(story.refused(Submit, by=KEEPER, title="t", text="x")) == "article_wrong_stage"


def test_a_rejected_article_keeps_the_reason_until_it_passes_and_starts_its_reviews_anew() -> None:
    story = ArticleStory().submitted(by=unit("jinan")).do(Approve, by=division("luzhong"))
    assert code(story.refused(Reject, by=KEEPER, reason=" ")) == "knowledge_without_reason"
    story.do(Reject, by=KEEPER, reason="缺少收费标准")
    assert story.names()[-1] == "article.rejected"
    story.submitted("11-20 15:00", unit("jinan"))
    assert (story.state.rejection, story.state.division_approved, story.state.edition) == ("缺少收费标准", False, 1)
    story.do(Approve, by=division("luzhong")).do(Approve, by=KEEPER)
    assert story.state.rejection is None


def test_readers_are_told_the_old_edition_until_the_new_one_is_published() -> None:
    story = ArticleStory().published(text="旧的答复")
    story.submitted("11-21 10:00", text="新的答复")
    assert story.state.in_force is not None
    assert (story.state.in_force.wording.text, story.state.wording.text) == ("旧的答复", "新的答复")
    assert (story.state.in_force.number, story.state.edition) == (1, 2)
    story.do(Approve, "11-21 11:00").do(Publish, "11-21 12:00")
    assert story.state.in_force.number == 2
    assert story.state.in_force.wording.text == "新的答复"


def test_it_goes_out_on_the_named_channels_and_no_unknown_one() -> None:
    story = ArticleStory().submitted().do(Approve)
    refusal = story.refused(Publish, channels=("web", "fax"))
    assert refusal is not None
    assert (refusal.code, refusal.rule, refusal.params["words"]) == ("channel_unknown", "R004-148", "fax")
    story.do(Publish, channels=("web",))
    assert story.state.in_force is not None
    assert story.state.in_force.channels == ("web",)


def test_nothing_is_published_unreviewed() -> None:
    refusal = ArticleStory().submitted().refused(Publish)
    assert refusal is not None
    assert (refusal.code, refusal.clause, refusal.rule) == ("article_wrong_stage", "第十八条(三)", "R004-147")
    assert refusal.params["stage"] is ArticleStage.SUBMITTED


def test_the_periodic_review_is_due_by_the_file_and_counts_anew_when_confirmed() -> None:
    story = ArticleStory().published("11-20 10:00")
    assert story.state.in_force is not None
    first = GAS.calendar.add(at("11-20 10:00"), GAS.knowledge.review_every.value)
    assert story.state.in_force.review_due == first
    story.do(ConfirmReview, "12-01 10:00", KEEPER)
    assert story.state.in_force.review_due == GAS.calendar.add(at("12-01 10:00"), GAS.knowledge.review_every.value)
    assert story.state.in_force.reviewed_at == at("12-01 10:00")


def test_a_division_confirms_only_its_own() -> None:
    story = ArticleStory().published(unit=None, division="luzhong")
    assert code(story.refused(ConfirmReview, "12-01 10:00", division("lubei"))) == "out_of_scope"
    story.do(ConfirmReview, "12-01 10:00", division("luzhong"))


def test_readers_words_are_kept_with_their_edition_and_dealt_with_by_the_next() -> None:
    story = ArticleStory().published().do(GiveFeedback, by=AGENT, text="没有写收费标准")
    assert [(said.by, said.edition, said.text) for said in story.state.feedback] == [("agent-01", 1, "没有写收费标准")]
    assert story.state.open_feedback == 1
    story.published("11-21 10:00", text="带身份证，不收费。")
    assert (story.state.open_feedback, len(story.state.feedback)) == (0, 1)


def test_a_confirmed_review_deals_with_feedback_too() -> None:
    story = ArticleStory().published().do(GiveFeedback, by=AGENT, text="?").do(ConfirmReview, by=KEEPER)
    assert story.state.open_feedback == 0


def test_only_so_many_words_of_readers_are_kept() -> None:
    story = ArticleStory().published()
    for number in range(MOST_FEEDBACK + 3):
        story.do(GiveFeedback, by=AGENT, text=str(number))
    assert len(story.state.feedback) == MOST_FEEDBACK
    assert story.state.feedback[-1].text == str(MOST_FEEDBACK + 2)


def test_feedback_needs_words_and_something_in_force() -> None:
    assert code(ArticleStory().published().refused(GiveFeedback, by=AGENT, text="  ")) == "knowledge_without_text"
    assert code(ArticleStory().submitted().refused(GiveFeedback, by=AGENT, text="x")) == "article_wrong_stage"


def test_by_hand_an_article_ends_with_its_next_edition() -> None:
    story = ArticleStory().published().submitted("11-21 10:00").do(Expire, "11-21 11:00", KEEPER, reason="作废")
    assert (story.state.stage, story.state.in_force) == (ArticleStage.EXPIRED, None)
    assert code(story.refused(Expire, "11-21 12:00", KEEPER)) == "article_wrong_stage"
    story.published("11-22 10:00")
    assert story.state.edition == 3


def test_by_date_an_article_ends_at_that_moment() -> None:
    story = ArticleStory().published(expires_at=at("11-25 00:00"))
    assert story.state.wake_at == at("11-25 00:00")
    story.woken("11-25 00:01")
    assert story.names()[-1] == "article.expired"
    assert story.said[-1].at == at("11-25 00:00")
    assert (story.state.stage, story.state.wake_at) == (ArticleStage.EXPIRED, None)


def test_by_date_only_the_edition_ends_while_its_successor_is_reviewed() -> None:
    story = ArticleStory().published(expires_at=at("11-25 00:00")).submitted("11-24 10:00")
    said = story.names()
    story.woken("11-25 00:00")
    assert (story.state.in_force, story.state.stage, story.names()) == (None, ArticleStage.SUBMITTED, said)


def test_what_expired_during_review_is_not_published() -> None:
    story = ArticleStory().submitted(expires_at=at("11-20 12:00")).do(Approve, "11-20 11:00")
    assert code(story.refused(Publish, "11-20 12:00")) == "article_expires_too_early"


def test_an_article_that_is_not_there_is_unknown_to_every_step() -> None:
    for model, more in ((Approve, {}), (Reject, {"reason": "r"}), (Publish, {}), (Expire, {}), (ConfirmReview, {})):
        assert code(ArticleStory().refused(model, **more)) == "unknown_article"
