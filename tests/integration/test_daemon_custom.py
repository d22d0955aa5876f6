"""The real daemon with a rule of the home's own: killed while it waits, told late, explained."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.support.command import heimvakt
from tests.support.home import BED, DOOR, home

pytestmark = pytest.mark.slow

OWN = """
[rules.door-left]
kind = "custom"
when = { opened = [{ role = "door", room = "hall" }], for = "10m" }
unless = { entered = [{ role = "bed" }] }
text = { nb = "Døren står åpen.", en = "The door is open." }
"""


async def test_a_wait_goes_on_over_a_kill_and_its_alarm_says_that_it_is_late() -> None:
    async with home(things=(DOOR, BED), rules=OWN) as h:
        async with h.running(driven_from=h.scene.start) as service:
            async with service.link() as (_, watched):
                await h.door.open()
                await watched.event("door-opened")
            await service.kill()
        back = h.scene.start + timedelta(hours=1)
        async with h.running(driven_from=back):
            alarm = await h.centre.alarm("custom")
            assert alarm["text"]["en"] == (
                "The door is open. Told 50 min late: the gateway was off. What happened then "
                "nobody knows. Nothing is known of bed yet."
            )
            assert (alarm["device_id"], alarm["priority"]) == ("front-door", "medium")
        asked = ("--state", h.command.state, "--config", h.command.configuration)
        said = json.loads((await heimvakt("explain", "--json", *asked)).out)
        assert (said["kind"], said["rule_id"]) == ("custom", "door-left")
