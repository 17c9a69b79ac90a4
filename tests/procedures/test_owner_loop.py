"""The office that owns a procedure writes, checks, tries and compares it without a programmer, in its own language."""

import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from hotline.cli import app
from kit.clock import RealClock
from procedures.loader import DATA, load, record
from texts import LANGUAGES, Language, catalogue

GAS = DATA / "kunlun-gas-956100" / "2011-01-01.yaml"
TEXT = GAS.read_text("utf-8")
CASES = Path(__file__).parent / "kunlun-gas-956100"
WIDE = {"COLUMNS": "250"}

ANSWERS = {
    "zh": (
        "lixia-water-96110", "历下供水：96110 热线", "Lixia Water", "客户服务管理办法", "96110", "2027-01-01", "第三条",
        "fault 故障报修，complaint 投诉", "10 分钟", "3个工作日", "", "", "east 东区供水所", "lixia",
    ),
    "en": (
        "lixia-water-96110", "历下供水", "Lixia Water", "Rules", "96110", "2027-01-01", "", "fault 故障报修 Fault",
        "", "24 hours", "30 minutes", "00:00-24:00", "east 东区供水所 Eastern works", "lixia",
    ),
}  # fmt: skip


def hotline(*words: object, said: str = "") -> Result:
    """A command as it is typed, wide enough for its tables."""
    return CliRunner().invoke(app, [str(word) for word in words], input=said, env=WIDE)


def changed(folder: Path, *pairs: tuple[str, str], name: str = "draft.yaml", text: str = TEXT) -> Path:
    """A copy of the gas file with some things written otherwise."""
    for before, after in pairs:
        assert before in text, f"{before!r} is not in the gas file any more"
        text = text.replace(before, after, 1)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


LATER = ("effective: 2011-01-01", "effective: 2999-01-01")


class TestANewProcedure:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_it_holds_and_has_a_first_case_for_each_type_that_holds(self, tmp_path: Path, language: Language) -> None:
        answer = hotline("procedure", "new", tmp_path, "--lang", language, said="\n".join(ANSWERS[language]) + "\n")
        assert answer.exit_code == 0, answer.output
        home = tmp_path / "lixia-water-96110"
        file, cases = home / "2027-01-01.yaml", home / "cases" / "first.yaml"
        assert hotline("procedure", "check", file).exit_code == 0
        written = yaml.safe_load(cases.read_text("utf-8"))
        assert len(written) == len(load(file, None).types)
        assert all(case["zh"] for case in written)
        assert hotline("case", "--procedure", file, cases).exit_code == 0

    def test_an_answer_that_is_not_understood_is_asked_again_with_an_example(self, tmp_path: Path) -> None:
        said = ("历下供水", *ANSWERS["zh"][:8], "十分钟", *ANSWERS["zh"][8:])
        answer = hotline("procedure", "new", tmp_path, said="\n".join(said) + "\n")
        assert answer.exit_code == 0
        assert "请照此填写：lixia-water-96110" in answer.output
        assert "请照此填写：5 分钟" in answer.output

    def test_what_is_there_already_is_left_as_it_is(self, tmp_path: Path) -> None:
        file = changed(tmp_path, name="lixia-water-96110/2027-01-01.yaml")
        answer = hotline("procedure", "new", tmp_path, said="\n".join(ANSWERS["zh"]) + "\n")
        assert (answer.exit_code, "不改动" in answer.output) == (1, True)
        assert file.read_text("utf-8") == TEXT


