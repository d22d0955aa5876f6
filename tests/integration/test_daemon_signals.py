"""What the real daemon does when it is told to stop, or to read its configuration again."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import time
from datetime import timedelta

import pytest

from tests.support.beside import beside
from tests.support.home import NIGHT_AND_DAY, Home, home
from tests.support.kept import kept
from tests.support.service import READY_S_MAX, STOP_S_MAX, Service
from tests.support.timed import TooSlow, in_time, timed

RULES_CHANGED = NIGHT_AND_DAY.replace('back_within = "20m"', 'back_within = "25m"')
assert RULES_CHANGED != NIGHT_AND_DAY
REOPENS_S_MAX = 60.0


async def _goes_on(h: Home) -> None:
    """Something happens all the time."""
    chance = random.Random(1)
    while True:
        await h.motion.motion()
        await h.motion.clear()
        await asyncio.sleep(chance.uniform(0.0, 0.02))


@pytest.mark.parametrize("broker", ["there", "away"])
@timed
async def test_a_stop_in_the_middle_of_work_is_obeyed_in_time_and_leaves_nothing_open(
    broker: str,
) -> None:
    async with home() as h, h.running() as service, service.link() as (_, watched):
        async with beside(_goes_on(h)):
            await watched.event("motion-detected", 5)
            if broker == "away":
                await h.broker.stop()
            await h.pendant.press()
            began = time.monotonic()
            await service.stop()
            took_s = time.monotonic() - began
        await watched.ended.wait()
        _had_the_time_to_end(service, took_s)
        assert service.notices.of("STOPPING")
        disk = kept(h.database)
        (stopping,) = (e["seq"] for e in disk.of_kind("gateway-stopping"))
        after = [disk.journal[seq]["kind"] for seq in range(stopping + 1, disk.last_seq + 1)]
        # An answer that came while the uplink said goodbye is taken too; nothing else is.
        assert {kind.partition("-")[0] for kind in after} <= {"alarm"}
        for line in watched.lines:
            assert disk.journal[line["event"]["seq"]] == line["event"]
        assert not service.command.control.exists()
        assert not [line for line in service.logged() if "exception" in line]
        if broker == "there":
            await h.centre.until(lambda: not h.centre.states[-1]["online"])
            assert h.centre.states[-1]["reason"] == "stopped"


def _had_the_time_to_end(service: Service, took_s: float) -> None:
    """Whoever ends in time leaves parts behind that have no time left: of those nothing is said
    here. On a machine at rest there are none."""
    in_time(took_s, STOP_S_MAX)
    if any(line["event"].startswith("parts do not end") for line in service.logged()):
        raise TooSlow("some part had no time to end in order")


async def test_a_good_new_configuration_is_taken_without_losing_anything() -> None:
    async with home() as h, h.running(driven_from=h.scene.start) as service:
        async with service.link() as (link, watched):
            await h.bed.leave()
            await watched.event("bed-left")
            await h.wall_button.press()
            await watched.event("button-pressed")
            before = await link.ask("status")
            assert set(before["timers"]) == {"night-wandering/back", "button/wall-button"}
            h.write(RULES_CHANGED)
            await _reload(service)
            await watched.ended.wait()
        # The frame comes while the port is closed, and again until the stick can pass it on.
        async with asyncio.timeout(REOPENS_S_MAX):
            while not await h.door.open():  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.05)
        async with service.link() as (link, watched):
            after = await link.ask("status")
            assert after["timers"]["button/wall-button"] == before["timers"]["button/wall-button"]
            await link.advance(h.scene.start + timedelta(seconds=3))
            await h.centre.alarm("button")
            await h.centre.alarm("night-wandering")
        assert len(service.notices.of("READY")) == 2
        assert not service.notices.of("STOPPING"), "systemd would take it for the end"
        await service.stop()
        starts = kept(h.database).of_kind("gateway-started")
        assert [start["cause"] for start in starts] == ["started", "configuration changed"]
    wandering = next(m[0] for m in h.centre.alarms.values() if m[0]["kind"] == "night-wandering")
    assert [e["kind"] for e in wandering["evidence"]] == ["bed-left", "door-opened"]
    assert wandering["thresholds"]["back_within"] == "25 min"


@timed
async def test_whoever_asks_while_a_new_configuration_is_taken_is_answered() -> None:
    answers = 0

    async def asks(service: Service) -> None:
        nonlocal answers
        while True:
            await _asked_as_by_a_command(service)
            answers += 1

    async with home() as h, h.running() as service:
        async with beside(asks(service)), beside(asks(service)):
            for number, rules in enumerate((RULES_CHANGED, NIGHT_AND_DAY, RULES_CHANGED), start=2):
                h.write(rules)
                await _reload(service, number)
        assert answers


async def _asked_as_by_a_command(service: Service) -> None:
    """Over a connection of its own. An `OSError` or nothing is what a command calls no service."""
    reader, writer = await asyncio.open_unix_connection(service.command.control, limit=2**20)
    try:
        writer.write(b'{"do": "status"}\n')
        async with asyncio.timeout(READY_S_MAX):
            line = await reader.readline()
    finally:
        writer.close()
    if not line and "not all that was asked is answered" in service.said():
        raise TooSlow("a life that ended had no time for its last answers")
    assert line, "it was hung up on"
    assert "gateway_id" in json.loads(line)


async def test_a_bad_new_configuration_is_not_taken_and_the_findings_are_told() -> None:
    async with home() as h, h.running() as service, service.link() as (link, watched):
        h.write(more="\n[rules.night-dor]\n")
        service.process.send_signal(signal.SIGHUP)
        async with asyncio.timeout(30):
            while "configuration not taken" not in service.said():  # noqa: ASYNC110 - only logged
                await asyncio.sleep(0.02)
        assert "night-dor" in service.said()
        assert 'did you mean "night-door"' in service.said()
        await h.pendant.press()
        await h.centre.alarm("button")
        assert not watched.ended.is_set()
        assert not watched.events("gateway-started")
        assert "night-door" in (await link.ask("status"))["rules"]


async def _reload(service: Service, life: int = 2) -> None:
    """Returns when the daemon is ready with the new configuration, in this life of it."""
    service.process.send_signal(signal.SIGHUP)
    await service.notices.until(lambda: len(service.notices.of("READY")) == life)
    assert service.process.returncode is None
