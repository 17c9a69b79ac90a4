"""Requests about one matter find each other by their words and places, each knowing only those before it."""

import json
from array import array
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.pairs import Pairs, Placed, judge
from bench.requests import Inventor
from hotline.matters_cli import Matters, read_line
from services.intake.matters.places import NOWHERE
from services.intake.matters.postings import Postings
from services.intake.matters.weighing import Alikeness, Signature
from services.intake.matters.window import MOST_NEAR, MatterWindow
from services.intake.matters.words import Lexicon

WRITTEN = Path(__file__).parents[2] / "data" / "matters.jsonl"
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
DAY = timedelta(days=1)

OUTAGE = "泉景雅园小区停气两天，灶具打不着火，请尽快恢复供气"
AGAIN = "泉景雅园停气好几天了，什么时候恢复供气"
ELSEWHERE = "阳光花园小区停气两天，灶具打不着火，请尽快恢复供气"
OTHER = "营业厅排队太长，建议多开两个窗口"


class Desk:
    """A window that says where each request went."""

    def __init__(self, alikeness: Alikeness | None = None) -> None:
        self.window = MatterWindow(alikeness or Alikeness())
        self.lexicon = Lexicon()

    def place(self, id_: str, text: str, after: timedelta = timedelta(0), barred: tuple[str, ...] = ()) -> str:
        signature, match = self.window.nearest(self.lexicon.read("", text), NOON + after, barred)
        matter = match.matter if match else id_
        self.window.add(id_, NOON + after, matter, self.window.new_to(matter, signature))
        return matter


def written(alikeness: Alikeness | None = None) -> list[Placed]:
    placing = Matters(alikeness or Alikeness())
    lines = enumerate(WRITTEN.read_bytes().splitlines(), 1)
    messages = [(read_line(number, line), line) for number, line in lines]
    return [Placed(message.at, placing(message), label_in(line)) for message, line in messages]


def label_in(line: bytes) -> str | None:
    label: str | None = json.loads(line).get("matter")
    return label


def test_paraphrases_come_together_and_the_same_complaint_about_another_place_stays_apart() -> None:
    pairs = judge(written(), timedelta(days=30))
    assert pairs.strict_precision >= 0.98
    assert pairs.recall >= 0.95


@pytest.mark.parametrize("share", [0.22, 0.26, 0.3])
def test_the_share_stands_on_no_edge(share: float) -> None:
    pairs = judge(written(Alikeness(share=share)), timedelta(days=30))
    assert pairs.strict_precision >= 0.95
    assert pairs.recall >= 0.95


def test_without_weighing_places_the_same_complaint_elsewhere_would_be_joined() -> None:
    pairs = judge(written(Alikeness(elsewhere=1.0, unplaced=1.0)), timedelta(days=30))
    assert pairs.strict_precision < 0.9


def test_a_repeat_is_put_to_the_first_requests_matter() -> None:
    desk = Desk()
    assert [desk.place("a", OUTAGE), desk.place("b", OTHER), desk.place("c", AGAIN, DAY)] == ["a", "b", "a"]


def test_the_same_words_about_another_estate_are_another_matter() -> None:
    desk = Desk()
    assert [desk.place("a", OUTAGE), desk.place("b", ELSEWHERE)] == ["a", "b"]


def test_a_matter_rolls_on_from_request_to_request_but_not_over_a_longer_silence() -> None:
    desk = Desk()
    placed = [desk.place(str(day), OUTAGE, day * DAY) for day in (0, 30, 60, 91)]
    assert placed == ["0", "0", "0", "91"]


def test_what_left_the_window_is_forgotten() -> None:
    desk = Desk()
    for number in range(5):
        desk.place(str(number), f"{OUTAGE}，第{number}次", number * DAY)
    assert len(desk.window) == 5
    desk.window.forget(NOON + 32 * DAY)
    assert len(desk.window) == 3
    assert [desk.window.matter_of(str(number)) for number in range(3)] == [None, None, "0"]


def test_a_barred_matter_is_passed_over() -> None:
    desk = Desk()
    desk.place("a", OUTAGE)
    assert desk.place("b", AGAIN, barred=("a",)) == "b"


def test_after_a_clerk_moved_a_request_later_ones_follow_it() -> None:
    desk = Desk()
    desk.place("a", OUTAGE)
    desk.window.assign("a", "confirmed")
    assert desk.window.matter_of("a") == "confirmed"
    assert desk.place("b", AGAIN) == "confirmed"


def test_a_move_of_what_is_not_remembered_changes_nothing() -> None:
    desk = Desk()
    desk.window.assign("long gone", "x")
    assert desk.window.matter_of("long gone") is None


def test_an_outbreak_does_not_make_its_own_words_worthless() -> None:
    desk = Desk()
    for number in range(200):
        assert desk.place(str(number), f"{OUTAGE}，我家是{number}号楼", timedelta(minutes=number)) == "0"
    assert desk.place("late", AGAIN, DAY) == "0"


def test_in_a_burst_only_the_likest_are_looked_at() -> None:
    desk = Desk()
    for number in range(MOST_NEAR * 3):
        desk.place(str(number), OUTAGE)
    signature, match = desk.window.nearest(desk.lexicon.read("", OUTAGE), NOON)
    assert match is not None
    assert match.likeness == pytest.approx(1)
    assert len(signature.numbers) > 5


