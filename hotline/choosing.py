"""Options that commands share: the reader's language, and a procedure by file, reference or utility."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from hotline.utility import utility_of
from kit.settings import SettingsError, load_settings
from procedures.faults import FileError
from procedures.loader import UnknownProcedureError, load, load_all
from procedures.model import Procedure
from texts import Language, text

UNREADABLE = 2
"""The exit status for what cannot be read or is not known."""


class Lang(StrEnum):
    """The reader's language."""

    ZH = "zh"
    EN = "en"

    def language(self) -> Language:
        """As the message catalogue names it."""
        return "zh" if self is Lang.ZH else "en"


LangOption = Annotated[Lang, typer.Option("--lang", help="Language of the answer.")]


def find_procedure(name: str | None, moment: datetime, language: Language) -> Procedure:
    """By file, reference or utility; that of the embedded mode when none is named. Ends the command without one."""
    if name is not None and name.endswith((".yaml", ".yml")):
        return draft(Path(name), language)
    try:
        return load_all().find(name or utility_of(load_settings()), moment)
    except FileError as error:
        refuse(error, language)
    except SettingsError as error:
        stop(str(error))
    except UnknownProcedureError as error:
        stop(text("choosing.unknown_procedure", language, name=name or "", known=", ".join(error.known)))


def draft(file: Path, language: Language) -> Procedure:
    """A file as it is, whatever it was when it was released. Ends the command where it does not hold."""
    try:
        return load(file, None)
    except FileError as error:
        refuse(error, language)


def refuse(error: FileError, language: Language, status: int = UNREADABLE) -> NoReturn:
    """End the command with everything that is wrong with a file, line by line."""
    for each in error.all():
        stop_line(each.told(language))
    stop(text("check.faults", language, count=len(error.all())), status)


def stop(message: str, status: int = UNREADABLE) -> NoReturn:
    """End the command with a message."""
    stop_line(message)
    raise typer.Exit(status)


def stop_line(message: str) -> None:
    """A line on the error stream."""
    Console(stderr=True, highlight=False).print(message, soft_wrap=True, markup=False)
