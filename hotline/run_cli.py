"""`hotline run`: one service against real servers."""

from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console

from kit.settings import SettingsError
from services import hosting
from services.registry import SERVICES

Service = StrEnum("Service", {name: name for name in SERVICES})  # type: ignore[misc]


def run(
    service: Annotated[Service, typer.Argument(help="Which one.")],
    port: Annotated[int | None, typer.Option(help="HTTP port; 0 takes a free one.")] = None,
) -> None:
    """Run one service against HOTLINE_KAFKA__BOOTSTRAP_SERVERS and HOTLINE_STORE__URL, until SIGTERM."""
    given: dict[str, Any] = {"http": {"port": port}} if port is not None else {}
    try:
        hosting.run(service.value, **given)
    except SettingsError as error:
        Console(stderr=True, highlight=False).print(str(error), soft_wrap=True)
        raise typer.Exit(2) from None
