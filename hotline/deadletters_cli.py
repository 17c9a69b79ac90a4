"""`hotline deadletters`: what could not be handled, why, and sending it again once the cause is gone."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import orjson
import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hotline.address import NotRunning, known_bus
from hotline.choosing import Lang
from hotline.printing import printable, printable_json, printable_lines
from kit.bus.dead_letters import DeadLetter, read_letters, replay
from kit.bus.publisher import KafkaPublisher
from kit.bus.relay import BusAway
from kit.settings import KafkaSettings, SettingsError, load_settings
from procedures.wording import local_text
from texts import Language, text

app = typer.Typer(no_args_is_help=True, help="Messages that no service could handle: list, show, replay.")

T = TypeVar("T")
Words = Annotated[Lang, typer.Option(help="Language of the answer.")]
Var = Annotated[Path | None, typer.Option(help="Where the hotline keeps its things (./var).")]
AsJson = Annotated[bool, typer.Option("--json", help="For a program.")]

_ZONE = ZoneInfo("Asia/Shanghai")


@app.command("list")
def list_(lang: Words = Lang.ZH, var: Var = None, as_json: AsJson = False) -> None:
    """List the messages set aside and not sent again since, the oldest first."""
    language = lang.language()
    letters = _on_the_bus(_bus(var, language), language, read_letters)
    console = Console(highlight=False)
    if as_json:
        typer.echo(printable_json([_as_data(letter) for letter in letters]))
    elif not letters:
        console.print(text("deadletter.none", language))
    else:
        console.print(_table(letters, language))


@app.command()
def show(
    id_: Annotated[str, typer.Argument(metavar="ID", help="As the list has it: topic/partition/offset.")],
    lang: Words = Lang.ZH,
    var: Var = None,
    as_json: AsJson = False,
) -> None:
    """Show one message whole: reason, trace of each service that failed, headers, original body."""
    language = lang.language()
    [letter] = _chosen(_on_the_bus(_bus(var, language), language, read_letters), [id_], language)
    console = Console(highlight=False)
    if as_json:
        typer.echo(printable_json({**_as_data(letter), "failures": letter.failures, "body": _readable(letter.value)}))
        return
    console.print(_table([letter], language))
    for service, failure in letter.failures.items():
        console.print(Text(f"\n{printable(service)}", "bold"))
        console.print(printable_lines(failure.rstrip()), markup=False, soft_wrap=True)
    console.print(f"\n[bold]{text('deadletter.headers', language)}[/]")
    for name, value in letter.headers:
        console.print(printable(f"{name}: {_readable(value)}"), markup=False, soft_wrap=True)
    console.print(f"\n[bold]{text('deadletter.body', language)}[/]")
    console.print(printable_lines(_readable(letter.value)), markup=False, soft_wrap=True)


@app.command("replay")
def replay_(
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID…", help="Which ones.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every one that is listed.")] = False,
    lang: Words = Lang.ZH,
    var: Var = None,
) -> None:
    """Send the original messages again; services that had handled one drop the repeat."""
    language = lang.language()
    if bool(ids) == all_:
        _fail(text("deadletter.which", language))
    settings = _bus(var, language)
    letters = _on_the_bus(settings, language, read_letters)
    chosen = letters if all_ else _chosen(letters, ids or [], language)
    sent = _on_the_bus(settings, language, lambda given: _sent_again(given, chosen))
    typer.echo(text("deadletter.replayed", language, n=sent))
    if cut := ", ".join(letter.id for letter in chosen if letter.cut):
        typer.echo(text("deadletter.cut", language, ids=cut), err=True)


async def _sent_again(settings: KafkaSettings, letters: Sequence[DeadLetter]) -> int:
    publisher = KafkaPublisher(settings, "deadletters")
    try:
        return await replay(publisher, letters)
    finally:
        await publisher.close()


def _bus(var: Path | None, language: Language) -> KafkaSettings:
    try:
        settings = load_settings()
        if var is not None:
            settings = settings.model_copy(update={"embedded": settings.embedded.model_copy(update={"path": var})})
        servers = known_bus(settings)
    except SettingsError as error:
        _fail(str(error))
    except NotRunning:
        _fail(text("deadletter.not_running", language))
    # A handful of messages does without what the fall-back broker refuses.
    return settings.kafka.model_copy(update={"bootstrap_servers": servers, "idempotent": False})


def _on_the_bus(
    settings: KafkaSettings, language: Language, ask: Callable[[KafkaSettings], Coroutine[Any, Any, T]]
) -> T:
    try:
        return asyncio.run(ask(settings))
    except (KafkaError, BusAway, OSError) as error:
        _fail(text("deadletter.away", language, reason=str(error) or type(error).__name__))


def _chosen(letters: Sequence[DeadLetter], ids: Sequence[str], language: Language) -> list[DeadLetter]:
    by_id = {letter.id: letter for letter in letters}
    unknown = [id_ for id_ in ids if id_ not in by_id]
    if unknown:
        _fail(text("deadletter.unknown", language, ids=", ".join(unknown)))
    return [by_id[id_] for id_ in dict.fromkeys(ids)]


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)


def _table(letters: Sequence[DeadLetter], language: Language) -> Table:
    heads = ("id", "set_aside_at", "type", "subject", "reason", "services", "replays")
    table = Table(*(text(f"deadletter.{head}", language) for head in heads), box=None, pad_edge=False)
    for letter in letters:
        reason = text(f"deadletter_reason.{letter.reason}", language) if letter.reason else ""
        services = ", ".join(letter.failures)
        type_ = letter.event_type.removeprefix("hotline.")
        row = (
            letter.id,
            local_text(letter.set_aside_at, _ZONE, exact=True),
            type_,
            _readable(letter.key),
            reason,
            services,
        )
        table.add_row(*(Text(printable(cell)) for cell in row), str(letter.replays or ""))
    return table


def _as_data(letter: DeadLetter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "set_aside_at": letter.set_aside_at.isoformat(),
        "type": letter.event_type,
        "subject": _readable(letter.key),
        "reason": letter.reason,
        "services": list(letter.failures),
        "replays": letter.replays,
    }


def _readable(value: bytes | None) -> str:
    """Text as text, JSON laid out, anything else escaped."""
    try:
        found = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        return (value or b"").decode("utf-8", "backslashreplace")
    return orjson.dumps(found, option=orjson.OPT_INDENT_2).decode()