class TestADraft:
    def test_cases_are_played_on_it_whatever_their_dates_and_whatever_they_name(self, tmp_path: Path) -> None:
        twice = ("{clock: contact, within: 2 hours", "{clock: contact, within: 4 hours")
        renamed = ("utility: kunlun-gas-956100", "utility: another-gas")
        same, slower = changed(tmp_path, LATER, renamed), changed(tmp_path, LATER, renamed, twice, name="slower.yaml")
        assert hotline("case", CASES / "fault.yaml", "--procedure", same).exit_code == 0
        answer = hotline("case", CASES / "fault.yaml", "--procedure", slower)
        assert answer.exit_code == 1
        assert "R004-060" in answer.output

    def test_a_case_that_uses_a_word_it_does_not_know_is_told_with_the_words_it_does(self, tmp_path: Path) -> None:
        lines = [line for line in TEXT.splitlines(keepends=True) if "not_ours" not in line]
        file = changed(tmp_path, LATER, text="".join(lines))
        answer = hotline("case", CASES, "--procedure", file)
        assert answer.exit_code == 2
        assert re.search(r"returns\.yaml:\d+: .*不认识的词 'not_ours'；可以写：wrong_information, ", answer.stderr)
        assert "✓" in answer.stdout
        assert "个文件读不了" in answer.stdout

    def test_a_draft_that_does_not_hold_is_told_line_by_line(self, tmp_path: Path) -> None:
        file = changed(tmp_path, ("within: 2 hours", "within: 2h"))
        answer = hotline("case", CASES / "fault.yaml", "--procedure", file)
        assert (answer.exit_code, "'2h' 不是时限的写法" in answer.stderr) == (2, True)

    def test_a_deadline_is_explained_by_it(self, tmp_path: Path) -> None:
        file = changed(tmp_path, LATER, ("within: 2 hours", "within: 90 minutes"))
        asked = ("explain", "--type", "fault", "--at", "2026-11-20T10:00", "--procedure")
        assert "90 分钟" in hotline(*asked, file).output
        assert "90 分钟" not in hotline(*asked, "kunlun-gas-956100").output


class TestOneBadFileAmongMany:
    def test_the_cases_of_the_others_are_played_and_the_status_tells_of_it(self, tmp_path: Path) -> None:
        shutil.copy(CASES / "alarm.yaml", tmp_path / "a.yaml")
        (tmp_path / "b.yaml").write_text("- case: x\n", "utf-8")
        shutil.copy(CASES / "fault.yaml", tmp_path / "c.yaml")
        answer = hotline("case", tmp_path)
        assert answer.exit_code == 2
        assert f"{tmp_path / 'b.yaml'}:1: " in answer.stderr
        alone = sum(hotline("case", CASES / name).stdout.count("✓") for name in ("alarm.yaml", "fault.yaml"))
        assert answer.stdout.count("✓") == alone

    @pytest.mark.parametrize(("language", "said", "never"), [("zh", "报警", "An alarm"), ("en", "An alarm", "报警：")])
    def test_each_case_is_called_by_its_name_in_the_language_asked_for(
        self, language: str, said: str, never: str
    ) -> None:
        answer = hotline("case", CASES / "alarm.yaml", "--lang", language)
        assert said in answer.stdout
        assert never not in answer.stdout

    def test_what_fails_is_told_in_the_language_asked_for(self, tmp_path: Path) -> None:
        text = (CASES / "fault.yaml").read_text("utf-8").replace("state: met", "state: missed", 1)
        file = tmp_path / "fault.yaml"
        file.write_text(text, "utf-8")
        zh, en = (hotline("case", file, "--lang", language).stdout for language in LANGUAGES)
        assert "应为 missed" in zh
        assert "项预期" in zh
        assert "expected missed" in en
        assert re.search(r"[一-龥]", en.replace("依据", "").split("clause")[0]) is None


