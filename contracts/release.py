"""Released contracts: schemas and samples as they were, and the commit whose readers they stand for.

`python -m contracts.release 1.1` records the present ones; from then on `contracts.compare` holds every change to them.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import orjson

from contracts.generate import drift
from contracts.schemas import Schema

ROOT = Path(__file__).parent
RELEASED = ROOT / "released"


def last_release(folder: Path = RELEASED) -> Path | None:
    """The newest released set: a folder named by a version such as `1.0`."""
    versions = [each for each in folder.iterdir() if each.is_dir()] if folder.exists() else []
    return max(versions, key=lambda each: [int(part) for part in each.name.split(".")], default=None)


def commit_of(release: Path) -> str:
    """The commit whose readers this release stands for."""
    return (release / "COMMIT").read_text().strip()


def read_schemas(folder: Path) -> dict[str, Schema]:
    """Every schema of a folder by event type."""
    return {file.name.removesuffix(".json"): orjson.loads(file.read_bytes()) for file in sorted(folder.glob("*.json"))}


def record(version: str) -> Path:
    """Keep the present schemas and samples under this version, with the commit that is checked out."""
    release = RELEASED / version
    release.mkdir(parents=True)
    for kind in ("schemas", "samples"):
        copytree(ROOT / kind, release / kind)
    (release / "COMMIT").write_text(f"{_git('rev-parse', 'HEAD')}\n")
    return release


def _objection(version: str) -> str | None:
    """Why this cannot be released now."""
    if (RELEASED / version).exists():
        return f"{version} is released already; a release is never changed"
    if drift():
        return "samples or schemas are out of date: run `make contracts` and commit"
    if _git("status", "--porcelain", "--", ".", ":!contracts/released"):
        return "there are changes that are not committed: a release stands for the readers of a commit"
    return None


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=ROOT.parent, check=True, capture_output=True, text=True
    ).stdout.strip()


def main() -> int:
    """Exit status 1 when it cannot be released now."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version", help="two numbers, such as 1.1")
    version = parser.parse_args().version
    objection = _objection(version)
    if objection:
        print(objection, file=sys.stderr)
        return 1
    print(f"recorded: {record(version).relative_to(ROOT.parent)}; commit it with nothing else")
    return 0


if __name__ == "__main__":
    sys.exit(main())
