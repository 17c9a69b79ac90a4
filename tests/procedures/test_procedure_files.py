"""A procedure file that does not hold is refused with its line and what would be right."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from procedures.faults import FileError
from procedures.loader import DATA, UnknownProcedureError, load, load_all, record
from tests.utilities import SMALL

GAS = DATA / "kunlun-gas-956100" / "2011-01-01.yaml"
TEXT = GAS.read_text(encoding="utf-8")


def written(tmp_path: Path, replace: str, by: str, text: str = TEXT) -> tuple[Path, int]:
    """A copy with one thing changed, and the line on which it stands."""
    assert replace in text, f"{replace!r} is not in the gas file any more"
    path = tmp_path / "data" / "kunlun-gas-956100" / "2011-01-01.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace(replace, by, 1), encoding="utf-8")
    return path, text[: text.index(replace)].count("\n") + 1


def refused(path: Path) -> FileError:
    with pytest.raises(FileError) as found:
        load(path, None)
    return found.value


FAULT_CONTACT = "{clock: contact, within: 2 hours, source: 第十四条(四)"

WRONG = [
    (FAULT_CONTACT, "{clock: contact, within: 2h, source: 第十四条(四)", "duration", "3 working days"),
    (FAULT_CONTACT, "{clock: contact, within: 1:30, source: 第十四条(四)", "duration", "2 hours"),
    (FAULT_CONTACT, "{clock: contact, within: 90, source: 第十四条(四)", "duration", "5 minutes"),
    (FAULT_CONTACT, "{clock: contct, within: 2 hours, source: 第十四条(四)", "unknown_word", "contact"),
    (FAULT_CONTACT, "{clock: contact, witin: 2 hours, source: 第十四条(四)", "unknown_word", "within"),
    ("rule: R004-060}", "rule: 4-60}", "pattern", "R004-062"),
    ("working_days: {value: same_time", "working_days: {value: sometimes", "unknown_word", "end_of_day"),
    ("warn_at: {value: 0.8", "warn_at: {value: 1.5", "out_of_bounds", "≤ 1"),
    ("past_share: {value: 1/2", "past_share: {value: half", "type_fraction_parsing", None),
    ("grade: 3, reading", "grade: 4, reading", "unknown_grade", "1-3"),
    ("strong_any_time: {value: true", "strong_any_time: {value: yes", "type_bool_type", None),
    ("at_most: {value: 2,", "at_most: {value: two,", "type_int_parsing", None),
    ('hotline: "956100"', "hotline: 956100", "type_string_type", None),
    ("closed: []", "closed: [2027-02-31]", "type_date_from_datetime_parsing", None),
    ('periods: ["08:30-17:30"]', 'periods: ["8 am"]', "period", "08:30-12:00"),
    ('begins: "21:00"', 'begins: "9 pm"', "type_time_parsing", None),
    ("timezone: Asia/Shanghai", "timezone: Asia/Jinan", "unknown_word", "Asia/Shanghai"),
    ("{role: agent,", "{role: boss,", "unknown_word", "supervisor"),
    ("areas: [zibo]", "areas: [jinan]", "area_served_twice", None),
    ("{id: zibo,", "{id: jinan,", "named_twice", None),
    ("to: hq-market", "to: hq-sales", "unknown_word", "hq-market"),
    ("{script: meter-battery", "{script: meter-batery", "unknown_word", "meter-battery"),
    ("utility: kunlun-gas-956100", "utility: kunlun", "wrong_folder", "kunlun-gas-956100"),
    ("effective: 2011-01-01", "effective: 2026-02-01", "wrong_file_name", "2026-02-01.yaml"),
    ("complaint/3, fault", "complain, fault", "unknown_word", "complaint/3"),
    ("when: {flag: lawsuit}", "when: {flag: lawsiut}", "unknown_word", "lawsuit"),
    ("starts: [ticket.phone_notified,", "starts: [ticket.phone_notifid,", "unknown_word", "ticket.phone_notified"),
    ("window: {value: sign,", "window: {value: sing,", "unknown_word", "sign"),
]


@pytest.mark.parametrize(("replace", "by", "code", "accepts"), WRONG, ids=[by.strip() for _, by, _, _ in WRONG])
def test_a_wrong_word_or_number_is_named_with_its_line_and_what_is_accepted(
    tmp_path: Path, replace: str, by: str, code: str, accepts: str | None
) -> None:
    path, line = written(tmp_path, replace, by)
    found = next(each for each in refused(path).all() if each.fault.code == code)
    assert (found.file, found.line) == (str(path), line)
    assert accepts is None or accepts in found.accepts
    assert str(found).startswith(f"{path}:{line}: ")
    assert found.told("zh") != found.told("en")


@pytest.mark.parametrize("by", ["", "per: day, within: 7 days, "])
def test_a_group_is_counted_by_a_period_or_within_a_time_and_never_by_both(tmp_path: Path, by: str) -> None:
    telecom = (SMALL / "telecom" / "2026-01-01.yaml").read_text(encoding="utf-8")
    (tmp_path / "telecom").mkdir()
    path = tmp_path / "telecom" / "2026-01-01.yaml"
    path.write_text(telecom.replace("per: day, ", by, 1), encoding="utf-8")
    assert [each.fault.code for each in refused(path).all()] == ["per_or_within"]


WARNS, SEASONS, FIELDS = "warns: [{at: 1/2, to: unit}, {at: 0.8,", "  seasons: [", "fields:\n"
SATURDAYS = "{weekdays: saturday, periods: [08:00-12:00]}"
SEALED = "  sealed: {names: {zh: 证件, en: identity}, personal: true}\n"
KIND = "  kind: {names: {zh: 表型, en: kind}, kind: choice, choices: {old: {zh: 旧, en: old}}}\n"
LIMIT = "promises: [{clock: settle, when: {field: {%s}}, within: 1 day, source: 第七条}]\n"
REPLY = "    limits: [{clock: settle, within: 10"

WATER = [
    (WARNS, "warns: [{at: 0.8, to: unit}, {at: 1/2,", "warning_not_later"),
    (WARNS, "warns: [{at: 1/2, to: unit}, {at: 0.5,", "warning_not_later"),
    (SEASONS, f"  days: [{SATURDAYS}, {SATURDAYS}]\n{SEASONS}", "named_twice"),
    (REPLY, f"    reply: {{parts: {{value: [sealed], source: 第八条}}}}\n{REPLY}", "unknown_word"),
    (FIELDS, f"{LIMIT % 'kind: new'}{FIELDS}{KIND}", "unknown_word"),
    (FIELDS, f"{LIMIT % 'sealed: known'}{FIELDS}", "unknown_word"),
]


@pytest.mark.parametrize(("replace", "by", "code"), WATER)
def test_what_cannot_be_meant_is_a_fault(tmp_path: Path, replace: str, by: str, code: str) -> None:
    water = (SMALL / "water" / "2026-01-01.yaml").read_text(encoding="utf-8").replace(FIELDS, FIELDS + SEALED, 1)
    assert replace in water
    (tmp_path / "water").mkdir()
    path = tmp_path / "water" / "2026-01-01.yaml"
    path.write_text(water.replace(replace, by, 1), encoding="utf-8")
    assert [each.fault.code for each in refused(path).all()] == [code]


LINES = TEXT.splitlines(keepends=True)
SIGN_FOR_ALL = next(line for line in LINES if "clock: sign, within: 1 working day" in line)

MISSING = [
    ("      - {clock: reply, within: 3 working days, source: 第十四条(四), rule: R004-062}\n", "no_limit"),
    (next(line for line in LINES if "when: {grade: 2, reading" in line), "grade_without_limit"),
    ("  attempts: {value: 3, source: 第十四条(九), rule: R004-099}\n", "missing"),
    ("    - {clock: notice, within: 5 minutes, source: 第十八条(四), rule: R004-150}\n", "no_limit"),
    (SIGN_FOR_ALL, "no_limit"),
    (", praise]", "unranked"),
]


@pytest.mark.parametrize(("left_out", "code"), MISSING, ids=[code for _, code in MISSING])
def test_an_incomplete_file_says_what_is_missing_and_how_it_is_written(
    tmp_path: Path, left_out: str, code: str
) -> None:
    path, _ = written(tmp_path, left_out, "]" if left_out.endswith("]") else "")
    found = [each for each in refused(path).all() if each.fault.code == code]
    assert found
    assert all(each.accepts for each in found)


def test_a_type_that_the_order_ranks_and_nothing_describes_is_missed(tmp_path: Path) -> None:
    begin, end = TEXT.index("  praise:\n"), TEXT.index("# ── 对社会公开的承诺")
    path, _ = written(tmp_path, TEXT[begin:end], "")
    assert [(each.fault.path[0], each.fault.params["value"]) for each in refused(path).all()] == [("rank", "'praise'")]


def test_a_row_that_says_the_same_twice_or_both_ways_is_a_contradiction(tmp_path: Path) -> None:
    row = "      - {clock: dispatch, within: 20 minutes, source: 第十四条(八), rule: R004-088}\n"
    doubled, line = written(tmp_path, row, row + row.replace("20 minutes", "30 minutes"))
    assert [(each.fault.code, each.line) for each in refused(doubled).all()] == [("second_limit", line + 1)]
    both, _ = written(tmp_path, row, row + row.replace("dispatch", "reply"))
    assert [each.fault.code for each in refused(both).all()] == ["limited_and_unlimited"]


def test_a_day_cannot_be_both_closed_and_open(tmp_path: Path) -> None:
    path, line = written(tmp_path, "closed: []", "closed: [2027-02-14]")
    path, _ = written(tmp_path, "open: [] ", "open: [2027-02-14] ", path.read_text(encoding="utf-8"))
    (found,) = refused(path).all()
    assert (found.fault.code, found.line) == ("closed_and_open", line + 1)


def test_every_fault_of_a_file_is_told_at_once_in_order_of_lines(tmp_path: Path) -> None:
    path, _ = written(tmp_path, "rule: R004-043", "rule: 4-43")
    path, _ = written(tmp_path, FAULT_CONTACT, FAULT_CONTACT.replace("2 hours", "2h"), path.read_text(encoding="utf-8"))
    found = refused(path).all()
    assert [each.fault.code for each in found] == ["pattern", "duration"]
    assert [each.line for each in found] == sorted(each.line for each in found)


@pytest.mark.parametrize(
    ("replace", "by", "code"),
    [
        ('hotline: "956100"', 'utility: "956100"', "key_twice"),
        ("readings:\n", "readings: [\n", "unclosed"),
        ("names: {zh:", "names: {zh: \x07", "yaml"),
    ],
)
def test_broken_yaml_says_where_reading_stopped(tmp_path: Path, replace: str, by: str, code: str) -> None:
    path, line = written(tmp_path, replace, by)
    found = refused(path)
    assert found.fault.code == code
    assert found.line >= line


@pytest.mark.parametrize(
    ("content", "code"), [(b"- a\n- b\n", "not_a_procedure"), (b"", "not_a_procedure"), (b"\xff\xfe\x00", "not_utf8")]
)
def test_a_file_that_is_no_procedure_at_all_says_so(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes(content)
    assert refused(path).fault.code == code


def test_a_file_edited_after_its_release_does_not_load_and_an_untouched_one_does(tmp_path: Path) -> None:
    path, _ = written(tmp_path, "attempts: {value: 3", "attempts: {value: 3")
    released = tmp_path / "released.toml"
    record(path, released)
    assert load(path, released).ref == "kunlun-gas-956100@2011-01-01"
    path, _ = written(tmp_path, "attempts: {value: 3", "attempts: {value: 4")
    with pytest.raises(FileError) as found:
        load(path, released)
    assert found.value.fault.code == "edited"
    with pytest.raises(FileError):
        load_all(path.parent.parent, released)


def test_line_ends_of_another_system_are_no_edit(tmp_path: Path) -> None:
    path, _ = written(tmp_path, "attempts: {value: 3", "attempts: {value: 3")
    released = tmp_path / "released.toml"
    record(path, released)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(path, released)


def test_the_procedure_in_force_is_the_newest_whose_day_has_begun_there(tmp_path: Path) -> None:
    first, _ = written(tmp_path, "attempts: {value: 3", "attempts: {value: 3")
    (first.parent / "2027-01-01.yaml").write_text(
        TEXT.replace("effective: 2011-01-01", "effective: 2027-01-01"), encoding="utf-8"
    )
    loaded = load_all(first.parent.parent, tmp_path / "none.toml")
    eve = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)
    assert loaded.in_force("kunlun-gas-956100", eve).ref == "kunlun-gas-956100@2011-01-01"
    midnight = datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert loaded.in_force("kunlun-gas-956100", midnight).ref == "kunlun-gas-956100@2027-01-01"
    assert loaded.get("kunlun-gas-956100@2011-01-01") is loaded.in_force("kunlun-gas-956100", eve)
    with pytest.raises(UnknownProcedureError, match="in force"):
        loaded.in_force("kunlun-gas-956100", datetime(2010, 12, 31, tzinfo=UTC))
    with pytest.raises(UnknownProcedureError, match="known: kunlun-gas-956100@2011-01-01"):
        loaded.get("kunlun-gas-956100@2025-01-01")


def test_two_utilities_cannot_share_a_hotline_number(tmp_path: Path) -> None:
    first, _ = written(tmp_path, "attempts: {value: 3", "attempts: {value: 3")
    other = first.parent.parent / "other-gas" / first.name
    other.parent.mkdir()
    other.write_text(TEXT.replace("utility: kunlun-gas-956100", "utility: other-gas"), encoding="utf-8")
    with pytest.raises(FileError) as found:
        load_all(first.parent.parent, tmp_path / "none.toml")
    assert found.value.fault.code == "hotline_taken"
