"""What agents type and what they find: Chinese as callers speak it, marked where it stands."""

from collections.abc import Iterator
from importlib.resources import files

import pytest
import yaml

from contracts.vocabulary import ArticleStage
from kit.store.port import Document
from services.knowledge.rules.commands import SaveDraft
from services.knowledge.search import words
from services.knowledge.search.entry import Entry, entries_of, touches
from services.knowledge.search.shelf import MOST_RANKED, Filing, Shelf
from services.knowledge.search.snippet import snippet
from tests.unit.knowledge.desk import ArticleStory

SAMPLES = yaml.safe_load(files("hotline.demo").joinpath("articles.yaml").read_text("utf-8"))


def entry(id_: str, title: str, text: str = "", keywords: tuple[str, ...] = ()) -> Entry:
    return Entry("article", id_, True, title, text, keywords)


def shelf_of(*entries: Entry) -> Shelf:
    shelf = Shelf()
    shelf.put([Filing.of(each) for each in entries])
    return shelf


@pytest.fixture(scope="module")
def shelf() -> Iterator[Shelf]:
    """The demonstration's articles, by title."""
    made = shelf_of(*(entry(each["title"], each["title"], each["text"], tuple(each["keywords"])) for each in SAMPLES))
    yield made
    made.close()


def titles(shelf: Shelf, question: str, limit: int = 10) -> list[str]:
    return [hit.entry.id for hit in shelf.find(words.asked(question), lambda _: True, limit)]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("厨房里有股臭鸡蛋味", "闻到燃气味（疑似泄漏）怎么办"),
        ("家里煤气漏了怎么办", "闻到燃气味（疑似泄漏）怎么办"),
        ("灶台打不着火", "灶具打不着火的自助排查"),
        ("燃气灶没反应", "灶具打不着火的自助排查"),
        ("燃气表黑屏了", "燃气表无显示、黑屏怎么处理"),
        ("ic卡表要换什么电池", "燃气表无显示、黑屏怎么处理"),
        ("买了二手房，燃气怎么过户", "居民用户过户需要哪些材料"),
        ("微信上怎么交燃气费", "燃气费的缴纳方式"),
        ("充值了没到账", "燃气费的缴纳方式"),
        ("为什么这个月气费这么贵", "阶梯气价各档如何计算"),
        ("第三档多少钱", "阶梯气价各档如何计算"),
        ("安检员什么时候来", "上门安检的内容、周期与预约"),
        ("搬家了剩下的气费能退吗", "报停、销户和退气费"),
        ("报销要开发票", "电子发票怎么开"),
        ("突然没气了", "计划停气、突发停气的答复口径"),
        ("热水器报e1", "燃气热水器不出热水、报E1故障代码"),
        ("Ｅ１", "燃气热水器不出热水、报E1故障代码"),
        ("老旧小区换管道要停几天", "济南市区旧小区燃气立管改造安排"),
    ],
)
def test_callers_words_find_the_article_first(shelf: Shelf, question: str, found: str) -> None:
    assert titles(shelf, question)[0] == found


@pytest.mark.parametrize("question", ["？！", "   ", "quantum chromodynamics", '" OR title : *', "NEAR(", "'; --"])
def test_nothing_is_found_by_marks_or_by_words_that_stand_nowhere(shelf: Shelf, question: str) -> None:
    assert titles(shelf, question) == []


def test_words_that_tell_nothing_count_only_where_there_are_no_others() -> None:
    assert words.asked("请问怎么过户") == ("过户",)
    assert words.asked("怎么办") == ("怎么", "怎么办")
    assert words.asked("How do I pay the bill") == ("PAY", "BILL")


def test_a_title_weighs_more_than_keywords_and_these_more_than_the_text() -> None:
    shelf = shelf_of(
        entry("text", "其他", "过户要带身份证"), entry("keywords", "其他", keywords=("过户",)), entry("title", "过户")
    )
    assert titles(shelf, "过户") == ["title", "keywords", "text"]


