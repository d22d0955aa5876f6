"""`heimvakt`: all verbs under one name; alone it says what the box is doing."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from heimvakt import __version__

VERBS = (
    "run",
    "init",
    "check",
    "show",
    "reload",
    "status",
    "alarms",
    "explain",
    "replay",
    "export",
    "generate",
    "mode",
    "devices",
    "pair",
    "device",
    "walk-test",
    "monitor",
    "radios",
    "radio",
    "selftest",
    "diagnostics",
    "commission",
    "order",
    "backup",
    "restore",
    "update",
    "audit",
    "report",
    "page",
    "schema",
    "demo",
)
"""Each is a module beside this one with `command` and `EXAMPLE`, or with a `group` of them."""


class Verbs(TyperGroup):
    """Imports a verb when it is asked for: the service must not pay for the demo."""

    # typer carries its own click inside, whose types are none of ours.
    def list_commands(self, ctx: Any) -> list[str]:
        """In the order in which a person needs them."""
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The verb, or None where there is none of that name."""
        if cmd_name not in VERBS:
            return None
        module = import_module(f"heimvakt.cli.{cmd_name.replace('-', '_')}")
        if (group := getattr(module, "group", None)) is not None:
            return typer.main.get_command(group)
        alone = typer.Typer(
            add_completion=False,
            rich_markup_mode=None,
            pretty_exceptions_enable=False,
            context_settings={"help_option_names": ["-h", "--help"]},
        )
        alone.command(name=cmd_name, epilog=module.EXAMPLE)(module.command)
        return typer.main.get_command(alone)


app = typer.Typer(
    name="heimvakt",
    cls=Verbs,
    help="The gateway in the home of someone who needs help: sensors in, alarms out, none lost.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
        from . import status

        status.command()
        print("\nmore: heimvakt alarms, heimvakt check FILE, heimvakt --help")
