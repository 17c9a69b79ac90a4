"""The command line: `hotline --help` lists what there is; a command's module is imported when it is asked for.

Two commands bring a broker along; where the package with the broker is not installed, they are not offered.
"""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

_MODULES: Mapping[str, str] = MappingProxyType(
    {
        "up": "hotline.up_cli:up",
        "run": "hotline.run_cli:run",
        "play": "hotline.play_cli:play",
        "ticket": "hotline.ticket_cli:ticket",
        "deadletters": "hotline.deadletters_cli:app",
        "token": "hotline.token_cli:token",
        "case": "hotline.case_cli:case",
        "explain": "hotline.explain_cli:app",
        "procedure": "hotline.procedure_cli:app",
        "matters": "hotline.matters_cli:matters",
        "telephony": "hotline.telephony_cli:app",
    }
)
_WITH_BROKER = frozenset({"up", "play"})


class _Lazy(TyperGroup):
    """What a case needs is there in a tenth of the time that all services together take to import."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer's signature
        return list(_offered())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        offered = _offered()
        if cmd_name not in offered:
            return None
        module, _, name = offered[cmd_name].partition(":")
        found = getattr(import_module(module), name)
        command = get_command(found if isinstance(found, typer.Typer) else _alone(found))
        command.name = cmd_name
        return command


def _offered() -> Mapping[str, str]:
    if find_spec("embedded") is not None:
        return _MODULES
    return {name: module for name, module in _MODULES.items() if name not in _WITH_BROKER}


def _alone(function: Any) -> typer.Typer:
    app = typer.Typer(add_completion=False)
    app.command()(function)
    return app


app = typer.Typer(cls=_Lazy, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def hotline() -> None:
    """A utility's customer hotline as a closed loop 客服热线闭环系统."""


if __name__ == "__main__":
    app()
