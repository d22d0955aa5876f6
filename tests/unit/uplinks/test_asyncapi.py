"""The AsyncAPI document is whole, is what the software does, and keeps the rules of AsyncAPI 3.0.

The official schema of AsyncAPI is not ours to copy: it comes with `npm ci --ignore-scripts` in
examples/receivers, and its test is skipped, with the reason, without it.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from heimvakt.cli.root import app
from heimvakt.uplinks.asyncapi import CHANNELS, FILE, asyncapi
from heimvakt.uplinks.schema import schema_text, schemas
from heimvakt.uplinks.topics import Topics

ROOT = Path(__file__).parents[3]
PUBLISHED = ROOT / "docs" / "messages" / FILE
OFFICIAL = ROOT / "examples/receivers/node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json"


def references(part: object) -> Iterator[str]:
    """Every `$ref` in it."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


def resolved(reference: str) -> Any:
    """What it points at: here, or in the file beside."""
    file, _, inside = reference.partition("#")
    found: Any = schemas()[file.removeprefix("./")] if file else asyncapi()
    for name in inside.split("/")[1:]:
        found = found[name]
    return found


def test_what_is_published_is_what_the_software_says() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text(asyncapi()), (
        f"{PUBLISHED} is old; type: heimvakt schema --write docs/messages"
    )


def test_it_is_printed_and_written(tmp_path: Path) -> None:
    said = CliRunner().invoke(app, ["schema", "--asyncapi"])
    assert (said.exit_code, json.loads(said.output)) == (0, asyncapi())
    said = CliRunner().invoke(app, ["schema", "--write", str(tmp_path)])
    assert said.exit_code == 0, said.output
    assert {path.name for path in tmp_path.iterdir()} == {FILE, *schemas()}
    assert json.loads((tmp_path / FILE).read_text(encoding="utf-8")) == asyncapi()


def test_every_topic_of_a_gateway_is_in_it_once() -> None:
    gateway, other = Topics("{gateway_id}"), Topics("{gateway_id}", path="{path}")
    names = {name for name, kind in vars(Topics).items() if isinstance(kind, property)}
    topics = {getattr(gateway, name) for name in names - {"client_id"}} | {other.state}
    addresses = [channel.address for channel in CHANNELS.values()]
    assert sorted(addresses) == sorted(topics)


def test_every_message_is_in_it_and_has_the_type_that_it_is_called_by() -> None:
    messages = asyncapi()["components"]["messages"]
    assert {message["payload"]["$ref"] for message in messages.values()} == {
        f"./{file}" for file in schemas()
    }
    for message in messages.values():
        schema = resolved(message["payload"]["$ref"])
        assert schema["properties"]["type"]["const"] == message["name"]
    told = {name for channel in CHANNELS.values() for name in channel.messages}
    assert told == set(messages)


def test_the_models_say_the_same_of_their_topics() -> None:
    """Each model says in its first sentence where it is sent; so does the document."""
    for channel in CHANNELS.values():
        for name in channel.messages:
            said = schemas()[f"{name}.v1.schema.json"]["description"]
            assert f"`{channel.address}`" in said or channel.address.endswith("/{path}"), name
            assert ("QoS 1, retained" in " ".join(said.split())) is channel.retained


def test_nothing_in_it_points_at_nothing() -> None:
    pointed = list(references(asyncapi()))
    assert len(pointed) > len(CHANNELS)
    for reference in pointed:
        assert resolved(reference), reference


def test_it_keeps_the_schema_of_asyncapi() -> None:
    if not OFFICIAL.is_file():
        pytest.skip("@asyncapi/specs is missing: npm ci --ignore-scripts in examples/receivers")
    validator: Any = importlib.import_module("jsonschema").Draft7Validator
    official = json.loads(OFFICIAL.read_text(encoding="utf-8"))
    faults = [f"{e.json_path}: {e.message}" for e in validator(official).iter_errors(asyncapi())]
    assert faults == []
    assert not validator(official).is_valid({**asyncapi(), "channels": {"alarm": {"adress": ""}}})
