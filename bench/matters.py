"""Same matter: how long a request waits with many past tickets, and how well labelled requests are put together."""

import argparse
import json
import random
import statistics
from array import array
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple

from bench.pairs import Pairs, Placed, judge
from bench.requests import Inventor
from hotline.matters_cli import Matters, read_line
from services.intake.matters.weighing import Alikeness, Signature
from services.intake.matters.window import MatterWindow
from services.intake.matters.words import Lexicon

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
ASKED = 600
POOL = 4_000
"""Texts that are really read for the filling; past tickets are these with the names changed."""


class Asked(NamedTuple):
    """What one request cost, and whether it came to the matter it is about."""

    seconds: float
    cpu: float
    right: bool


def main() -> None:
    """Without a file: a table over the number of past tickets. With one: precision and recall by label."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labelled", type=Path, help="JSON lines as `hotline matters` reads, some with `matter`")
    parser.add_argument("--past", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.labelled:
        labelled(given.labelled)
    else:
        at_scale(given.past, given.seed)


def at_scale(past: Sequence[int], seed: int) -> None:
    """Each number of past tickets twice: spread over a year, and all of them within the window."""
    print(f"seed {seed}; one request: segment, weigh, find, remember; {ASKED} asked, half of them repeats")
    print(f"{'past':>9} {'over':>7} {'in window':>9} {'p50 ms':>7} {'p99 ms':>7} {'CPU ms':>7} {'right':>6} {'MB':>6}")
    for count in past:
        for over in (YEAR, Alikeness().window):
            before = resident()
            window, lexicon = MatterWindow(Alikeness()), Lexicon()
            fill(window, lexicon, count, over, seed)
            asked = [*ask(window, lexicon, BEGAN + over, seed)]
            times = sorted(each.seconds * 1e3 for each in asked)
            cpu = statistics.fmean(each.cpu * 1e3 for each in asked)
            right = statistics.fmean(each.right for each in asked)
            print(
                f"{count:>9,} {over.days:>4} d  {len(window):>9,} {statistics.median(times):>7.2f} "
                f"{times[int(len(times) * 0.99)]:>7.2f} {cpu:>7.2f} {right:>6.1%} {resident() - before:>6.0f}",
                flush=True,
            )
            del window


def fill(window: MatterWindow, lexicon: Lexicon, count: int, over: timedelta, seed: int) -> None:
    """Past tickets, a matter each: the signatures of texts that were really read, with names that nobody else has."""
    luck, pool = random.Random(seed), read_pool(lexicon, Inventor(seed))
    for number in range(count):
        signature = renamed(*luck.choice(pool), luck)
        window.add(f"past{number}", BEGAN + over * (number / count), f"m{number}", signature)


def read_pool(lexicon: Lexicon, inventor: Inventor) -> list[tuple[Signature, frozenset[int]]]:
    """Signatures weighed in a window that has seen requests before, each with the numbers of its place's name."""
    window, pool = MatterWindow(Alikeness()), []
    for number in range(2 * POOL):
        request = inventor.request()
        signature, _ = window.nearest(lexicon.read(request.subject, request.text), BEGAN)
        window.add(str(number), BEGAN, str(number), window.new_to(str(number), signature))
        pool.append((signature, frozenset(lexicon.read("", request.about[0]).numbers)))
    return pool[POOL:]


def renamed(signature: Signature, names: frozenset[int], luck: random.Random) -> Signature:
    """The same request about another place."""
    name = luck.getrandbits(32)
    numbers = array("I", [name ^ number if number in names else number for number in signature.numbers])
    places = {kind: frozenset([name]) for kind in signature.places}
    return Signature(numbers, signature.weights, places, numbers)


def ask(window: MatterWindow, lexicon: Lexicon, at: datetime, seed: int) -> Iterator[Asked]:
    """New requests, each followed by somebody who means the same in other words."""
    inventor = Inventor(seed + 1)
    for number in range(ASKED // 2):
        first = inventor.request()
        cost, found = placed(window, lexicon, f"new{number}", first.subject, first.text, at)
        yield Asked(*cost, found is None)
        again = inventor.about(first.about)
        cost, repeated = placed(window, lexicon, f"again{number}", again.subject, again.text, at)
        yield Asked(*cost, repeated == (found or f"new{number}"))


def placed(
    window: MatterWindow, lexicon: Lexicon, id_: str, subject: str, text: str, at: datetime
) -> tuple[tuple[float, float], str | None]:
    """Wall and CPU seconds of placing one request, and the matter that was found."""
    wall, cpu = perf_counter(), process_time()
    signature, match = window.nearest(lexicon.read(subject, text), at)
    matter = match.matter if match else id_
    window.add(id_, at, matter, window.new_to(matter, signature))
    return (perf_counter() - wall, process_time() - cpu), match.matter if match else None


def labelled(file: Path) -> None:
    """Precision and recall over pairs within the window, each request placed from the past alone."""
    alikeness = Alikeness()
    placing, requests = Matters(alikeness), []
    wall, cpu = perf_counter(), process_time()
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        message = read_line(number, line)
        requests.append(Placed(message.at, placing(message), json.loads(line).get("matter")))
    wall, cpu = perf_counter() - wall, process_time() - cpu
    print(f"{len(requests)} requests, {len(requests) / wall:.0f} a second, {cpu / len(requests) * 1e3:.2f} CPU ms each")
    print(f"{'matter':<28} {'pairs':>6} {'precision':>9} {'strict':>7} {'recall':>7}")
    for label in sorted({each.label for each in requests if each.label}):
        show(label, judge(requests, alikeness.window, label))
    show("all", judge(requests, alikeness.window))


def show(name: str, pairs: Pairs) -> None:
    """One row; `strict` counts unlabelled companions as wrong."""
    print(
        f"{name:<28} {pairs.right + pairs.missed:>6} {pairs.precision:>9.3f} {pairs.strict_precision:>7.3f} "
        f"{pairs.recall:>7.3f}"
    )


def resident() -> float:
    """Memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4096 / 1e6


if __name__ == "__main__":
    main()