class TestCheckingAFile:
    @pytest.mark.parametrize("place", ["data/kunlun-gas-956100/2011-01-01.yaml", "Desktop/草稿.yaml"])
    def test_an_edit_of_what_is_in_force_is_told_wherever_the_file_lies(self, tmp_path: Path, place: str) -> None:
        file = changed(tmp_path, ("attempts: {value: 3", "attempts: {value: 4"), name=place)
        answer = hotline("procedure", "check", file)
        assert answer.exit_code == 1
        assert "自 2011-01-01 起生效，不能再改" in answer.output

    @pytest.mark.parametrize("place", ["data/kunlun-gas-956100/2011-01-01.yaml", "Desktop/草稿.yaml"])
    def test_an_untouched_copy_holds_wherever_it_lies(self, tmp_path: Path, place: str) -> None:
        answer = hotline("procedure", "check", changed(tmp_path, name=place))
        assert answer.exit_code == 0
        assert "不再改动" in answer.output

    def test_name_and_date_agree_with_the_place_only_in_a_tree_of_procedures(self, tmp_path: Path) -> None:
        inside = hotline("procedure", "check", changed(tmp_path, LATER, name="data/kunlun/2998-01-01.yaml"))
        assert inside.exit_code == 1
        assert "文件在 kunlun 的文件夹里" in inside.output
        assert "文件名是 2998-01-01.yaml" in inside.output
        assert hotline("procedure", "check", changed(tmp_path, LATER, name="kunlun/2998-01-01.yaml")).exit_code == 0

    def test_a_date_that_has_passed_is_warned_of(self, tmp_path: Path) -> None:
        file = changed(tmp_path, ("effective: 2011-01-01", "effective: 2012-01-01"))
        answer = hotline("procedure", "check", file)
        assert answer.exit_code == 0
        assert "生效日期 2012-01-01 已到而未登记" in answer.output
        assert "已到" not in hotline("procedure", "check", changed(tmp_path, LATER)).output

    def test_a_released_file_that_is_edited_before_its_day_is_told_to_be_released_again(self, tmp_path: Path) -> None:
        day = f"effective: {RealClock().now().date() + timedelta(days=30)}"
        file, released = changed(tmp_path, (LATER[0], day)), tmp_path / "released.toml"
        record(file, released)
        assert "不再改动" in hotline("procedure", "check", file, "--record", released).output
        changed(tmp_path, (LATER[0], day), ("attempts: {value: 3", "attempts: {value: 4"))
        answer = hotline("procedure", "check", file, "--record", released)
        assert answer.exit_code == 1
        assert "登记之后又改了" in answer.output
        assert hotline("procedure", "release", file, "--record", released).exit_code == 0
        assert hotline("procedure", "check", file, "--record", released).exit_code == 0

    def test_two_files_of_one_date_are_refused(self, tmp_path: Path) -> None:
        first = changed(tmp_path, LATER)
        assert hotline("procedure", "check", first).exit_code == 0
        second = changed(tmp_path, LATER, ("attempts: {value: 3", "attempts: {value: 4"), name="draft-2.yaml")
        answer = hotline("procedure", "check", second)
        assert answer.exit_code == 1
        assert "kunlun-gas-956100@2999-01-01 已有一份文件：draft.yaml" in answer.output


CONTACT = "{clock: contact, within: 2 hours, source: 第十四条(四)"

SLIPS = [
    ("    limits:\n      - {clock: dispatch, within: 5 minutes, source: 第十四条(四)",
     "    limits:\n\t  - {clock: dispatch, within: 5 minutes, source: 第十四条(四)", 1, "制表符"),
    (f"{CONTACT}, rule: R004-060}}", f"{CONTACT}, rule: R004-060", 0, "这一行的 { 没有与之相对的另一半"),
    (CONTACT, "{clock: contact, within：2 hours, source: 第十四条(四)", 0, "within： 里有全角标点"),
    (CONTACT, "{clock: contact，within: 2 hours, source: 第十四条(四)", 0, "，within: 里有全角标点"),
    (CONTACT, "{clock: contact, within:2 hours, source: 第十四条(四)", 0, "within 的冒号后面要空一格"),
    ("    required: {value: [name, contact, address, description, callback]",
     "    required：{value: [name, contact, address, description, callback]", 0, "required： 里有全角标点"),
    ("compare: {value: [type, subtype, area, text]", "compare: {value: [type，subtype, area, text]", 0,
     "'type，subtype' 里有全角标点"),
    ("  timezone: Asia/Shanghai", "   timezone: Asia/Shanghai", 1, "缩进与上文不齐"),
    ("hotline: \"956100\"", "hotline: \"956100", 0, "这一行的 \" 没有与之相对的另一半"),
    ("readings:\n", "readings\n", 0, "这一行缺少冒号"),
]  # fmt: skip


