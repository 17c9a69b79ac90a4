"""`hotline procedure new`: the first file of a utility from a dozen questions, with a first case for each type."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from hotline.cases.play import play
from hotline.cases.procedures import for_all, procedure_of
from hotline.cases.reading import read_file
from hotline.choosing import Lang, LangOption, draft, stop
from hotline.starter.answers import QUESTIONS, NotUnderstood, Question, understood
from hotline.starter.writing import cases_text, procedure_text
from kit.clock import RealClock
from procedures.model import Procedure
from texts import Language, text


def new(
    folder: Annotated[Path, typer.Argument(help="Where a folder for the utility is made.")] = Path(),
    lang: LangOption = Lang.ZH,
) -> None:
    """Ask what a first procedure needs, write it with a case for each type, check it and play the cases."""
    language = lang.language()
    typer.echo(text("starter.begin", language, count=len(QUESTIONS)))
    answers = {question.key: _asked(question, language) for question in QUESTIONS}
    home = folder / answers["utility"]
    file, cases = home / f"{answers['effective']}.yaml", home / "cases" / "first.yaml"
    for path in (file, cases):
        if path.exists():
            stop(text("starter.exists", language, file=path), status=1)
    cases.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(procedure_text(answers, RealClock().now().year), "utf-8")
    procedure = draft(file, language)
    cases.write_text(cases_text(procedure, answers), "utf-8")
    played = _played(cases, procedure)
    typer.echo(text("starter.written", language, file=file, cases=cases, held=sum(played), count=len(played)))
    typer.echo(text("starter.next", language, file=file, cases=cases.parent))


def _asked(question: Question, language: Language) -> Any:
    def value(answer: str) -> object:
        try:
            return understood(question, answer, language)
        except NotUnderstood as why:
            raise typer.BadParameter(str(why)) from None

    example = text(f"starter.example.{question.key}", language)
    asked = text(f"starter.ask.{question.key}", language, example=example)
    return typer.prompt(asked, default=question.default, value_proc=value)


def _played(cases: Path, procedure: Procedure) -> list[bool]:
    """Whether each of the first cases holds."""
    choose = for_all(procedure)
    return [asyncio.run(play(each.case, procedure_of(each, choose))).holds for each in read_file(cases)]
