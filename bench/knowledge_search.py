"""How long an agent waits for the search: fill, ask and follow changes with some thousand articles in the store."""

import argparse
import asyncio
import random
import re
import resource
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files
from time import perf_counter, process_time
from typing import Any

import yaml

from contracts.vocabulary import ArticleStage
from kit.clock import RealClock, machine_now
from kit.store.port import Change
from kit.store.sqlite import SqliteFile, SqliteStore
from services.knowledge.decider import ARTICLES, NOTICES, article_fields
from services.knowledge.rules.state import Article, Edition, Wording
from services.knowledge.search import words
from services.knowledge.search.library import Library

UTILITY = "bench"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
QUESTIONS = (
    "灶台打不着火",
    "家里煤气漏了怎么办",
    "燃气表黑屏了",
    "微信上怎么交燃气费",
    "二手房怎么过户",
    "小区停气什么时候恢复",
    "第三档多少钱",
    "热水器E1",
    "燃气",
    "客户说燃气表没电了换了电池还是不显示，想问是不是要上门维修，今天能不能来",
)


def invented(number: int, luck: random.Random, samples: Sequence[dict[str, Any]]) -> Article:
    """An article of sentences shuffled from all samples: harder than life, since every term is common."""
    model = luck.choice(samples)
    sentences = [part for sample in luck.sample(list(samples), 4) for part in re.split(r"(?<=。)", sample["text"])]
    text = "".join(luck.sample(sentences, min(len(sentences), 14))) + f"编号{number}。"
    wording = Wording(title=f"{model['title']}（{number}）", text=text, keywords=tuple(model["keywords"][:3]))
    edition = Edition(number=1, wording=wording, channels=("web",), published_at=BEGAN, review_due=BEGAN)
    return Article(procedure="p", stage=ArticleStage.PUBLISHED, wording=wording, in_force=edition, changed_at=BEGAN)


async def save(store: SqliteStore[Article], articles: dict[str, Article], version: int = 0) -> None:
    """Put them into the store, past the rules."""
    changes = [
        Change(key, UTILITY, version, article, None, article_fields(article), 0, {})
        for key, article in articles.items()
    ]
    for start in range(0, len(changes), 500):
        await store.save(changes[start : start + 500])


async def main(count: int, questions: int) -> None:
    luck = random.Random(7)
    samples = yaml.safe_load(files("hotline.demo").joinpath("articles.yaml").read_text("utf-8"))
    file = SqliteFile(":memory:")
    articles, notices = SqliteStore(ARTICLES.collection, file), SqliteStore(NOTICES.collection, file)
    kept = {f"art_{number}": invented(number, luck, samples) for number in range(count)}
    await save(articles, kept)
    words.load()
    library = Library(articles, notices, RealClock())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lags = asyncio.create_task(lag())
    begun, spent = perf_counter(), process_time()
    await library.fill([UTILITY])
    wall, cpu = perf_counter() - begun, process_time() - spent
    print(f"fill {count} articles: {wall:.2f} s, {cpu:.2f} s of CPU, loop held at most {await stop(lags) * 1e3:.0f} ms")
    print(f"memory: +{(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024:.0f} MB")
    for title, changing in (("nothing changes", False), ("an article changes before each question", True)):
        await ask(library, articles, kept, questions, changing, title)
    await library.close()


async def ask(
    library: Library, store: SqliteStore[Article], kept: dict[str, Article], questions: int, changing: bool, title: str
) -> None:
    """Time `questions` questions; every second one of them also takes over what changed in the store."""
    took: list[float] = []
    spent = 0.0
    for number in range(questions):
        if changing:
            key = f"art_{number % len(kept)}"
            kept[key] = kept[key].model_copy(update={"changed_at": machine_now()})
            await save(store, {key: kept[key]}, (await store.load([key]))[key].version)
        begun, cpu = perf_counter(), process_time()
        await library.ask(UTILITY, QUESTIONS[number % len(QUESTIONS)], lambda _: True, 10)
        took.append(perf_counter() - begun)
        spent += process_time() - cpu
    took.sort()
    p50, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
    wall = f"p50 {p50 * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms, worst {took[-1] * 1e3:.1f} ms"
    print(f"{questions} questions, {title}: {wall}, {spent / questions * 1e3:.1f} ms of CPU each")


async def lag() -> float:
    """The longest the event loop was held, until cancelled."""
    worst = 0.0
    try:
        while True:
            begun = perf_counter()
            await asyncio.sleep(0.001)
            worst = max(worst, perf_counter() - begun - 0.001)
    except asyncio.CancelledError:
        return worst


async def stop(task: "asyncio.Task[float]") -> float:
    task.cancel()
    return await task


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--articles", type=int, default=5_000)
    arguments.add_argument("--questions", type=int, default=1_000)
    given = arguments.parse_args()
    asyncio.run(main(given.articles, given.questions))
