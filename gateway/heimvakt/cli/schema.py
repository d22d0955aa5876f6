"""`heimvakt schema`: the configuration and the messages, for editors and programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heimvakt.app import catalogue
from heimvakt.config.schema import schema as configuration_schema
from heimvakt.uplinks import asyncapi
from heimvakt.uplinks.schema import schema_text
from heimvakt.uplinks.schema import schemas as message_schemas

EXAMPLE = "Example: heimvakt schema --write docs/messages"


def command(
    write: Annotated[
        Path | None,
        typer.Option(help="Write what describes the messages into this folder.", metavar="DIR"),
    ] = None,
    as_asyncapi: Annotated[
        bool,
        typer.Option("--asyncapi", help="Print the AsyncAPI document of the messages instead."),
    ] = False,
) -> None:
    """Print the JSON Schema of the file of a home.

    With --write: write the schemas of the messages, and the AsyncAPI document of them, instead.
    """
    if write is not None:
        write.mkdir(parents=True, exist_ok=True)
        for name, said in {**message_schemas(), asyncapi.FILE: asyncapi.asyncapi()}.items():
            (write / name).write_text(schema_text(said), encoding="utf-8")
            print(write / name)
    elif as_asyncapi:
        print(schema_text(asyncapi.asyncapi()), end="")
    else:
        print(schema_text(configuration_schema(catalogue())), end="")
