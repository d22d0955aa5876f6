"""`heimvakt show`: every setting of a home that counts, and where each comes from."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer

from heimvakt.app import catalogue
from heimvakt.config.effective import Setting, effective
from heimvakt.config.findings import render_findings
from heimvakt.config.loader import load
from heimvakt.config.source import read

from .client import SocketOption, ask
from .exits import Exit, fail

EXAMPLE = "Example: heimvakt show home.toml --only rules"
ALIGNED = 48
"""The column at which it is said where a setting comes from; a longer one pushes it on."""


def command(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="The file of a home; without it that of the running service.",
            metavar="[FILE]",
            show_default=False,
        ),
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(
            help="Only this part: gateway, rules, rules.inactivity...", show_default=False
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    socket: SocketOption = None,
) -> None:
    """Print every setting that counts, also the defaults, and where each comes from.

    What is printed is a file of a home again: all its defaults are written out in it.
    """
    file = file or Path(ask(socket, {"do": "home-file"})["file"])
    loaded = load(file, catalogue())
    document = read(file).document
    if loaded.configuration is None or document is None:
        print(render_findings(loaded.findings), file=sys.stderr)
        raise typer.Exit(Exit.CONFIGURATION)
    part = tuple(only.split(".")) if only else ()
    found = [s for s in effective(document, loaded.configuration) if _is_in(s, part)]
    if not found:
        fail(Exit.USAGE, f'there is nothing in "{only}"', "such as: rules, or rules.inactivity")
    if as_json:
        print(json.dumps([_described(setting) for setting in found], ensure_ascii=False, indent=2))
    else:
        if not part:
            print(f"version = {document.data['version']}\n")
        print("\n".join(lines(found, file.name)))


def lines(settings: Sequence[Setting], file: str) -> Iterator[str]:
    """The settings as TOML, a section after the other."""
    for number, (section, own) in enumerate(groupby(settings, lambda s: s.path[:-1])):
        if number:
            yield ""
        name = ".".join(str(part) for part in section if isinstance(part, str))
        yield f"[[{name}]]" if any(isinstance(part, int) for part in section) else f"[{name}]"
        for setting in own:
            said = f"{setting.path[-1]} = {toml(setting.value)}"
            comes = "default" if setting.line is None else f"{file}:{setting.line}"
            yield f"{said:<{ALIGNED}} # {comes}"


def toml(value: Any) -> str:
    """A value as TOML writes it in a line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    # JSON's texts are TOML's, but for the character 0x7F.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _is_in(setting: Setting, part: tuple[str, ...]) -> bool:
    return tuple(map(str, setting.path))[: len(part)] == part


def _described(setting: Setting) -> dict[str, Any]:
    return {"key": ".".join(map(str, setting.path)), "value": setting.value, "line": setting.line}
