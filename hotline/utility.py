"""Whose people and whose procedure the embedded mode stands in for."""

from pathlib import Path
from typing import Annotated

import typer

from kit.settings import Settings, SettingsError, load_settings
from procedures.loader import load_all

COMES_WITH_IT = "kunlun-gas-956100"
"""The utility whose procedure comes with the project."""


def utility_of(settings: Settings) -> str:
    """The one that is set, else the one that comes with the project."""
    return settings.embedded.utility or COMES_WITH_IT


UtilityOption = Annotated[
    str | None, typer.Option("--utility", help="Whose people and procedure; the one set, or that of the gas company.")
]


def chosen(utility: str | None, var: Path | None = None) -> Settings:
    """The settings with this utility in the embedded mode, and with its directory; SettingsError for an unknown one."""
    settings = load_settings()
    given = {name: value for name, value in (("utility", utility), ("path", var)) if value is not None}
    settings = settings.model_copy(update={"embedded": settings.embedded.model_copy(update=given)})
    known = load_all().utilities()
    if utility_of(settings) not in known:
        raise SettingsError(f"no such utility: {utility_of(settings)!r}; installed: {', '.join(known)}")
    return settings