class TestSlipsOfTheKeyboard:
    @pytest.mark.parametrize(("right", "slipped", "after", "said"), SLIPS, ids=[said for *_, said in SLIPS])
    def test_each_is_told_in_words_a_typist_understands_and_with_its_line(
        self, tmp_path: Path, right: str, slipped: str, after: int, said: str
    ) -> None:
        file = changed(tmp_path, LATER, (right, slipped))
        line = TEXT[: TEXT.index(right)].count("\n") + 1 + after
        answer = hotline("procedure", "check", file)
        assert answer.exit_code == 1
        assert f"{file}:{line}: " in answer.output
        assert said in answer.output

    def test_a_file_in_gbk_is_told_to_be_saved_as_utf_8(self, tmp_path: Path) -> None:
        file = tmp_path / "draft.yaml"
        file.write_bytes(TEXT.encode("gb18030"))
        answer = hotline("procedure", "check", file)
        assert answer.exit_code == 1
        assert f"{file}:1: 文件是 GBK（ANSI）编码" in answer.output

    def test_a_byte_order_mark_is_no_fault(self, tmp_path: Path) -> None:
        file = tmp_path / "draft.yaml"
        file.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
        assert hotline("procedure", "check", file).exit_code == 0

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize(
        ("before", "after", "code"),
        [
            ("  steps:", "\tsteps:", "tab"),
            ("rules: [", "rules：[", "full_width"),
            ("procedure: ", "procedure:", "no_blank"),
            ("rules: [R004-051", "rules: [R004-051 R004-052, {", "unclosed"),
        ],
    )
    def test_a_case_file_is_told_the_same(
        self, tmp_path: Path, language: Language, before: str, after: str, code: str
    ) -> None:
        text = (CASES / "alarm.yaml").read_text("utf-8")
        assert before in text
        file = changed(tmp_path, (before, after), text=text)
        answer = hotline("case", file, "--lang", language)
        assert answer.exit_code == 2
        said = re.split(r"\{\w+\}", catalogue(language)[f"file_fault.{code}"].replace("{{", "{").replace("}}", "}"))
        assert max(said, key=len) in answer.stderr


DIFFERENT = (
    LATER,
    ("within: 24 hours", "within: 20 hours"),
    ("when: {flag: media}", "when: {flag: [media, urgent]}"),
    ("half_of: {value: budget", "half_of: {value: clock_time"),
    ("owner: platform", "owner: centre"),
    ("attempts: {value: 3, source", "attempts: {value: 4, basis: project_default, source"),
    ("when: [{flag: urgent}, {type: complaint, grade: 1}]", "when: [{type: complaint, grade: [1, 2]}]"),
)


class TestTablesInTheLanguageAskedFor:
    def test_a_chinese_table_holds_no_word_of_the_format_but_in_the_offices_own_notes(self, tmp_path: Path) -> None:
        told = hotline("procedure", "diff", GAS, changed(tmp_path, *DIFFERENT)).output
        shown = hotline("procedure", "show", GAS).output
        for output in (told, shown.partition("\n")[2]):
            assert set(re.findall(r"[A-Za-z_]{2,}", output)) <= {"Asia", "Shanghai", "precautions"}

    def test_an_english_table_holds_chinese_only_in_the_clauses_it_cites(self, tmp_path: Path) -> None:
        told = hotline("procedure", "diff", GAS, changed(tmp_path, *DIFFERENT), "--lang", "en").output
        shown = hotline("procedure", "show", GAS, "--lang", "en").output
        cited = r"第[一二三四五六七八九十]+条(\([一二三四五六七八九十]+\))?"
        for output in (told, shown):
            assert re.findall(r"[一-龥]+", re.sub(cited, "", output)) == []

    def test_a_reading_that_only_its_file_knows_is_told_by_its_note(self, tmp_path: Path) -> None:
        own = "readings:\n  holidays_count: {value: a, others: [b], source: 第一条, note: 节假日是否计入}\n"
        shown = hotline("procedure", "show", changed(tmp_path, LATER, ("readings:\n", own))).output
        assert "节假日是否计入" in shown

    def test_conditions_are_told_in_words(self, tmp_path: Path) -> None:
        told = hotline("procedure", "diff", GAS, changed(tmp_path, *DIFFERENT)).output
        for said in ("标明已经或可能被媒体曝光或紧急的", "按自然时间", "24 小时", "20 小时", "本项目暂定", "客服中心"):
            assert said in told
        assert "投诉，重大或一般" in told


