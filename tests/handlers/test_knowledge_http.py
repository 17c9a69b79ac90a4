"""Knowledge over HTTP: authors, reviewers, agents on the phone, and who may not see what."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.store.sqlite import SqliteFile, SqliteStore
from services.knowledge.decider import ARTICLES, NOTICES, TASKS, connect
from services.knowledge.http import KnowledgeDesk, router
from services.knowledge.search.library import Library
from tests.handlers.bench_of_one import PROCEDURES, UTILITY, Bench, People

ARTICLE = {"title": "居民过户", "text": "带身份证和产权证明，不收费。", "keywords": ["更名"]}


class Centre(People):
    """Knowledge on a real store with everyone who uses it."""

    def __init__(self, folder: Path) -> None:
        file = SqliteFile(":memory:")
        self.articles = Bench(ARTICLES, SqliteStore(ARTICLES.collection, file))
        self.tasks = Bench(TASKS, SqliteStore(TASKS.collection, file))
        self.notices = Bench(NOTICES, SqliteStore(NOTICES.collection, file))
        self.clock = self.articles.clock
        connect(self.articles.shell, self.tasks.shell)
        library = Library(self.articles.shell.store, self.notices.shell.store, self.clock, timedelta(0))
        desk = KnowledgeDesk(self.articles.shell, self.tasks.shell, self.notices.shell, PROCEDURES, library)
        super().__init__({"knowledge": router(desk)}, folder)

    async def does(self, who: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
        """Accepted; what is answered."""
        answer = await self.post(who, f"/knowledge/{path}", body or {}, **headers)
        assert answer.status_code in (200, 201), answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def no(self, who: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
        """Refused: the status and the code."""
        answer = await self.post(who, f"/knowledge/{path}", body or {})
        return answer.status_code, answer.json()["code"]

    async def sees(self, who: str, path: str, **params: Any) -> Any:
        answer = await self.get(who, f"/knowledge/{path}", **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def listed(self, who: str, path: str, **params: Any) -> list[str]:
        return [row["id"] for row in (await self.sees(who, path, **params))["items"]]

    async def published(self, **more: Any) -> str:
        """The id of an article of the centre's own, through all its steps."""
        made = await self.does("knowledge", "articles", ARTICLE | more)
        key: str = made["id"]
        if made.get("unit"):
            await self.does(f"division:{made['division']}", f"articles/{key}/approve")
        await self.does("knowledge", f"articles/{key}/approve")
        await self.does("knowledge", f"articles/{key}/publish")
        return key


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return Centre(tmp_path)


async def test_a_units_article_reaches_agents_through_its_division_and_the_centre(centre: Centre) -> None:
    made = await centre.does("unit:jinan", "articles", ARTICLE)
    key = made["id"]
    assert key.startswith("art_")
    assert (made["unit"], made["unit_name"], made["division_name"]) == ("jinan", "Jinan", "Central division")
    assert (made["work"]["stage"], made["work"]["review_by"]) == ("submitted", "division")
    assert await centre.no("division:lubei", f"articles/{key}/approve") == (404, "unknown_article")
    assert await centre.no("knowledge", f"articles/{key}/approve") == (409, "article_other_reviewer_first")
    assert (await centre.does("division:luzhong", f"articles/{key}/approve"))["work"]["review_by"] == "centre"
    await centre.does("knowledge", f"articles/{key}/approve")
    await centre.does("supervisor", f"articles/{key}/publish", {"channels": ["agent_desk"]})
    assert (await centre.sees("agent", f"articles/{key}"))["in_force"]["channels"] == ["agent_desk"]


