"""The unit's reply order (回单), 第十五条(一)4 and (三)2."""

from typing import Any

import pytest

from contracts.refusal import Refusal
from contracts.ticket import Attachment, Demand, TicketReplied
from contracts.vocabulary import Stage
from hotline.cases.words import written_attachment
from tests.unit.routing.story import PROCEDURE, Story, with_sections

DONE = {"opinion": "valve replaced", "result": "done"}


def dispatched(ticket_type: str = "fault", **opened: Any) -> Story:
    story = Story(ticket_type, **opened)
    story.do("dispatch", unit="jinan")
    return story


def enclosed(media_type: str) -> Attachment:
    return Attachment(sha256="a" * 64, name="meter", media_type=media_type, size=1)


def last_reply(story: Story) -> TicketReplied:
    replied = story.said[-1]
    assert isinstance(replied, TicketReplied)
    return replied


def test_opinion_and_result_are_enough_for_a_fault() -> None:
    story = dispatched()
    assert story.do("reply", **DONE) == ["ticket.signed", "ticket.replied"]
    assert (story.order.stage, story.order.replied_at) == (Stage.REPLIED, story.now)


@pytest.mark.parametrize("missing", ["opinion", "result"])
def test_a_reply_without_opinion_or_result_is_refused(missing: str) -> None:
    refusal = dispatched().refused("reply", **{**DONE, missing: " "})
    assert (refusal.code, refusal.clause, refusal.rule) == ("order_reply_incomplete", "第十五条(一)4", "R004-113")
    assert refusal.accepts == (missing,)


def test_what_the_type_must_enclose_is_asked_for_when_enclosures_are_stated() -> None:
    story = dispatched(subtype="meter_replacement")
    for wrong in ((), (enclosed("application/pdf"),)):
        refusal = story.refused("reply", attachments=wrong, **DONE)
        assert (refusal.code, refusal.rule, refusal.accepts) == ("order_attachments_missing", "R004-112", ("photo",))
    story.do("reply", attachments=(enclosed("image/jpeg"),), **DONE)
    assert len(last_reply(story).attachments) == 1


def test_a_type_that_needs_no_enclosure_asks_for_none() -> None:
    assert dispatched(subtype="stove").do("reply", attachments=(), **DONE)


def test_a_complaints_reply_in_parts_has_all_five() -> None:
    story = dispatched("complaint", grade=3)
    parts = dict.fromkeys(("investigation", "verification", "supervision", "rectification"), "written")
    refusal = story.refused("reply", parts=parts | {"supervision": ""}, **DONE)
    assert (refusal.code, refusal.clause, refusal.rule) == ("order_reply_incomplete", "第十一条(七)", "R004-028")
    assert refusal.accepts == ("supervision",)
    story.do("reply", parts=parts, **DONE)
    assert last_reply(story).parts == parts


@pytest.mark.parametrize(
    ("part", "value", "code"),
    [
        ("meter", "123456789", "field_value"),
        ("meter", "12a", "field_value"),
        ("meter", "123456", None),
        ("weather", "fine", "field_unknown"),
        ("witness", "王女士", "field_unknown"),
    ],
)
def test_a_part_of_a_reply_is_one_of_the_procedures_fields_and_fits_it(part: str, value: str, code: str | None) -> None:
    own = {
        **PROCEDURE.model_dump(mode="json", include={"fields"})["fields"],
        "meter": {"names": {"zh": "表号", "en": "meter"}, "kind": "number", "most": 8},
        "witness": {"names": {"zh": "证人", "en": "witness"}, "personal": True},
    }
    story = Story(procedure=with_sections(fields=own))
    story.do("dispatch", unit="jinan")
    if code is None:
        assert story.do("reply", parts={part: value}, **DONE)
    else:
        assert story.refused("reply", parts={part: value}, **DONE).code == code


def test_a_complaints_reply_not_written_in_parts_is_accepted() -> None:
    assert dispatched("complaint", grade=3).do("reply", **DONE)


def test_every_demand_is_answered() -> None:
    demands = tuple(Demand(number=number, type="fault") for number in (1, 2))
    story = dispatched(demands=demands)
    for partial in ({"answers": "some"}, {"answered": (1,)}):
        refusal = story.refused("reply", **DONE, **partial)
        assert (refusal.code, refusal.clause, refusal.rule) == ("order_demands_unanswered", "第十五条(三)2", "R004-127")
    assert story.refused("reply", answered=(1,), **DONE).accepts == ("2",)
    assert story.do("reply", answered=(2, 1), **DONE)


def test_a_confidential_matters_result_is_private_whatever_the_unit_says() -> None:
    confidential, open_ = dispatched(flags=("confidential",)), dispatched()
    for story in (confidential, open_):
        story.do("reply", public=True, **DONE)
    assert (last_reply(confidential).public, last_reply(open_).public) == (False, True)


def test_there_is_one_reply_until_it_is_reviewed() -> None:
    story = dispatched()
    story.do("reply", **DONE)
    refusal = story.refused("reply", **DONE)
    assert (refusal.code, refusal.transient) == ("order_wrong_stage", False)


@pytest.mark.parametrize(("name", "suffices"), [("meter.jpg", True), ("photo", True), ("receipt.pdf", False)])
def test_a_written_case_only_names_what_is_enclosed(name: str, suffices: bool) -> None:
    outcome = dispatched(subtype="meter_replacement").attempt("reply", attachments=[written_attachment(name)], **DONE)
    assert isinstance(outcome, Refusal) is not suffices
