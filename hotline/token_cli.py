"""`hotline token`: a bearer token of the embedded mode's built-in issuer."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from hotline.address import PATH_VARIABLE
from hotline.tokens import user_of
from hotline.utility import UtilityOption, chosen, utility_of
from kit.auth.issuer import BuiltInIssuer, IssuerKeyError, UnknownUser, has_key
from kit.settings import SettingsError

_LIFETIME = re.compile(r"([1-9][0-9]{0,4})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def token(
    who: Annotated[
        str,
        typer.Option(
            "--as",
            help="agent, supervisor, knowledge, admin, unit:NAME[,NAME], division:NAME[,NAME], integration (of every"
            " channel) or integration:NAME[,NAME] (channels, platforms)",
            metavar="USER",
        ),
    ],
    utility: UtilityOption = None,
    lifetime: Annotated[str, typer.Option("--for", help="Valid for so long: 30m, 8h, 7d.", metavar="TIME")] = "8h",
    var: Annotated[Path | None, typer.Option("--var", help="The directory `hotline up` keeps everything in.")] = None,
) -> None:
    """Print a token for a seeded user; only services in embedded mode accept it.

    The signing key lies under ./var (HOTLINE_EMBEDDED__PATH) and is made there if the system was never started.
    """
    try:
        settings = chosen(utility, var)
        whose, path = utility_of(settings), settings.embedded.path
        user, valid_for = user_of(who, whose), _duration(lifetime)
        if not has_key(path):
            typer.echo(_nothing_ran_here(path), err=True)
        issuer = BuiltInIssuer(path)
        typer.echo(issuer.token(user, utility=whose, audience=settings.auth.audience, lifetime=valid_for))
    except (SettingsError, IssuerKeyError, UnknownUser, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def _nothing_ran_here(path: Path) -> str:
    return (
        f"No hotline was started under {path}: a new key was made there. One that keeps its things elsewhere will not"
        f" accept this token; say where by {PATH_VARIABLE} or --var."
        f" {path} 下没有启动过，已在此新建密钥；系统在别处的，请用 {PATH_VARIABLE} 或 --var 指明它的目录。"
    )


def _duration(text: str) -> timedelta:
    found = _LIFETIME.fullmatch(text)
    if found is None:
        raise typer.BadParameter(f"{text!r} is not a time; accepted: a number and m, h or d, such as 30m, 8h, 7d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