async def test_creating_twice_under_one_key_makes_one_article_whatever_the_hour(centre: Centre) -> None:
    first = await centre.post("knowledge", "/knowledge/articles", ARTICLE, idempotency_key="k1")
    centre.clock.advance(timedelta(hours=1))
    again = await centre.post("knowledge", "/knowledge/articles", ARTICLE, idempotency_key="k1")
    assert (first.status_code, again.content) == (201, first.content)
    assert centre.articles.said() == ["article.submitted"]
    other = await centre.post("knowledge", "/knowledge/articles", ARTICLE | {"title": "x"}, idempotency_key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_draft_is_seen_by_its_keepers_alone(centre: Centre) -> None:
    made = await centre.does("unit:jinan", "articles", {"title": "停气", "draft": True})
    assert (made["work"]["stage"], centre.articles.said()) == ("draft", [])
    path = f"articles/{made['id']}"
    for keeper in ("unit:jinan", "division:luzhong", "knowledge", "supervisor"):
        assert (await centre.sees(keeper, path))["work"]["title"] == "停气"
        assert await centre.listed(keeper, "articles") == [made["id"]]
    for other in ("unit:zibo", "division:lubei", "agent", "integration"):
        assert (await centre.get(other, f"/knowledge/{path}")).status_code == 404
        assert await centre.listed(other, "articles") == []
        assert await centre.listed(other, "search", q="停气") == []
    await centre.does("unit:jinan", f"{path}/draft", {"title": "停气口径", "text": "先查通知。"})
    submitted = await centre.does("unit:jinan", f"{path}/submit", {"title": "停气口径", "text": "先查通知。"})
    assert submitted["work"]["number"] == 1


async def test_agents_are_told_the_edition_in_force_while_the_next_is_reviewed(centre: Centre) -> None:
    key = await centre.published()
    await centre.does("knowledge", f"articles/{key}/submit", ARTICLE | {"text": "网上办理，不用带材料。"})
    shown = await centre.sees("agent", f"articles/{key}")
    assert (shown["in_force"]["text"], "work" in shown, "history" in shown) == (ARTICLE["text"], False, False)
    [hit] = (await centre.sees("agent", "search", q="过户"))["items"]
    assert "身份证" in hit["snippet"]
    keeper = await centre.sees("knowledge", f"articles/{key}")
    assert (keeper["work"]["number"], keeper["in_force"]["number"]) == (2, 1)


async def test_the_history_is_told_in_the_readers_language(centre: Centre) -> None:
    key = await centre.published(unit="jinan")
    answer = await centre.get("unit:jinan", f"/knowledge/articles/{key}", language="zh")
    assert [line["text"] for line in answer.json()["history"]] == [
        "提交审核：居民过户",
        "事业部审核通过",
        "客服中心审核通过",
        "发布：居民过户",
    ]
    assert answer.json()["history"][1]["by"]["scope"] == "luzhong"


async def test_a_rejected_article_shows_its_author_why(centre: Centre) -> None:
    key = (await centre.does("unit:jinan", "articles", ARTICLE))["id"]
    assert await centre.no("division:luzhong", f"articles/{key}/reject") == (422, "invalid_request")
    too_long = {"reason": "缺" * 4001}
    assert await centre.no("division:luzhong", f"articles/{key}/reject", too_long) == (422, "invalid_request")
    await centre.does("division:luzhong", f"articles/{key}/reject", {"reason": "缺少办理时限"})
    assert (await centre.sees("unit:jinan", f"articles/{key}"))["work"]["rejection"] == "缺少办理时限"
    assert await centre.listed("unit:jinan", "articles", stage="rejected") == [key]


async def test_steps_are_refused_to_the_wrong_role_and_in_the_wrong_stage_with_the_clause(centre: Centre) -> None:
    key = (await centre.does("knowledge", "articles", ARTICLE))["id"]
    for who in ("agent", "unit:jinan", "division:luzhong", "integration", "admin"):
        assert await centre.no(who, f"articles/{key}/publish") == (403, "role_missing")
    assert await centre.no("agent", "articles", ARTICLE) == (403, "role_missing")
    answer = await centre.post("knowledge", f"/knowledge/articles/{key}/publish", {})
    problem = answer.json()
    assert (answer.status_code, problem["clause"], problem["rule"]) == (409, "第十八条(三)", "R004-147")
    assert problem["accepts"] == ["approved"]
    assert await centre.no("knowledge", "articles/art_none/publish") == (404, "unknown_article")
    assert centre.articles.said() == ["article.submitted"]


async def test_two_keepers_do_not_overwrite_each_other(centre: Centre) -> None:
    made = await centre.post("knowledge", "/knowledge/articles", ARTICLE | {"draft": True})
    key, seen = made.json()["id"], made.headers["etag"]
    await centre.does("knowledge", f"articles/{key}/draft", ARTICLE, if_match=seen)
    answer = await centre.post("knowledge", f"/knowledge/articles/{key}/draft", ARTICLE, if_match=seen)
    assert answer.status_code == 412


async def test_wrong_bodies_say_which_fields(centre: Centre) -> None:
    answer = await centre.post("knowledge", "/knowledge/articles", {"text": "x", "author": "me", "at": "now"})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"body.title", "body.author", "body.at"}
    assert await centre.no("knowledge", "articles", {"title": " ", "text": "x"}) == (409, "knowledge_without_title")
    assert (await centre.get("agent", "/knowledge/search", q="")).status_code == 422
    assert (await centre.get("agent", "/knowledge/search", q="x", limit=51)).status_code == 422


