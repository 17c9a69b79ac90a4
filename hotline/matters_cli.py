"""`hotline matters`: puts each request of a file, in order of time, to the matter it belongs to."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer
from pydantic import AwareDatetime, BaseModel, Field, ValidationError
from rich.console import Console
from rich.progress import Progress

from hotline.choosing import UNREADABLE, find_procedure
from kit.clock import RealClock
from services.intake.matters.weighing import Alikeness
from services.intake.matters.window import MatterWindow
from services.intake.matters.words import Lexicon


class Message(BaseModel):
    """One recorded request; what else its line says is not looked at."""

    id: Annotated[str, Field(min_length=1, coerce_numbers_to_str=True)]
    customer: Annotated[str | None, Field(coerce_numbers_to_str=True)] = None
    at: AwareDatetime
    subject: str = ""
    text: str


class BadLine(ValueError):
    """A line that is no request; the text says which line and what is wrong with it."""


def matters(
    file: Annotated[
        Path, typer.Argument(help="JSON lines with id, at, text and, where known, subject; - reads what is piped in.")
    ],
    procedure: Annotated[
        str | None, typer.Option(help="utility, or utility@date: whose window and likeness; the measured ones.")
    ] = None,
) -> None:
    """Print {"id", "matter"} for each request: the id of the first request of its matter, known from the past alone.

    Status 2 when the file or a line cannot be read; every other line is still answered.
    """
    errors = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
    stated = find_procedure(procedure, RealClock().now(), "zh").matters if procedure else None
    alikeness = Alikeness.of(stated) if stated else Alikeness()
    try:
        with _lines(file, errors) as lines:
            bad = _answer(lines, alikeness, errors)
    except OSError as fault:
        errors.print(f"{file}: {fault.strerror}")
        raise typer.Exit(UNREADABLE) from None
    raise typer.Exit(UNREADABLE if bad else 0)


@contextmanager
def _lines(file: Path, errors: Console) -> Iterator[Iterable[bytes]]:
    """The lines, with progress shown to a person who does not already see the answers come."""
    if str(file) == "-":
        yield sys.stdin.buffer
        return
    with file.open("rb") as lines:
        if not errors.is_terminal or sys.stdout.isatty():
            yield lines
            return
        with Progress(console=errors) as progress:
            yield progress.wrap_file(lines, total=file.stat().st_size, description="matters")


def _answer(lines: Iterable[bytes], alikeness: Alikeness, errors: Console) -> int:
    """Each request's matter on standard output as soon as it is read; how many lines were bad."""
    matter_of, bad = Matters(alikeness), 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            message = read_line(number, line)
        except BadLine as fault:
            errors.print(str(fault))
            bad += 1
            continue
        answer = {"id": message.id, "matter": matter_of(message)}
        sys.stdout.buffer.write(orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE))
        sys.stdout.buffer.flush()
    if matter_of.out_of_order:
        errors.print(
            f"{matter_of.out_of_order} requests stand after later ones: each was placed by the lines before it"
        )
    return bad


class Matters:
    """Places requests one after the other; a matter is known by its first request's id."""

    def __init__(self, alikeness: Alikeness) -> None:
        self._window = MatterWindow(alikeness)
        self._lexicon = Lexicon()
        self._latest: datetime | None = None
        self._count = 0
        self.out_of_order = 0

    def __call__(self, message: Message) -> str:
        """The matter of the message, remembering it."""
        said = self._lexicon.read(message.subject, message.text)
        signature, match = self._window.nearest(said, message.at)
        matter = match.matter if match else message.id
        self._window.add(str(self._count), message.at, matter, self._window.new_to(matter, signature))
        self._count += 1
        self.out_of_order += self._latest is not None and message.at < self._latest
        self._latest = max(message.at, self._latest or message.at)
        return matter


def read_line(number: int, line: bytes) -> Message:
    """The request on a line; BadLine says what is wrong with it and what would be right."""
    try:
        return Message.model_validate_json(line)
    except ValidationError as fault:
        raise BadLine(f"line {number}: {'; '.join(_faults(fault))}") from None


def _faults(fault: ValidationError) -> Iterator[str]:
    for error in fault.errors():
        name = ".".join(map(str, error["loc"]))
        yield f"{name}: {error['msg']}" if name else error["msg"]
