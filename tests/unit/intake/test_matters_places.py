"""Names of places are found by what follows them, and only different places of one kind set two requests apart."""

import pytest

from services.intake.matters.places import NOWHERE, Kind, Places, Relation, places_of, relation


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("历下区泉景雅园小区没气", Kind.HOME, "泉景雅"),
        ("泉景雅园3号楼", Kind.HOME, "泉景雅"),
        ("我住在阳光花园", Kind.HOME, "阳光"),
        ("经十路挖沟", Kind.ROAD, "经十"),
        ("和平大街路面不平", Kind.ROAD, "和平"),
        ("建设路没有恢复", Kind.ROAD, "建设"),
        ("舜耕街道的居民", Kind.TOWN, "舜耕"),
        ("济南市的用户", Kind.CITY, "济南"),
        ("A市B3区某小区", Kind.DISTRICT, "B3区"),
        ("燕山中学门口", Kind.SCHOOL, "燕山"),
    ],
)
def test_a_place_is_found_by_what_it_is_called(text: str, kind: Kind, name: str) -> None:
    assert name[-2:] in places_of(text)[kind] or name in places_of(text)[kind]


@pytest.mark.parametrize(
    "text",
    [
        "我们小区没有气",
        "路灯不亮，马路上全是坑",
        "向市政府投诉小区物业",
        "超市旁边的公园",
        "请问附近的小区",
        "营业厅下班太早",
        "道路施工影响居民区",
        "",
    ],
)
def test_words_that_only_sound_like_places_are_none(text: str) -> None:
    assert places_of(text) == {}


def named(text: str) -> Places:
    return {kind: frozenset(map(hash, names)) for kind, names in places_of(text).items()}


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        ("泉景雅园停气", "阳光花园停气", Relation.APART),
        ("泉景雅园停气", "历下区泉景雅园小区停气", Relation.ALIKE),
        ("泉景雅园停气", "停气了", Relation.OPEN),
        ("泉景雅园停气", "历下区停气了", Relation.OPEN),
        ("停气了", "停气", Relation.ALIKE),
        ("历下区停气", "停气", Relation.ALIKE),
        ("泉景雅园停气", "经十路停气", Relation.OPEN),
        ("经十路的泉景雅园停气", "经十路停气", Relation.ALIKE),
        ("舜耕街道停气", "燕山街道停气", Relation.APART),
        ("济南市停气", "青岛市停气", Relation.APART),
        ("济南市泉景雅园停气", "青岛市泉景雅园停气", Relation.ALIKE),
    ],
)
def test_only_different_places_of_one_kind_are_apart(one: str, other: str, says: Relation) -> None:
    assert relation(named(one), named(other)) is says
    assert relation(named(other), named(one)) is says


def test_who_names_no_place_is_apart_from_nobody() -> None:
    assert relation(NOWHERE, named("泉景雅园")) is Relation.OPEN
