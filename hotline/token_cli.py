"""`hotline token`: a bearer token of the embedded mode's built-in issuer."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from hotline.utility import utility_of
from kit.auth.issuer import BuiltInIssuer, IssuerKeyError, UnknownUser, seeded_user
from kit.settings import SettingsError, load_settings

_LIFETIME = re.compile(r"([1-9][0-9]{0,4})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def token(
    who: Annotated[
        str,
        typer.Option(
            "--as",
            help="agent, supervisor, knowledge, integration, admin, unit:NAME[,NAME] or division:NAME[,NAME]",
            metavar="USER",
        ),
    ],
    utility: Annotated[str | None, typer.Option(help="Whose people and procedure; one per token.")] = None,
    lifetime: Annotated[str, typer.Option("--for", help="Valid for so long: 30m, 8h, 7d.", metavar="TIME")] = "8h",
    var: Annotated[Path | None, typer.Option("--var", help="The directory `hotline up` keeps everything in.")] = None,
) -> None:
    """Print a token for a seeded user; only services in embedded mode accept it.

    The signing key lies under ./var (HOTLINE_EMBEDDED__PATH) and is made there if the system was never started.
    """
    try:
        settings = load_settings()
        issuer = BuiltInIssuer(var or settings.embedded.path)
        typer.echo(
            issuer.token(
                seeded_user(who),
                utility=utility or utility_of(settings),
                audience=settings.auth.audience,
                lifetime=_duration(lifetime),
            )
        )
    except (SettingsError, IssuerKeyError, UnknownUser, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def _duration(text: str) -> timedelta:
    found = _LIFETIME.fullmatch(text)
    if found is None:
        raise typer.BadParameter(f"{text!r} is not a time; accepted: a number and m, h or d, such as 30m, 8h, 7d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
