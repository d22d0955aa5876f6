"""SIGKILL of the real daemon at any moment: nothing committed is lost, nothing is told twice.

The radio, the broker and the response centre go on; only the daemon dies, again and again, on one
state directory. HEIMVAKT_KILLS says how often (12 without it), HEIMVAKT_SEED which lives are lived.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from heimvakt.demo.receiver import Behaviour, Manners
from tests.support.home import home
from tests.support.kept import kept
from tests.support.kills import Kills, Tally
from tests.support.proxy import proxy
from tests.support.restless import RESTLESS, tell_all
from tests.support.timed import in_time, timed
from tests.support.watched import Watched

KILLS = int(os.environ.get("HEIMVAKT_KILLS", "12"))
SEED = int(os.environ.get("HEIMVAKT_SEED", "1"))
KILLS_OF_ONE_HOME = 50
"""What is on disk is read and kept at each death."""
AT_ONCE = 2
"""Homes side by side: a daemon takes most of a second of processor time to start."""

CANCEL_S = 2.0
"""Of the button of the wall: till then nobody is called."""

pytestmark = pytest.mark.fault


@pytest.mark.timeout(120 + 10 * KILLS)
async def test_killed_at_any_moment_nothing_is_lost_and_nothing_is_told_twice() -> None:
    began = time.monotonic()
    homes = max(-(-KILLS // KILLS_OF_ONE_HOME), min(AT_ONCE, KILLS))
    places = asyncio.Semaphore(AT_ONCE)

    async def life(number: int) -> Tally:
        async with places:
            return await killed(KILLS // homes + (number < KILLS % homes), SEED * 1_000 + number)

    async with asyncio.TaskGroup() as group:
        lives = [group.create_task(life(number)) for number in range(homes)]
    tally = sum((each.result() for each in lives), Tally())
    print(
        f"seed {SEED}, {homes} homes, {time.monotonic() - began:.0f} s, {tally}"
    )  # shown by `pytest -s`
    assert tally.kills == KILLS


async def killed(times: int, seed: int) -> Tally:
    """One home that is killed so often."""
    behaviour = Behaviour(accept_after_s=0.0, keep_events=True)
    async with home(things=RESTLESS, behaviour=behaviour) as h, proxy(h.broker.port) as line:
        tell_all(h, line.url)
        kills = Kills(h, line, random.Random(seed))
        for _ in range(times):
            await kills.one()
        await kills.live_on_until_settled()
        try:
            kills.check()
        except AssertionError as error:
            error.add_note(f"in the home of seed {seed}")
            raise
        return kills.tally()


async def test_sensors_that_joined_just_before_the_kill_are_heard_after_it() -> None:
    async with home() as h:
        async with h.running() as service:
            await service.kill()
        async with h.running() as service, service.link() as (_, watched):
            # What comes of one that was not on disk yet is lost, and makes it known again.
            for device in h.devices.values():
                await device.check_in()
            await watched.until(lambda: _heard(watched) == set(h.devices))
            await h.pendant.press()
            await h.door.open()
            await h.motion.motion()
            await h.bed.leave()
            await h.wall_button.press()
            for kind in ("door-opened", "motion-detected", "bed-left"):
                await watched.event(kind)
            await watched.event("button-pressed", 2)


async def test_a_deadline_that_was_due_while_it_was_down_comes_late_and_once() -> None:
    async with home() as h:
        async with h.running(driven_from=h.scene.start) as service:
            async with service.link() as (_, watched):
                await h.bed.leave()
                await watched.until(lambda: bool(_timers(watched)))
                [due] = _timers(watched)
            await service.kill()
        back_at = h.scene.start + timedelta(hours=1)
        assert due < back_at
        async with h.running(driven_from=back_at) as service:
            alarm = await h.centre.alarm("night-wandering")
            await service.status_when(lambda s: s["receivers"]["centre"]["waiting"] == 0)
        assert datetime.fromisoformat(alarm["raised_at"]) == back_at
        [fired] = kept(h.database).of_kind("timer-fired")
        assert datetime.fromisoformat(fired["due"]) == due
        assert h.centre.kinds() == ["night-wandering"]


@timed
async def test_a_pre_alarm_goes_out_on_the_real_clock_although_it_was_killed_meanwhile() -> None:
    async with home() as h:
        async with h.running() as service:
            async with service.link() as (_, watched):
                began = time.monotonic()
                await h.wall_button.press()
                pressed = await watched.event("button-pressed")
            await service.kill()
        in_time(time.monotonic() - began, CANCEL_S, "the kill of a gateway with a pre-alarm")
        [waiting] = kept(h.database).alarms.values()
        assert waiting["state"] == "pending"
        async with h.running() as service:
            alarm = await h.centre.alarm("button")
        assert alarm["alarm_id"] == waiting["alarm_id"]
        confirmed = datetime.fromisoformat(alarm["history"][0]["at"])
        assert confirmed - datetime.fromisoformat(pressed["at"]) >= timedelta(seconds=2)
        assert h.centre.kinds() == ["button"]


async def test_a_pre_alarm_can_still_be_taken_back_after_a_kill() -> None:
    async with home() as h:
        async with h.running(driven_from=h.scene.start):
            pass  # the list of sensors is on disk with the end of this
        async with h.running(driven_from=h.scene.start) as service:
            async with service.link() as (_, watched):
                await h.wall_button.press()
                await watched.event("button-pressed")
                await h.wall_button.release()
            await service.kill()
        async with h.running(driven_from=h.scene.start + timedelta(seconds=1)) as service:
            async with service.link() as (link, watched):
                await h.wall_button.press()
                await watched.event("button-pressed")
                await link.advance(h.scene.start + timedelta(minutes=5))
                [alarm] = (await link.ask("alarms"))["alarms"]
            assert alarm["state"] == "cancelled"
            await h.pendant.press()
            await h.centre.alarm("button")
        assert list(h.centre.alarms) != [alarm["alarm_id"]]
        assert len(h.centre.alarms) == 1


async def test_an_alarm_that_was_published_and_not_answered_comes_again_under_its_id() -> None:
    never = Behaviour(manners=Manners.NEVER)
    async with home(behaviour=never) as h:
        async with h.running() as service:
            await h.pendant.press()
            first = await h.centre.alarm("button")
            await service.kill()
        async with h.running() as service:
            await h.centre.until(lambda: len(_copies(h.centre.alarms, first)) == 2)
            assert h.centre.kinds() == ["button"]
            assert h.centre.states[-1]["online"]
            h.centre.receiver.answer("demo-0001", first["alarm_id"], "received", by="centre")
            await service.status_when(lambda s: s["receivers"]["centre"]["waiting"] == 0)
        again = _copies(h.centre.alarms, first)[1]
        assert again["raised_at"] == first["raised_at"]
        assert again["late_s"] > first["late_s"]


def _heard(watched: Watched) -> set[str]:
    return {line["event"]["device_id"] for line in watched.lines if "device_id" in line["event"]}


def _copies(alarms: dict[str, list[dict[str, Any]]], one: dict[str, Any]) -> list[dict[str, Any]]:
    return alarms[one["alarm_id"]]


def _timers(watched: Watched) -> list[datetime]:
    """The deadlines that rules have asked for so far."""
    return [
        datetime.fromisoformat(thought["at"])
        for line in watched.lines
        for thought in line["thoughts"]
        if thought["effect"] == "ArmTimer"
    ]
