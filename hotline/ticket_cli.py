"""`hotline ticket`: one ticket's whole story in order, with each clock and its clause."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import httpx
import typer
from rich.console import Console
from rich.table import Table

from contracts.topics import TICKETS
from contracts.vocabulary import ClockState
from hotline.address import NotRunning, known_address
from hotline.api import Api, Refused
from hotline.choosing import Lang
from hotline.tokens import token_of
from kit.settings import Settings, SettingsError, load_settings
from procedures.loader import load_all
from procedures.model import Procedure
from procedures.wording import local_text
from services.registry import speaking_on
from texts import Language, label, text


@dataclass(frozen=True, slots=True)
class Story:
    """A ticket as its services tell it."""

    order: dict[str, Any]
    events: list[dict[str, Any]]
    clocks: dict[str, Any]


def ticket(
    ticket: Annotated[str, typer.Argument(help="The ticket's id, or its work-order number.", show_default=False)],
    lang: Annotated[Lang, typer.Option(help="Language of the answer.")] = Lang.ZH,
    url: Annotated[str | None, typer.Option(help="Where the hotline answers; found under ./var when left out.")] = None,
    var: Annotated[Path | None, typer.Option(help="Where the hotline keeps its things (./var).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Print what happened to a ticket, who did it, and every limit with its clause."""
    console, errors = Console(highlight=False), Console(stderr=True, highlight=False)
    try:
        settings = _settings(var)
        story = asyncio.run(_story(settings, url or known_address(settings), ticket, lang.language()))
    except (NotRunning, SettingsError, Refused, httpx.TransportError) as error:
        errors.print(str(error) or type(error).__name__, soft_wrap=True, markup=False)
        raise typer.Exit(2) from None
    if as_json:
        console.print_json(data={"order": story.order, "events": story.events, "clocks": story.clocks})
        return
    _show(console, story, lang.language())


def _settings(var: Path | None) -> Settings:
    settings = load_settings()
    if var is None:
        return settings
    return settings.model_copy(update={"embedded": settings.embedded.model_copy(update={"path": var})})


async def _story(settings: Settings, url: str, named: str, language: Language) -> Story:
    api = Api(url, token_of(settings), language=language)
    try:
        order = await api.get("supervisor", f"/routing/work-orders/{named}")
        told = [
            await api.get("supervisor", f"/{service.prefix}/events/{order['id']}") for service in speaking_on(TICKETS)
        ]
        clocks = await api.get("supervisor", f"/sla/tickets/{order['id']}/clocks")
    finally:
        await api.close()
    events = [event for part in told for event in part]
    return Story(order, sorted(events, key=lambda event: datetime.fromisoformat(event["time"])), clocks)


def _show(console: Console, story: Story, language: Language) -> None:
    order, procedure = story.order, load_all().get(story.clocks["procedure"])
    zone = procedure.calendar.zone
    console.print(f"[bold]{order['number']}[/]  {order['type_name']}  {order['stage_name']}", end="  ")
    console.print(order.get("closure_name", ""), order.get("unit_name", ""), f"[dim]{order['id']}[/]")
    for event in story.events:
        console.print(_line(event, procedure, language), soft_wrap=True)
    console.print(_clock_table(story.clocks["clocks"], zone, language))


def _line(event: dict[str, Any], procedure: Procedure, language: Language) -> str:
    zone = procedure.calendar.zone
    name = event["type"].removeprefix("hotline.").rpartition(".v")[0]
    data = event["data"]
    what = text(f"event.{name}", language)
    if "clock" in data and name.startswith("clock."):
        what = f"{procedure.name_of('clock', data['clock']).of(language)} {what}"
    by = data.get("by", {}).get("subject", "")
    return f"{_local(event['time'], zone)}  {what}  {_detail(data, zone)}[dim]{by}[/]".rstrip()


def _detail(data: dict[str, Any], zone: ZoneInfo) -> str:
    """The few things a reader wants beside the event's name."""
    found = [
        str(data[name]) for name in ("unit", "reason", "opinion", "grounds", "closure", "outcome") if data.get(name)
    ]
    if data.get("due"):
        found.append(f"→ {_local(data['due'], zone)}")
    found += [str(data[name]) for name in ("limit", "source", "rule") if data.get(name)]
    return "  ".join(found) + "  " if found else ""


def _clock_table(clocks: list[dict[str, Any]], zone: ZoneInfo, language: Language) -> Table:
    heads = [text(f"story.{name}", language) for name in ("clock", "due", "state", "clause")]
    table = Table(*heads, box=None, pad_edge=False)
    for clock in clocks:
        late = f" +{clock['late_by_s']} s" if clock.get("late_by_s") else ""
        state = label(ClockState(clock["state"]), language) + late
        clause = " ".join(filter(None, (clock["source"], clock.get("rule"), clock.get("limit"))))
        table.add_row(clock["name"], _local(clock["due"], zone), state, clause)
    return table


def _local(moment: str, zone: ZoneInfo) -> str:
    return local_text(datetime.fromisoformat(moment), zone, exact=True)