@pytest.mark.parametrize("text", ["", "？？！", "\n"])
def test_a_request_without_words_is_a_matter_of_its_own(text: str) -> None:
    desk = Desk()
    desk.place("a", OUTAGE)
    assert desk.place("b", text) == "b"
    assert desk.place("c", text) == "c"


def test_a_request_that_comes_late_is_compared_with_both_sides() -> None:
    desk = Desk()
    desk.place("a", OUTAGE, 10 * DAY)
    assert desk.place("b", AGAIN, 5 * DAY) == "a"


def test_a_signature_survives_being_packed_and_tells_no_words() -> None:
    lexicon = Lexicon(b"key")
    window = MatterWindow(Alikeness())
    signature, _ = window.nearest(lexicon.read("停气", f"历下区{OUTAGE}"), NOON)
    signature = window.new_to("m", signature)
    packed = signature.packed()
    assert Signature.unpacked(packed) == signature
    assert not any(word in packed for word in ("泉景", "停气", "历下"))
    assert Signature.unpacked("9." + packed.partition(".")[2]) is None


def test_another_key_gives_other_numbers() -> None:
    plain, keyed = (set(Lexicon(key).read("", OUTAGE).numbers) for key in (b"", b"secret"))
    assert not plain & keyed


def test_a_window_built_again_from_signatures_decides_alike() -> None:
    texts = (OUTAGE, OTHER, AGAIN, ELSEWHERE, "灶具打不着火，请派人来修", "营业厅窗口太少，排队一个小时")
    first, again = Desk(), MatterWindow(Alikeness())
    for number, text in enumerate(texts):
        signature, match = first.window.nearest(first.lexicon.read("", text), NOON)
        matter = match.matter if match else str(number)
        signature = first.window.new_to(matter, signature)
        first.window.add(str(number), NOON, matter, signature)
        unpacked = Signature.unpacked(signature.packed())
        assert unpacked is not None
        again.add(str(number), NOON, matter, unpacked)
    said = first.lexicon.read("", "泉景雅园又停气了，灶具没有火")
    assert again.nearest(said, NOON)[1] == first.window.nearest(said, NOON)[1]


def test_postings_score_as_the_plain_product_would() -> None:
    postings = Postings()
    postings.add(7, array("I", [1, 2]), array("f", [0.6, 0.8]))
    postings.add(8, array("I", [2, 3]), array("f", [0.8, 0.6]))
    slots, cosines = postings.alike(array("I", [1, 2]), array("f", [0.6, 0.8]), range(7, 9), 0.5)
    assert dict(zip(slots.tolist(), cosines.tolist(), strict=True)) == pytest.approx({7: 1.0, 8: 0.64})
    slots, _ = postings.alike(array("I", [1, 2]), array("f", [0.6, 0.8]), range(8, 9), 0.5)
    assert slots.tolist() == [8]


def test_forgotten_slots_leave_the_postings() -> None:
    postings = Postings()
    for slot in range(10):
        postings.add(slot, array("I", [slot, 99]), array("f", [0.6, 0.8]))
    postings.forget(range(8, 10))
    assert postings.words == 3


def test_nothing_known_gives_nothing() -> None:
    desk = Desk()
    assert desk.window.nearest(desk.lexicon.read("", OUTAGE), NOON)[1] is None
    assert desk.window.last_matter() is None
    assert desk.lexicon.read("", "没有").places is NOWHERE


def test_pairs_are_counted_within_the_window_and_strangers_apart() -> None:
    def at(day: int, found: str, label: str | None) -> Placed:
        return Placed(NOON + day * DAY, found, label)

    requests = [at(0, "x", "m"), at(1, "x", "m"), at(2, "y", "m"), at(3, "x", None), at(4, "x", "n"), at(90, "x", "m")]
    assert judge(requests, 30 * DAY) == Pairs(right=1, wrong=2, missed=2, strangers=3)
    assert judge(requests, 30 * DAY, "n") == Pairs(right=0, wrong=2, missed=0, strangers=1)


POLITE = "你好，我住在槐荫区绿地小区6号楼3单元1102，{}，麻烦尽快派师傅上门处理，谢谢"
COMPLAINTS = (
    "我要投诉，{}，请尽快处理并答复",
    ("收费对不上账", "装表拖了三个月", "客服说话难听", "停气没人告诉一声", "抄表员乱报数"),
)


def crowded(others: int) -> Desk:
    """A desk that has placed so many requests about all sorts of things."""
    desk, inventor = Desk(), Inventor(7)
    for number in range(others):
        request = inventor.request()
        desk.place(f"other{number}", request.subject + request.text)
    return desk


@pytest.mark.parametrize("others", [0, 400])
def test_two_demands_of_one_flat_in_the_same_polite_words_are_two(others: int) -> None:
    desk = crowded(others)
    asked = ("灶具点火没反应", "热水器往外滴水", "报警器一直响")
    matters = [desk.place(said, POLITE.format(said)) for said in asked]
    assert matters == list(asked)
    assert desk.place("again", POLITE.format("灶具还是点火没反应"), DAY) == asked[0]


@pytest.mark.parametrize("others", [0, 400])
def test_complaints_in_the_same_phrases_about_different_things_are_no_cluster(others: int) -> None:
    desk, (phrase, about) = crowded(others), COMPLAINTS
    assert [desk.place(each, phrase.format(each)) for each in about] == list(about)
