"""The command line as a person meets it: words, JSON and exit codes, beside the real daemon."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from heimvakt.demo.scene import GATEWAY_ID
from tests.support.command import heimvakt
from tests.support.home import Home, home
from tests.support.service import Service


@pytest.fixture
async def box() -> AsyncIterator[tuple[Home, Service]]:
    """A home with one accepted alarm, and its daemon."""
    async with home() as h, h.running() as service:
        async with service.link() as (_, watched):
            await h.pendant.press()
            await watched.event("alarm-acknowledged")
        yield h, service


async def test_a_running_box_says_how_it_is_in_words_and_in_json(box: tuple[Home, Service]) -> None:
    h, service = box
    # Where systemd puts it, the socket is found without being named.
    there = {"RUNTIME_DIRECTORY": str(h.folder)}
    alone = await heimvakt(env=there)
    assert alone.code == 0
    assert alone.out.splitlines()[0].startswith("Heimvakt ")
    assert GATEWAY_ID in alone.out
    assert "5 of 5 heard from" in alone.out
    assert "heimvakt --help" in alone.out.splitlines()[-1]

    told = await heimvakt("status", env=there)
    assert told.code == 0
    assert "connected, " in told.out
    assert "0 waiting for its answer" in told.out
    assert "1 open, 0 that nobody accepted" in told.out

    status = await heimvakt("status", "--json", env=there)
    assert status.code == 0
    assert json.loads(status.out)["receivers"]["centre"]["connected"] is True

    listed = await heimvakt("alarms", "--socket", service.command.control)
    assert listed.code == 0
    assert "button" in listed.out
    assert "accepted" in listed.out
    assert "\x1b" not in listed.out, "colours only on a terminal"

    alarms = await heimvakt("alarms", "--json", env=there)
    assert alarms.code == 0
    [alarm] = json.loads(alarms.out)
    assert (alarm["kind"], alarm["state"]) == ("button", "accepted")

    still_open = await heimvakt("alarms", "--open", "--json", env=there)
    assert still_open.code == 0
    assert json.loads(still_open.out) == [alarm], "accepted, and not closed"

    private = await heimvakt("mode", "privacy", "--for", "30m", env=there)
    assert (private.code, private.out.split(" since ")[0]) == (0, "privacy")
    assert json.loads((await heimvakt("mode", "--json", env=there)).out)["by"] == "command"
    assert "mode privacy" in (await heimvakt(env=there)).out.splitlines()[0]
    too_long = await heimvakt("mode", "visit", "--for", "5h", env=there)
    assert (too_long.code, too_long.out) == (1, "")
    assert "visit lasts 1m to 4h" in too_long.err
    for said in (alone, told, status, listed, alarms, still_open, private):
        assert said.err == ""


@pytest.mark.parametrize("verb", [(), ("status",), ("alarms",), ("status", "--json")])
async def test_without_a_service_it_says_what_to_type(
    verb: tuple[str, ...], tmp_path: Path
) -> None:
    said = await heimvakt(*verb, env={"RUNTIME_DIRECTORY": str(tmp_path)})
    assert said.code == 3
    assert said.out == ""
    assert f"no service answers at {tmp_path}/control" in said.err
    assert "heimvakt run --config FILE" in said.err


@pytest.mark.parametrize(
    "arguments",
    [("fly",), ("alarms", "--limit", "0"), ("check",), ("run",), ("demo", "--for", "soon")],
)
async def test_wrong_usage_ends_with_2(arguments: tuple[str, ...]) -> None:
    said = await heimvakt(*arguments)
    assert said.code == 2
    assert said.err
    assert "Traceback" not in said.err


async def test_check_finds_every_mistake_and_says_how_it_went(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    async with home() as h:
        text = h.command.configuration.read_text()
        good.write_text(text)
    bad.write_text(
        text.replace('out_of = "bed"', 'out_of = "bad"').replace("[gateway]", "[gatway]")
    )
    said = await heimvakt("check", good)
    assert said.code == 0
    assert "0 errors" in said.out or "good (5 devices" in said.out
    said = await heimvakt("check", bad)
    assert said.code == 1
    line = text.splitlines().index('out_of = "bed"') + 1
    assert f"{bad}:{line}:" in said.out
    assert 'did you mean "bed"' in said.out
    assert "did you mean [gateway]?" in said.out
    said = await heimvakt("check", bad, "--json")
    assert said.code == 1
    assert len(json.loads(said.out)) >= 2
    said = await heimvakt("check", tmp_path / "none.toml")
    assert said.code == 1
    assert "none.toml" in said.out + said.err
    assert "Traceback" not in said.err


async def test_schema_is_json_schema() -> None:
    said = await heimvakt("schema")
    assert said.code == 0
    schema = json.loads(said.out)
    assert "json-schema.org" in schema["$schema"]
    assert {"gateway", "drivers", "devices", "rules", "receivers"} <= set(schema["properties"])
