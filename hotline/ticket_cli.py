"""`hotline ticket`: one ticket's whole story in order, with each clock and its clause."""

import asyncio
from http import HTTPStatus
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import httpx
import typer
from rich.console import Console

from contracts.topics import TICKETS
from hotline.address import PATH_VARIABLE, NotRunning, known_address
from hotline.api import Api, Refused
from hotline.choosing import Lang
from hotline.printing import printable, printable_json
from hotline.story import Story, Teller, in_order
from hotline.tokens import token_of
from hotline.utility import UtilityOption, chosen
from kit.settings import Settings, SettingsError
from procedures.loader import load_all
from services.registry import speaking_on
from texts import Language, text


def ticket(
    ticket: Annotated[str, typer.Argument(help="The ticket's id, or its work-order number.", show_default=False)],
    lang: Annotated[Lang, typer.Option(help="Language of the answer.")] = Lang.ZH,
    url: Annotated[str | None, typer.Option(help="Where the hotline answers; found under ./var when left out.")] = None,
    utility: UtilityOption = None,
    var: Annotated[Path | None, typer.Option(help="Where the hotline keeps its things (./var).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Print what happened to a ticket, who did it, and every limit with its clause."""
    console, errors = Console(highlight=False), Console(stderr=True, highlight=False)
    try:
        settings = chosen(utility, var)
        story = asyncio.run(_story(settings, url or known_address(settings), ticket, lang.language()))
    except (NotRunning, SettingsError, Refused, httpx.TransportError) as error:
        errors.print(printable(_why(error)), soft_wrap=True, markup=False)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(printable_json({"order": story.order, "events": story.events, "clocks": story.clocks}))
        return
    _show(console, story, lang.language())


def _why(error: Exception) -> str:
    if isinstance(error, Refused) and error.problem.get("status") == HTTPStatus.UNAUTHORIZED:
        return f"{error} ({PATH_VARIABLE}: {text('story.another_key')} {text('story.another_key', 'en')})"
    return str(error) or type(error).__name__


async def _story(settings: Settings, url: str, named: str, language: Language) -> Story:
    api = Api(url, token_of(settings), language=language)
    try:
        order = await api.get("supervisor", f"/routing/work-orders/{quote(named, safe='')}")
        told = [
            await api.get("supervisor", f"/{service.prefix}/events/{order['id']}") for service in speaking_on(TICKETS)
        ]
        clocks = await api.get("supervisor", f"/sla/tickets/{order['id']}/clocks")
    finally:
        await api.close()
    return Story(order, in_order([event for part in told for event in part]), clocks)


def _show(console: Console, story: Story, language: Language) -> None:
    teller = Teller(load_all().get(story.clocks["procedure"]), language)
    console.print(teller.head(story.order), soft_wrap=True)
    for event in story.events:
        console.print(teller.line(event, story.order), soft_wrap=True)
    console.print(teller.clocks(story.clocks["clocks"]))
