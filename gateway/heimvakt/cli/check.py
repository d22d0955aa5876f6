"""`heimvakt check`: every mistake in a configuration at once, each with what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heimvakt.app import catalogue
from heimvakt.config.findings import as_json, render_findings
from heimvakt.config.loader import load

from .exits import Exit

EXAMPLE = "Example: heimvakt check home.toml"


def command(
    file: Annotated[Path, typer.Argument(help="The file of a home.", metavar="FILE")],
    as_json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Find every mistake in the file of a home.

    Ends with 1 if there is an error, with 0 if there are warnings only.
    """
    loaded = load(file, catalogue())
    if as_json_:
        print(as_json(loaded.findings))
    elif loaded.findings:
        print(render_findings(loaded.findings))
    else:
        configuration = loaded.configuration
        devices = len(configuration.devices) if configuration else 0
        rules = len(configuration.to_home().rules) if configuration else 0
        print(f"{file}: good ({devices} devices, {rules} rules)")
    if loaded.configuration is None:
        raise typer.Exit(Exit.FOUND)
