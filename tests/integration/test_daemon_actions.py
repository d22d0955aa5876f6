"""The real daemon tells a lamp and a siren what to do, and says what became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from heimvakt.demo.scene import Thing
from heimvakt_drivers.virtual.zigbee import Lamp, Siren
from tests.support.home import BED, PENDANT, home

LAMP = Thing(device_id="bedside-lamp", kind="Lamp", role="light", room="bedroom")
SIREN = Thing(device_id="hall-siren", kind="Siren", role="siren", room="hall")
RULES = """
[rules.night-light]
between = "00:00-23:59"
lights = ["bedside-lamp"]
on = ["bed"]
lasting = "10m"

[rules.siren]
sirens = ["hall-siren"]
after = "1m"
lasting = "3m"
"""


def is_lit(lamp: Lamp) -> bool:
    return lamp.lit


def is_heard(siren: Siren) -> bool:
    return siren.sounds


async def test_a_lamp_shows_the_way_and_a_siren_calls_the_neighbours_until_a_centre_has_it() -> (
    None
):
    async with (
        home(things=(BED, PENDANT, LAMP, SIREN), rules=RULES) as h,
        h.running(driven_from=h.scene.start) as service,
        service.link() as (link, watched),
    ):
        lamp, siren = cast(Lamp, h.devices["bedside-lamp"]), cast(Siren, h.devices["hall-siren"])
        await h.bed.leave()
        done = await watched.event("command-completed")
        assert (done["device_id"], done["result"]) == ("bedside-lamp", "done")
        assert is_lit(lamp)
        now = h.scene.start + timedelta(minutes=11)
        await link.advance(now)
        await watched.event("command-completed", 2)
        assert not is_lit(lamp)

        await h.broker.stop()
        await h.pendant.press()
        await watched.event("button-pressed")
        await link.advance(now + timedelta(minutes=2))
        sounded = await watched.event("command-completed", 3)
        assert (sounded["verb"], sounded["result"]) == ("siren", "done")
        assert is_heard(siren)
        await h.broker.start()
        silenced = await watched.event("command-completed", 4, within_s=60)
        assert (silenced["verb"], silenced["result"]) == ("silence", "done")
        assert not is_heard(siren)
