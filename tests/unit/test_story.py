"""What `hotline ticket` tells, out of events that the services really said."""

import asyncio
import json
from functools import cache
from io import StringIO
from itertools import chain
from typing import Any

from rich.console import Console

from contracts.envelope import encode
from hotline.cases.model import Case, Step
from hotline.cases.play import play
from hotline.cases.reading import BODIES
from hotline.story import Teller, in_order
from procedures.loader import load_all
from services.registry import SERVICES
from texts import Language

GAS = load_all().get("kunlun-gas-956100@2011-01-01")
ORDER = {
    "id": "tkt_0",
    "number": "956100-20261120-00001-9",
    "type_name": "故障报修",
    "stage_name": "已办结",
    "closure_name": "回访满意",
    "unit_name": "济南公司",
    "division": "luzhong",
}


def step(at: str, kind: str, **body: Any) -> Step:
    return Step(at=at, kind=kind, body=BODIES[kind].model_validate({"ticket": "t1", **body}))


CASE = Case(
    case="a repair whose customer is reached late",
    rules=(),
    procedure="kunlun-gas-956100",
    steps=(
        step("2026-11-20T16:48:00+08:00", "request", type="fault", customer="c1", area="jinan"),
        step("2026-11-20T16:50:00+08:00", "dispatch", unit="jinan"),
        step("2026-11-20T19:10:00+08:00", "contact"),
        step("2026-11-24T20:30:00+08:00", "reply", opinion="换[red]点火器[/]\x1b[2J", result="已修复"),
        step("+10m", "review", approved=True),
        step("2026-11-25T09:00:00+08:00", "call_back", outcome="connected", solved="yes", satisfaction=5),
    ),
    expect=({"ticket": "t1", "stage": "closed"},),  # type: ignore[arg-type]
)


@cache
def said() -> tuple[dict[str, Any], ...]:
    played = asyncio.run(play(CASE, GAS))
    assert played.holds
    ticket = played.stage.labels["t1"]
    return tuple(json.loads(encode(each)) for each in played.stage.virtual.bus.said if each.subject == ticket)


def by_service() -> list[dict[str, Any]]:
    """As the command gets them: one service after the other, each in its own order."""
    sources = (f"/hotline/{name}" for name in SERVICES)
    return list(chain.from_iterable([each for each in said() if each["source"] == source] for source in sources))


def lines(language: Language = "zh", *, events: list[dict[str, Any]] | None = None) -> list[str]:
    teller = Teller(GAS, language)
    return [teller.line(each, ORDER).plain for each in in_order(events or by_service())]


def test_at_one_moment_what_follows_comes_after_what_it_follows_from() -> None:
    names = [each["type"] for each in in_order(by_service())]
    attempted, completed, closed = (
        names.index(f"hotline.{name}.v1") for name in ("callback.attempted", "callback.completed", "ticket.closed")
    )
    assert attempted < completed < closed
    assert names.index("hotline.ticket.reply_approved.v1") < names.index("hotline.callback.planned.v1")
    assert names.index("hotline.ticket.replied.v1") > names.index("hotline.ticket.dispatched.v1")


def test_the_order_does_not_depend_on_who_was_asked_first() -> None:
    backwards = sorted(by_service(), key=lambda each: (each["source"], -each["sequence"]), reverse=True)
    assert [each["id"] for each in in_order(backwards)] != [each["id"] for each in backwards]
    follows = [each["type"] for each in in_order(backwards)]
    assert follows.index("hotline.callback.completed.v1") < follows.index("hotline.ticket.closed.v1")


def test_the_story_is_chinese_through_and_through() -> None:
    events = [{**each, "data": {**each["data"], "by": {"subject": "0117"}}} for each in by_service()]
    told = "\n".join(lines(events=events))
    for words in ("派单  济南公司", "5 分钟", "升级上报  鲁中事业部  超时  联系客户", "已解决  满意", "办结  回访满意"):
        assert words in told
    for word in ("jinan", "minutes", "working day", "satisfied", "connected", "luzhong", "clock_missed"):
        assert word not in told
    assert lines()[-1].endswith("系统")


def test_the_story_is_english_where_that_is_asked_for() -> None:
    told = "\n".join(lines("en"))
    assert "dispatched  Jinan" in told
    assert "escalated  Central division" in told
    assert "5 minutes" in told


def test_data_is_shown_as_written_and_obeyed_by_nobody() -> None:
    console = Console(file=StringIO(), force_terminal=True, color_system="truecolor", width=200)
    for each in in_order(by_service()):
        console.print(Teller(GAS, "zh").line(each, ORDER), soft_wrap=True)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "换[red]点火器[/]\\x1b[2J" in shown
    assert "\x1b[2J" not in shown


def test_the_clocks_are_told_with_their_limits_and_how_late_in_the_readers_language() -> None:
    console = Console(file=StringIO(), width=200)
    late = {"name": "联系客户[x]", "due": "2026-11-20T10:50:00Z", "state": "missed", "late_by_s": 1200}
    console.print(
        Teller(GAS, "zh").clocks([{**late, "source": "第十四条(四)", "rule": "R004-060", "limit": "2 hours"}])
    )
    assert "联系客户[x]" in console.file.getvalue()  # type: ignore[attr-defined]
    assert "超时 +0:20:00" in console.file.getvalue()  # type: ignore[attr-defined]
    assert "第十四条(四) R004-060 2 小时" in console.file.getvalue()  # type: ignore[attr-defined]


def test_a_word_that_a_newer_service_says_is_told_as_it_is() -> None:
    newer = {**by_service()[0], "type": "hotline.ticket.blessed.v1", "data": {"at": "-", "outcome": "by_drone"}}
    assert lines(events=[newer])[0].endswith("ticket.blessed  by_drone")
