"""A signed file of a home, put in place by an updater beside the real daemon: it stays when the
centre is reached with it, goes by itself when not, and is told either way (promise 26)."""

from __future__ import annotations

import asyncio
import os
import random
import signal

import pytest

from tests.support.beside import beside
from tests.support.broker import needs_mosquitto
from tests.support.updates import (
    FLEET,
    KEYS,
    NEW_ROOT,
    ROOT_KEY,
    configuration_bundle,
    key_table,
)
from tests.support.updating import Box, box

pytestmark = needs_mosquitto
SHORT_S = 3.0
"""A trial that nobody can pass need not be long."""
STORE = "\n[store]\nmegabytes = 200\n"
KILLS = int(os.environ.get("HEIMVAKT_UPDATE_PROCESS_KILLS", "4"))


def changes_at(one: Box) -> list[str]:
    """The outcomes that the centre was told."""
    found = [r.message["data"] for r in one.centre.received if r.kind == "change"]
    return [data["outcome"] for data in found]


async def test_a_file_that_cuts_the_gateway_off_goes_by_itself_and_one_that_does_not_stays() -> (
    None
):
    async with box() as one:
        before = one.file.read_bytes()
        bad = one.configuration(dead=True)
        one.hand_over(configuration_bundle(bad, 1), "order-bad")
        await one.update(SHORT_S)
        assert one.file.read_bytes() == before
        assert one.file.with_name("home.toml.returned").read_text() == bad
        ((outcome, why),) = one.outcomes
        assert outcome == "returned"
        assert "within 3 s" in why
        assert await one.audited() == [("applied", "order-bad"), ("returned", "order-bad")]
        await one.centre.until(lambda: {"applied", "returned"} <= set(changes_at(one)))
        await one.centre.alarm("update")

        good = one.configuration(more=STORE)
        one.hand_over(configuration_bundle(good, 2), "order-good")
        await one.update()
        assert one.file.read_text() == good
        assert one.outcomes[1:] == [("kept", "")]
        assert (await one.audited())[2:] == [("applied", "order-good"), ("kept", "order-good")]
        await one.centre.until(lambda: "kept" in changes_at(one))
        assert not (one.updates / "busy").exists()


async def test_a_key_takes_the_place_of_another_and_nothing_is_taken_twice() -> None:
    async with box() as one:
        both = one.configuration(keys=KEYS + key_table(NEW_ROOT, "configuration", "keys"))
        first = configuration_bundle(both, 11, ROOT_KEY)
        one.hand_over(first, "order-first")
        await one.update()
        new_keys = key_table(FLEET, "program") + key_table(NEW_ROOT, "configuration", "keys")
        only_new = one.configuration(keys=new_keys)
        one.hand_over(configuration_bundle(only_new, 12, NEW_ROOT), "order-second")
        await one.update()
        assert one.outcomes == [("kept", ""), ("kept", "")]
        assert one.file.read_text() == only_new

        one.hand_over(first, "order-again")
        await one.update()
        one.hand_over(configuration_bundle(only_new, 12, NEW_ROOT), "order-replayed")
        await one.update()
        assert [outcome for outcome, _ in one.outcomes[2:]] == ["refused", "refused"]
        assert "knows no such key" in one.outcomes[2][1]
        assert "serial 12 was used up" in one.outcomes[3][1]
        assert one.file.read_text() == only_new


@pytest.mark.slow
async def test_a_technician_applies_a_file_from_a_stick_and_takes_it_back() -> None:
    async with box() as one:
        before = one.file.read_text()
        stick = one.updates.parent / "stick.heimvakt"
        stick.write_bytes(configuration_bundle(one.configuration(more=STORE), 3))
        where = ("--home-file", one.file)
        said = await one.says("check", stick, *where)
        assert said.code == 0, said.err
        assert "signed by fleet-2026: it may be put in place here" in said.out

        async with beside(one.follows()):
            said = await one.says("apply", stick, "--wait", "--socket", one.command.control)
            assert (said.code, said.err) == (0, ""), said.err
            assert said.out.splitlines()[-1] == "kept: configuration 3"
            said = await one.says("status", "--socket", one.command.control)
            assert "kept            configuration 3" in said.out
            assert "of the package" in said.out
            said = await one.says("back", "--configuration")
            assert said.code == 0, said.err
        assert one.file.read_text() == before

        said = await one.says("back", "--configuration")
        assert said.code == 1
        assert "there is no configuration to go back to" in said.err
        said = await one.says("check", stick, *where)
        assert said.code == 1
        assert "serial 3 was used up" in said.err
        assert "Traceback" not in said.err


@pytest.mark.fault
async def test_killed_in_the_middle_it_ends_where_it_has_to() -> None:
    chance = random.Random(26)
    async with box() as one:
        before = one.file.read_text()
        bad = one.configuration(dead=True)
        one.hand_over(configuration_bundle(bad, 1), "order-bad")
        for _ in range(KILLS):
            process = await asyncio.create_subprocess_exec(
                *one.updater(f"{SHORT_S:.0f}s"), stderr=asyncio.subprocess.DEVNULL
            )
            try:
                async with asyncio.timeout(chance.uniform(1.0, 6.0)):
                    await process.wait()
            except TimeoutError:
                process.send_signal(signal.SIGKILL)
                await process.wait()
            assert one.file.read_text() in (before, bad)
        await one.update(SHORT_S)
        assert one.file.read_text() == before
        assert [outcome for outcome, _ in one.outcomes] == ["returned"]
        assert await one.audited() == [("applied", "order-bad"), ("returned", "order-bad")]