async def test_readers_words_reach_the_list_of_what_is_wanting(centre: Centre) -> None:
    quiet, wanting = await centre.published(), await centre.published(title="发票")
    shown = await centre.does("agent", f"articles/{wanting}/feedback", {"text": "没写专票怎么开"})
    assert "work" not in shown
    assert await centre.listed("knowledge", "articles", feedback=True) == [wanting]
    work = (await centre.sees("knowledge", f"articles/{wanting}"))["work"]
    assert [(said["by"], said["text"]) for said in work["feedback"]] == [("agent-01", "没写专票怎么开")]
    await centre.does("knowledge", f"articles/{wanting}/confirm")
    assert await centre.listed("knowledge", "articles", feedback=True) == []
    assert set(await centre.listed("agent", "articles")) == {quiet, wanting}


async def test_the_periodic_review_list_shows_the_longest_due_first(centre: Centre) -> None:
    first = await centre.published()
    centre.clock.advance(timedelta(days=10))
    second = await centre.published(title="发票", unit="jinan")
    soon = (centre.clock.now() + timedelta(days=175)).isoformat()
    later = (centre.clock.now() + timedelta(days=185)).isoformat()
    assert await centre.listed("knowledge", "articles", review_due_before=soon) == [first]
    assert await centre.listed("knowledge", "articles", review_due_before=later) == [first, second]
    assert await centre.listed("division:luzhong", "articles", review_due_before=later) == [second]
    centre.clock.advance(timedelta(days=100))
    await centre.does("knowledge", f"articles/{first}/confirm")
    assert await centre.listed("knowledge", "articles", review_due_before=later) == [second]


async def test_lists_are_by_unit_division_and_category_a_page_at_a_time(centre: Centre) -> None:
    keys = [await centre.published(title=f"知识{n}", category="缴费" if n else "安全", unit="zibo") for n in range(3)]
    assert await centre.listed("agent", "articles", category="安全") == keys[:1]
    assert len(await centre.listed("agent", "articles", unit="zibo")) == 3
    assert await centre.listed("unit:jinan", "articles") == []
    assert len(await centre.listed("unit:jinan", "articles", in_force=True)) == 3
    page = await centre.sees("knowledge", "articles", division="luzhong", limit=2)
    rest = await centre.sees("knowledge", "articles", division="luzhong", limit=2, cursor=page["next"])
    assert {row["id"] for row in page["items"] + rest["items"]} == set(keys)
    assert "next" not in rest


async def test_agents_find_what_callers_say_with_the_place_marked(centre: Centre) -> None:
    key = await centre.published()
    await centre.published(title="电子发票", text="在公众号里开。")
    found = await centre.sees("agent", "search", q="二手房要更名，产权证明要不要带")
    assert found["items"][0]["id"] == key
    assert "<mark>产权证明</mark>" in found["items"][0]["snippet"]
    assert len((await centre.sees("agent", "search", q="过户 发票", limit=1))["items"]) == 1


async def test_an_expired_article_is_found_by_its_keepers_after_what_is_in_force(centre: Centre) -> None:
    old, now = await centre.published(text="旧的材料清单"), await centre.published(text="新的材料清单")
    await centre.does("knowledge", f"articles/{old}/expire", {"reason": "政策已变"})
    assert await centre.listed("agent", "search", q="过户") == [now]
    rows = (await centre.sees("knowledge", "search", q="过户"))["items"]
    assert [(row["id"], row["in_force"], row["stage"]) for row in rows] == [
        (now, True, "published"),
        (old, False, "expired"),
    ]
    assert await centre.listed("unit:jinan", "search", q="过户") == [now]


async def test_the_search_keeps_to_an_area_and_a_channel(centre: Centre) -> None:
    everywhere = await centre.published(text="全省通用")
    jinan = await centre.published(areas=["jinan"])
    assert set(await centre.listed("agent", "search", q="过户", area="jinan/lixia")) == {everywhere, jinan}
    assert await centre.listed("agent", "search", q="过户", area="zibo") == [everywhere]
    assert await centre.listed("integration", "search", q="过户", channel="fax") == []
    assert len(await centre.listed("integration", "search", q="过户", channel="web")) == 2


