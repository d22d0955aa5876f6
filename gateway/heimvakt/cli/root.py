"""`heimvakt`: all verbs under one name; alone it says what the box is doing."""

from __future__ import annotations

from typing import Annotated

import typer

from heimvakt import __version__

from . import alarms, check, demo, run, schema, status

app = typer.Typer(
    name="heimvakt",
    help="The gateway in the home of someone who needs help: sensors in, alarms out, none lost.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for verb in (run, check, status, alarms, schema, demo):
    app.command(name=verb.NAME, epilog=verb.EXAMPLE)(verb.command)


def _version(asked: bool) -> None:
    if asked:
        print(f"heimvakt {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Say what the box is doing when no verb is given."""
    if context.invoked_subcommand is None:
        status.command()
        print("\nmore: heimvakt alarms, heimvakt check FILE, heimvakt --help")
