"""The command line: `hotline --help` lists what there is."""

import typer

from hotline import case_cli, explain_cli, matters_cli, procedure_cli, token_cli

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A utility's customer hotline as a closed loop.",
)

app.command("case")(case_cli.case)
app.command("matters")(matters_cli.matters)
app.command("token")(token_cli.token)
app.add_typer(explain_cli.app, name="explain")
app.add_typer(procedure_cli.app, name="procedure")

if __name__ == "__main__":
    app()