async def test_an_emergency_is_told_by_agents_of_its_area_from_the_report_to_the_end(centre: Centre) -> None:
    notice = await centre.does("unit:jinan", "notices", {"title": "历下区突发停气", "areas": ["jinan/lixia"]})
    key = notice["id"]
    assert key.startswith("ntc_")
    assert await centre.listed("agent", "notices", area="jinan/lixia") == [key]
    assert await centre.listed("agent", "notices", area="jinan") == [key]
    assert await centre.listed("agent", "notices", area="zibo") == []
    assert await centre.listed("agent", "search", q="停气", area="jinan/lixia") == [key]
    centre.clock.advance(timedelta(minutes=3))
    await centre.does("unit:jinan", f"notices/{key}/publish", {"text": "管网抢修，预计十八点恢复供气。"})
    assert await centre.listed("agent", "search", q="什么时候恢复供气") == [key]
    assert await centre.no("unit:zibo", f"notices/{key}/lift") == (403, "out_of_scope")
    await centre.does("agent", f"notices/{key}/lift")
    assert await centre.listed("agent", "notices") == []
    assert await centre.listed("agent", "notices", in_force=False) == [key]
    assert await centre.listed("agent", "search", q="停气") == []
    assert centre.notices.said() == ["notice.raised", "notice.published", "notice.lifted"]


async def test_an_agent_writes_down_what_a_unit_reported_by_phone(centre: Centre) -> None:
    now = centre.clock.now()
    body = {"title": "淄博停电", "unit": "zibo", "reported_at": (now - timedelta(minutes=2)).isoformat()}
    made = await centre.does("agent", "notices", body)
    assert made["areas"] == ["zibo"]
    assert centre.notices.outbox.events[0].data.at == now - timedelta(minutes=2)
    ahead = {"title": "停电", "reported_at": (now + timedelta(minutes=2)).isoformat()}
    assert await centre.no("agent", "notices", ahead) == (409, "notice_reported_ahead")
    assert await centre.no("unit:jinan", "notices", {"title": "停电", "unit": "zibo"}) == (403, "out_of_scope")


async def test_notices_of_a_full_page_elsewhere_do_not_hide_one_here(centre: Centre) -> None:
    here = (await centre.does("unit:jinan", "notices", {"title": "济南"}))["id"]
    for number in range(3):
        centre.clock.advance(timedelta(minutes=1))
        centre.notices.clock.advance(timedelta(minutes=1))
        await centre.does("unit:zibo", "notices", {"title": f"淄博{number}"})
    assert await centre.listed("agent", "notices", area="jinan", limit=1) == [here]


async def test_a_task_is_done_when_its_article_is_with_the_centre(centre: Centre) -> None:
    task = (await centre.does("knowledge", "tasks", {"division": "luzhong", "title": "停气口径"}))["id"]
    assert await centre.listed("division:luzhong", "tasks", open=True) == [task]
    assert await centre.listed("unit:jinan", "tasks") == [task]
    assert await centre.listed("division:lubei", "tasks") == []
    key = (await centre.does("unit:jinan", "articles", ARTICLE | {"task": task}))["id"]
    assert "article" not in await centre.sees("knowledge", f"tasks/{task}")
    await centre.does("division:luzhong", f"articles/{key}/approve")
    assert (await centre.sees("knowledge", f"tasks/{task}"))["article"] == key
    assert await centre.listed("division:luzhong", "tasks", open=True) == []
    assert centre.tasks.said() == ["task.raised", "task.done"]


async def test_a_divisions_own_article_finishes_the_task_at_once_and_only_its_own(centre: Centre) -> None:
    task = (await centre.does("knowledge", "tasks", {"division": "luzhong", "title": "停气口径"}))["id"]
    body = ARTICLE | {"task": task}
    assert await centre.no("division:lubei", "articles", body) == (409, "task_of_another_division")
    assert await centre.no("division:luzhong", "articles", ARTICLE | {"task": "tsk_no"}) == (409, "task_unknown")
    assert centre.articles.said() == []
    await centre.does("division:luzhong", "articles", body)
    assert centre.tasks.said() == ["task.raised", "task.done"]


async def test_a_crash_between_article_and_task_is_made_good_by_the_repeat(centre: Centre) -> None:
    task = (await centre.does("knowledge", "tasks", {"division": "luzhong", "title": "停气口径"}))["id"]
    do, centre.tasks.shell.do = centre.tasks.shell.do, _killed  # type: ignore[method-assign]
    body = ARTICLE | {"task": task}
    answer = await centre.post("division:luzhong", "/knowledge/articles", body, idempotency_key="k1")
    assert answer.status_code == 503
    assert (centre.articles.said(), centre.tasks.said()) == (["article.submitted"], ["task.raised"])
    centre.tasks.shell.do = do  # type: ignore[method-assign]
    for _ in range(2):
        await centre.does("division:luzhong", "articles", body, idempotency_key="k1")
    assert (centre.articles.said(), centre.tasks.said()) == (["article.submitted"], ["task.raised", "task.done"])


