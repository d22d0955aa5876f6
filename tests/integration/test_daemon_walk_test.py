"""A walk test by the command that a technician types, beside the real daemon and a centre."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.support.command import heimvakt
from tests.support.home import home

pytestmark = pytest.mark.slow


async def test_each_sensor_is_tried_up_to_the_answer_of_the_centre_and_nobody_is_called() -> None:
    async with home() as h, h.running() as service, service.link() as (_, watched):
        there = ("--socket", service.command.control)
        chosen = ("front-door", "pendant")
        async with asyncio.TaskGroup() as tasks:
            walk = tasks.create_task(heimvakt("walk-test", *chosen, *there))
            await watched.event("walk-test-turned", 1)
            second = await heimvakt("walk-test", "bed", *there)
            assert second.code == 1, "and the first goes on, in service as before"
            assert "another walk test is running, just now at front-door" in second.err
            await h.motion.motion()  # in passing
            await h.door.open()
            await watched.event("walk-test-turned", 3)  # away from the door, to the pendant
            await h.pendant.press()
        done = walk.result()
        assert done.code == 0, done
        assert "1/2  front-door" in done.out
        assert "door opened" in done.out
        assert done.out.count("answered by centre in") == 2
        assert "2 devices tried, and all of them work" in done.out

        told = [
            first[0] for first in h.centre.alarms.values() if first[0].get("device_id") in chosen
        ]
        assert sorted(alarm["kind"] for alarm in told) == ["button", "night-door", "test"]
        assert all(alarm["test"] for alarm in told), "nobody is sent for a test"
        mode = json.loads((await heimvakt("mode", "--json", *there)).out)
        assert mode["mode"] == "home", "and afterwards it is as it was"

        # What nobody tries in time is told as such.
        never = await heimvakt("walk-test", "bed", "--for", "1s", *there)
        assert never.code == 1
        assert "never reported: bed" in never.out
        strange = await heimvakt("walk-test", "cellar", *there)
        assert (strange.code, "there is no device cellar" in strange.err) == (1, True)

        # A press after the walk is real again.
        await h.pendant.release()
        await h.pendant.press()
        assert not (await h.centre.alarm("button", 2)).get("test")
