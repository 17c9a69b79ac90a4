"""Both ways between releases: old messages before the present readers, present messages before the old readers."""

import io
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from contracts import generate
from contracts.catalogue import FACTS
from contracts.envelope import Event, decode, encode
from contracts.release import RELEASED, commit_of, last_release, read_schemas
from contracts.samples import sample
from tests.contracts.replay import stumbles

ROOT = Path(__file__).parents[2]
RECORDED = [file.read_bytes() for file in sorted(generate.samples_folder().glob("*.json"))]
RELEASES = sorted(RELEASED.glob("*"))
PINNED = ("at", "procedure", "ticket_type")
"""Not words that a newer speaker has more of: a ticket's type is one of the procedure that the event itself names."""


def test_contracts_are_released_and_their_types_are_still_known() -> None:
    release = last_release()
    assert release is not None
    assert read_schemas(release / "schemas").keys() <= FACTS.keys()


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.name)
def test_every_service_hears_what_was_recorded_at_a_release(release: Path) -> None:
    messages = [file.read_bytes() for file in sorted((release / "samples").glob("*.json"))]
    assert messages
    assert stumbles(messages) == []


def test_every_service_hears_what_is_said_now() -> None:
    assert stumbles(_said_now()) == []


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda recorded: orjson.loads(recorded)["type"])
def test_a_word_of_a_newer_speaker_is_heard_as_that_word(recorded: bytes) -> None:
    message = orjson.loads(recorded)
    newer = [orjson.dumps(message | {"data": data}) for data in _with_new_words(message["data"])]
    assert stumbles(newer) == []


def test_what_cannot_be_taken_is_told() -> None:
    opened = orjson.loads((generate.samples_folder() / "hotline.ticket.opened.v1.json").read_bytes())
    malformed, unheard_of = (
        opened | {"data": opened["data"] | change} for change in ({"at": "?"}, {"ticket_type": "?"})
    )
    told = stumbles([orjson.dumps(malformed), orjson.dumps(unheard_of), b"{"])
    assert all(line.startswith("malformed: ") for line in told)
    assert len(told) == 3


def test_the_readers_of_the_last_release_hear_what_is_said_now(tmp_path: Path) -> None:
    checkout, messages = tmp_path / "checkout", tmp_path / "messages"
    messages.mkdir()
    for place, message in enumerate(_said_now()):
        (messages / f"{place}.json").write_bytes(message)
    _check_out(_released_commit(), checkout)
    replay = [sys.executable, "-m", "tests.contracts.replay", str(messages)]
    heard = subprocess.run(replay, cwd=checkout, check=False, capture_output=True, text=True)
    assert heard.stdout.strip() == f"read by {checkout}", heard.stderr
    assert heard.returncode == 0, heard.stderr


def _said_now() -> list[bytes]:
    """The recorded messages, and the same with every field filled in that came since."""
    return [*RECORDED, *(encode(_grown(decode(recorded))) for recorded in RECORDED)]


def _grown(event: Event) -> Event:
    full = sample(type(event.data))
    data = full.data.model_dump() | event.data.model_dump(exclude_unset=True)
    return Event(**{**_attributes(full), "subject": event.subject, "data": type(event.data).model_validate(data)})


def _attributes(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in Event.__slots__}


def _with_new_words(value: Any) -> Iterator[Any]:
    """The same with one word after the other replaced by one that nobody here knows."""
    if isinstance(value, dict):
        for name in value.keys() - PINNED:
            yield from (value | {name: newer} for newer in _with_new_words(value[name]))
    elif isinstance(value, list):
        yield from ([newer] for each in value for newer in _with_new_words(each))
    elif isinstance(value, str) and not value.startswith("2026-"):
        yield "from_the_future"


def _released_commit() -> str:
    """The commit whose readers the last release stands for; skips where this copy has no history to take it from."""
    release = last_release()
    assert release is not None
    commit = commit_of(release)
    if not (ROOT / ".git").exists():
        pytest.skip(f"the readers of release {release.name} cannot be had: this is no git checkout")
    if _git("rev-parse", "--is-shallow-repository") == b"true\n" and not _git("cat-file", "-t", commit):
        pytest.skip(f"the readers of release {release.name} cannot be had: the history is cut off before {commit}")
    return commit


def _check_out(commit: str, folder: Path) -> None:
    archived = _git("archive", "--format=tar", commit)
    assert archived, f"{commit} is not in the history"
    with tarfile.open(fileobj=io.BytesIO(archived)) as archive:
        archive.extractall(folder, filter="data")


def _git(*arguments: str) -> bytes:
    """What git prints; nothing where it cannot."""
    return subprocess.run(["git", *arguments], cwd=ROOT, check=False, capture_output=True).stdout
