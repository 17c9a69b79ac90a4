"""Whose people and whose procedure the embedded mode stands in for."""

from kit.settings import Settings

COMES_WITH_IT = "kunlun-gas-956100"
"""The utility whose procedure comes with the project."""


def utility_of(settings: Settings) -> str:
    """The one that is set, else the one that comes with the project."""
    return settings.embedded.utility or COMES_WITH_IT
