"""What a change costs: the counts of `bench.counts` beside those of another revision, checked out for the purpose.

`python -m bench.compare REV`; the status is 1 when something has become dearer by more than 5 %.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
DEARER = 1.05


class NotCounted(Exception):
    """A revision on which the story cannot be played."""


def counts_of(checkout: Path) -> dict[str, int]:
    """The counts of the code in `checkout`; how it is counted stays the same for all. Raises NotCounted."""
    command = (sys.executable, "-P", str(ROOT / "bench" / "counts.py"))
    environment = os.environ | {"PYTHONPATH": str(checkout)}
    found = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)
    if found.returncode != 0:
        raise NotCounted(found.stderr.strip().splitlines()[-1])
    counts: dict[str, int] = json.loads(found.stdout)
    return counts


def counts_at(revision: str) -> dict[str, int]:
    """The counts of another revision. Raises NotCounted."""
    with tempfile.TemporaryDirectory(prefix="hotline-compare-") as directory:
        checkout = Path(directory) / "then"
        try:
            _git("worktree", "add", "--quiet", "--detach", str(checkout), revision)
            return counts_of(checkout)
        finally:
            _git("worktree", "remove", "--force", str(checkout))


def _git(*words: str) -> None:
    found = subprocess.run(("git", *words), cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode != 0:
        raise NotCounted(found.stderr.strip())


def compared(then: dict[str, int], now: dict[str, int], revision: str) -> tuple[list[str], list[str]]:
    """A line a count, and the names of those that have become dearer."""
    names = [*now, *(name for name in then if name not in now)]
    lines = [f"{'':42} {revision[:12]:>12} {'now':>12}"]
    lines += [f"{name:42} {then.get(name, 0):12,} {now.get(name, 0):12,} {_change(then, now, name)}" for name in names]
    return lines, [name for name in names if now.get(name, 0) > then.get(name, 0) * DEARER]


def _change(then: dict[str, int], now: dict[str, int], name: str) -> str:
    before, after = then.get(name, 0), now.get(name, 0)
    return "" if before == after else f"{(after - before) / before:+7.1%}" if before else "    new"


def main(argv: Sequence[str] | None = None) -> int:
    """Print both and what changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("revision")
    revision = parser.parse_args(argv).revision
    try:
        lines, dearer = compared(counts_at(revision), counts_of(ROOT), revision)
    except NotCounted as error:
        print(f"not counted: {error}", file=sys.stderr)
        return 2
    print("\n".join(lines))
    if dearer:
        print(f"dearer: {', '.join(dearer)}")
    return int(bool(dearer))


if __name__ == "__main__":
    sys.exit(main())