def test_english_is_found_in_any_of_its_forms() -> None:
    assert titles(shelf_of(entry("a", "Replacing meters"), entry("b", "Paying")), "replace a meter") == ["a"]


def test_words_do_not_run_across_two_keywords() -> None:
    assert titles(shelf_of(entry("a", "其他", keywords=("报停", "电表"))), "停电") == []


def test_an_entry_replaces_what_stood_under_its_id_and_can_be_taken_away() -> None:
    shelf = shelf_of(entry("a", "过户"))
    shelf.put([Filing.of(entry("a", "发票"))])
    assert (titles(shelf, "过户"), titles(shelf, "发票"), len(shelf)) == ([], ["a"], 1)
    shelf.remove("a")
    shelf.remove("a")
    assert (titles(shelf, "发票"), len(shelf)) == ([], 0)


def test_unwanted_entries_cost_none_of_the_wanted_their_place() -> None:
    shelf = shelf_of(*(entry(f"{n:03}", "停气", "停气" * (n % 7)) for n in range(200)))
    hits = shelf.find(words.asked("停气"), lambda each: each.id >= "190", 10)
    assert sorted(hit.entry.id for hit in hits) == [f"{n:03}" for n in range(190, 200)]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_of_very_common_terms_only_the_rarest_are_weighed() -> None:
    shelf = shelf_of(*(entry(str(n), "燃气" if n else "燃气阀门") for n in range(MOST_RANKED + 1)))
    assert titles(shelf, "燃气阀门") == ["0"]
    assert len(titles(shelf, "燃气", limit=3)) == 3


def test_the_best_part_of_the_text_is_shown_with_its_terms_marked() -> None:
    text = "甲" * 100 + "请关闭阀门，更换电池。" + "乙" * 100
    shown = snippet(text, words.asked("电池和阀门"))
    assert "请关闭<mark>阀门</mark>，更换<mark>电池</mark>。" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")


def test_markup_in_a_text_is_shown_as_text() -> None:
    assert snippet("<script>alert('停气')</script>", ("停气",)) == (
        "&lt;script&gt;alert(&#x27;<mark>停气</mark>&#x27;)&lt;/script&gt;"
    )


def test_terms_that_touch_are_marked_as_one_and_a_text_without_them_is_shown_from_its_beginning() -> None:
    assert snippet("更换燃气表电池", ("燃气", "表")) == "更换<mark>燃气表</mark>电池"
    assert snippet("甲乙丙", ("丁",)) == "甲乙丙"
    assert snippet("", ("丁",)) == ""
    assert snippet("甲" * 90, ()) == "甲" * 80 + "…"


@pytest.mark.parametrize(
    ("areas", "asked", "concerns"),
    [
        ((), "jinan", True),
        (("jinan",), None, True),
        (("jinan",), "jinan/lixia", True),
        (("jinan/lixia",), "jinan", True),
        (("jinan",), "jinan-east", False),
        (("zibo", "taian"), "jinan", False),
    ],
)
def test_what_holds_in_an_area_concerns_its_parts_and_what_it_is_part_of(
    areas: tuple[str, ...], asked: str | None, concerns: bool
) -> None:
    assert touches(areas, asked) is concerns


def test_a_published_article_is_filed_once_and_beside_it_the_edition_in_the_making() -> None:
    story = ArticleStory().published(text="旧的")
    assert [(each.in_force, each.text) for each in _entries(story)] == [(True, "旧的")]
    story.do(SaveDraft, "11-21 10:00", title="过户", text="新的")
    assert [(each.in_force, each.text, each.stage) for each in _entries(story)] == [
        (True, "旧的", ArticleStage.PUBLISHED),
        (False, "新的", ArticleStage.DRAFT),
    ]


def _entries(story: ArticleStory) -> list[Entry]:
    return list(entries_of(Document("art_1", "gas", 1, story.state)))
