"""The real daemon hears a smoke detector: a high alarm at once, over when taken and clear."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from heimvakt.demo.scene import Thing
from heimvakt_drivers.virtual.zigbee import SmokeDetector
from tests.support.home import home

SMOKE = Thing(device_id="kitchen-smoke", kind="SmokeDetector", role="smoke", room="kitchen")


async def test_smoke_is_a_high_alarm_at_the_centre_and_over_ten_minutes_after_it_cleared() -> None:
    async with (
        home(things=(SMOKE,), rules="") as h,
        h.running(driven_from=h.scene.start) as service,
        service.link() as (link, watched),
    ):
        detector = cast(SmokeDetector, h.devices["kitchen-smoke"])
        await detector.smoke()
        alarm = await h.centre.alarm("smoke")
        assert (alarm["priority"], alarm["device_id"]) == ("high", "kitchen-smoke")
        assert alarm["text"]["nb"] == "Røykvarsleren kitchen-smoke (kitchen) melder røyk."
        copies = h.centre.alarms[alarm["alarm_id"]]
        await watched.event("alarm-acknowledged")

        await detector.clear()
        await watched.event("smoke-cleared")
        await link.advance(h.scene.start + timedelta(minutes=9))
        await detector.smoke()  # the same alarm: nothing new is sent
        await watched.event("smoke-detected", 2)
        await detector.clear()
        await watched.event("smoke-cleared", 2)
        await link.advance(h.scene.start + timedelta(minutes=30))
        await h.centre.until(lambda: copies[-1]["state"] == "reset")
        *_, taken, over = copies[-1]["history"]
        assert taken["state"] == "accepted"
        assert datetime.fromisoformat(over["at"]) == h.scene.start + timedelta(minutes=19)
        assert h.centre.kinds().count("smoke") == 1
