"""`heimvakt schema`: the JSON Schemas of the configuration and of the messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from heimvakt.app import catalogue
from heimvakt.config.schema import schema as configuration_schema
from heimvakt.uplinks.schema import schemas as message_schemas

EXAMPLE = "Example: heimvakt schema --write docs/messages"


def command(
    write: Annotated[
        Path | None,
        typer.Option(help="Write the schemas of the messages into this folder.", metavar="DIR"),
    ] = None,
) -> None:
    """Print the JSON Schema of the file of a home.

    With --write: write those of the messages instead.
    """
    if write is None:
        print(json.dumps(configuration_schema(catalogue()), ensure_ascii=False, indent=2))
        return
    write.mkdir(parents=True, exist_ok=True)
    for name, schema in message_schemas().items():
        (write / name).write_text(
            json.dumps(schema, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
        )
        print(write / name)