def test_every_command_of_the_loop_can_be_asked_in_either_language() -> None:
    for command in (("procedure", "new"), ("procedure", "check"), ("procedure", "show"), ("procedure", "diff"),
                    ("procedure", "release"), ("case",), ("explain",)):  # fmt: skip
        assert "--lang" in hotline(*command, "--help").output, command


MATERIAL = "    material: {value: {deed: {zh: 房产证, en: Deed}}, source: 第十四条(五)}\n"
HOLDS = """\
holds:
  institute: {names: {zh: 检定机构, en: institute}, source: 第十四条(五)}
progress:
  surveyed: {zh: 已勘察, en: surveyed}
"""
OUTSIDE_CLOCK = """\
    exempted_by: [ticket.contact_failed]
    resumed_by: [ticket.resumed, ticket.material_completed]
    paused_by: [{on: ticket.held, only: institute}, ticket.material_asked, """

OUTSIDE = (
    LATER,
    ("    declinable: {value: true", MATERIAL + "    declinable: {value: true"),
    ("# ── 催办（第十五条(四)） ──", HOLDS),
    ("    met_by: [ticket.replied]\n    paused_by: [", "    met_by: [ticket.replied]\n" + OUTSIDE_CLOCK),
    ("  rectification: {names:", "  meter_no: {names: {zh: 表号, en: meter number}}\n  rectification: {names:"),
)

STEPS = """\
- case: The clock stands while the matter is outside
  zh: 事情在外部时停算
  rules: []
  procedure: any
  steps:
    - at: "2026-11-18T09:00:00+08:00"
      request: {ticket: t1, type: service_application, area: jinan, fields: {meter_no: "7"}}
    - {at: "2026-11-18T09:10:00+08:00", dispatch: {ticket: t1, unit: jinan}}
    - {at: "+1h", ask_material: {ticket: t1, items: [deed]}}
    - {at: "+1d", complete_material: {ticket: t1}}
    - {at: "+1h", hold: {ticket: t1, reason: institute, until: "+10d"}}
    - {at: "+1d", resume: {ticket: t1}}
    - {at: "+1h", progress: {ticket: t1, step: surveyed}}
    - {at: "+1h", fail_contact: {ticket: t1, outcome: not_at_home}}
  expect:
    - ticket: t1
      clocks: {reply: {state: exempt}}
      count: {clock.paused: 2}
      events: [ticket.material_asked, ticket.material_completed, ticket.held, ticket.resumed, ticket.progressed,
        ticket.contact_failed, clock.exempted]
"""


class TestStepsThatNotEveryProcedureKnows:
    def test_material_holds_progress_and_failed_contacts_are_steps_of_a_case(self, tmp_path: Path) -> None:
        cases = tmp_path / "cases.yaml"
        cases.write_text(STEPS, "utf-8")
        answer = hotline("case", cases, "--procedure", changed(tmp_path, *OUTSIDE, name="a/draft.yaml"))
        assert answer.exit_code == 0, answer.output

    @pytest.mark.parametrize(
        ("word", "wrong", "said"),
        [("reason: institute,", "reason: lab,", "institute"), ("step: surveyed", "step: seen", "surveyed"),
         ("{meter_no:", "{meter:", "meter_no"), ("type: service_application", "type: installing", "alarm")],
    )  # fmt: skip
    def test_their_words_are_those_of_the_procedure(self, tmp_path: Path, word: str, wrong: str, said: str) -> None:
        cases = tmp_path / "cases.yaml"
        cases.write_text(STEPS.replace(word, wrong), "utf-8")
        answer = hotline("case", cases, "--procedure", changed(tmp_path, *OUTSIDE, name="a/draft.yaml"))
        assert answer.exit_code == 2
        assert "不认识的词" in answer.stderr
        assert said in answer.stderr

    def test_a_procedure_that_knows_none_refuses_the_step(self, tmp_path: Path) -> None:
        cases = tmp_path / "cases.yaml"
        cases.write_text(STEPS.replace('{meter_no: "7"}', "{}"), "utf-8")
        answer = hotline("case", cases, "--procedure", changed(tmp_path, LATER, name="a/draft.yaml"))
        assert answer.exit_code == 1
        assert "not_in_procedure" in answer.stdout
