"""`hotline telephony`: what a capture of the phone switch comes to, and whether a switch is set up as it must be."""

import asyncio
from pathlib import Path
from typing import Annotated

import orjson
import typer

from hotline.choosing import Lang, LangOption, find_procedure, stop_line
from hotline.utility import COMES_WITH_IT
from kit.clock import RealClock
from kit.settings import load_settings
from procedures.model import Procedure
from services.telephony.http.stream import told
from services.telephony.people import PUBLISHED_KEY, index_key, vault_of
from services.telephony.replaying import replayed

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
