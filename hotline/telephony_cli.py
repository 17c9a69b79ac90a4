"""`hotline telephony`: what a capture of the phone switch comes to, and whether a switch is set up as it must be."""

import asyncio
from pathlib import Path
from typing import Annotated

import orjson
import typer

from hotline.choosing import Lang, LangOption, find_procedure, stop_line
from hotline.utility import COMES_WITH_IT
from kit.clock import RealClock
from kit.settings import Settings, load_settings
from procedures.model import Procedure
from services.telephony.ami.checking import findings
from services.telephony.http.stream import told
from services.telephony.people import PUBLISHED_KEY, index_key, vault_of
from services.telephony.replaying import replayed
from texts import Language, text

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The phone switch.")

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]
OfProcedure = Annotated[str, typer.Option("--procedure", help="A file, utility, or utility@date.")]


@app.callback()
def telephony() -> None:
    """The phone switch."""


@app.command()
def replay(file: File, procedure: OfProcedure = COMES_WITH_IT, lang: LangOption = Lang.ZH) -> None:
    """Print the call events of a capture, one JSON object a line, without a number.

    Each line of the capture is one message of Asterisk's manager interface as a JSON object, with `t`, when it was
    received. Blind indexes are made with HOTLINE_KEYS__INDEX where it is set, else with a key that everybody knows.
    """
    chosen = find_procedure(procedure, RealClock().now(), lang.language())
    asyncio.run(_print(file, chosen))


async def _print(file: Path, procedure: Procedure) -> None:
    vault = vault_of(index_key(load_settings()) or PUBLISHED_KEY)
    with file.open("rb") as lines:
        async for event in replayed(lines, procedure, vault, lambda bad: stop_line(f"{file}: {bad}")):
            typer.echo(orjson.dumps(told(event)))


@app.command()
def check(lang: LangOption = Lang.ZH) -> None:
    """Connect to the switch of the settings and say what is right and what is missing (exit status 1)."""
    language = lang.language()
    settings = load_settings()
    if not asyncio.run(_check(settings, language)):
        raise typer.Exit(1)


async def _check(settings: Settings, language: Language) -> bool:
    all_good = True
    async for finding in findings(settings):
        sign = {True: "✓", False: "✗", None: "·"}[finding.good]
        outcome = "good" if finding.good is not False else "bad"
        typer.echo(f"{sign} {text(f'switch_check.{finding.code}.{outcome}', language, **finding.params)}")
        all_good = all_good and finding.good is not False
    return all_good