async def test_a_task_finished_late_by_the_tick_was_done_when_its_article_came_to_the_centre(centre: Centre) -> None:
    task = (await centre.does("knowledge", "tasks", {"division": "luzhong", "title": "停气口径"}))["id"]
    do, centre.tasks.shell.do = centre.tasks.shell.do, _killed  # type: ignore[method-assign]
    submitted = centre.clock.now()
    answer = await centre.post("division:luzhong", "/knowledge/articles", ARTICLE | {"task": task})
    assert answer.status_code == 503
    centre.tasks.shell.do = do  # type: ignore[method-assign]
    await centre.articles.tick_at(submitted + timedelta(hours=1))
    done = centre.tasks.outbox.events[-1].data
    assert (done.short_type(), done.at, done.by.subject) == ("task.done", submitted, "division-luzhong")
    await centre.articles.tick_at(submitted + timedelta(hours=2))
    assert centre.tasks.said() == ["task.raised", "task.done"]


async def test_the_version_shown_after_a_task_was_finished_is_the_one_to_go_on_from(centre: Centre) -> None:
    task = (await centre.does("knowledge", "tasks", {"division": "luzhong", "title": "停气口径"}))["id"]
    answer = await centre.post("division:luzhong", "/knowledge/articles", ARTICLE | {"task": task})
    path = f"/knowledge/articles/{answer.json()['id']}/approve"
    approved = await centre.post("knowledge", path, {}, if_match=answer.headers["etag"])
    assert approved.status_code == 200, approved.text


async def _killed(*_: Any, **__: Any) -> Any:
    raise ConnectionError("the process was killed here")


async def test_only_keepers_raise_tasks_and_only_those_asked_see_them(centre: Centre) -> None:
    body = {"division": "luzhong", "title": "停气口径"}
    assert await centre.no("division:luzhong", "tasks", body) == (403, "role_missing")
    assert await centre.no("knowledge", "tasks", body | {"division": "x"}) == (409, "division_unknown")
    task = (await centre.does("supervisor", "tasks", body))["id"]
    assert (await centre.sees("unit:jinan", f"tasks/{task}"))["division_name"] == "Central division"
    assert (await centre.get("unit:dezhou", f"/knowledge/tasks/{task}")).status_code == 404
    assert (await centre.get("agent", "/knowledge/tasks")).status_code == 403


async def test_no_utility_sees_or_touches_anothers_knowledge(centre: Centre) -> None:
    key = await centre.published()
    notice = (await centre.does("unit:jinan", "notices", {"title": "过户系统故障"}))["id"]
    task = (await centre.does("knowledge", "tasks", {"division": "luzhong", "title": "过户"}))["id"]
    for path in (f"articles/{key}", f"notices/{notice}", f"tasks/{task}"):
        assert (await centre.get("knowledge", f"/knowledge/{path}", utility="telecom")).status_code == 404
    for path in ("articles", "notices", "tasks", "search"):
        params = {"q": "过户"} if path == "search" else {}
        assert (await centre.get("knowledge", f"/knowledge/{path}", utility="telecom", **params)).json()["items"] == []
    for path in (f"articles/{key}/expire", f"notices/{notice}/lift"):
        assert (await centre.post("knowledge", f"/knowledge/{path}", {}, utility="telecom")).status_code == 404
    assert (await centre.post("knowledge", "/knowledge/articles", ARTICLE, utility="telecom")).status_code == 404
    assert (await centre.sees("agent", f"articles/{key}"))["in_force"]["title"] == "居民过户"
    assert UTILITY != "telecom"


async def test_without_a_token_nothing_is_told(centre: Centre) -> None:
    assert (await centre._client.get("/knowledge/search", params={"q": "过户"})).status_code == 401
    assert (await centre.get("admin", "/knowledge/search", q="过户")).status_code == 403


async def test_every_endpoint_stands_in_a_group_that_a_clerk_knows(centre: Centre) -> None:
    document = (await centre._client.get("/openapi.json")).json()
    tags = {
        tag
        for path, of in document["paths"].items()
        if "/knowledge" in path
        for op in of.values()
        for tag in op["tags"]
    }
    assert tags == {
        "知识检索 Search on the phone",
        "紧急知识 Emergency notices",
        "知识编写与审核 Articles: writing and review",
        "知识查询 Article lists",
        "采集任务 Collection tasks",
    }
