"""`heimvakt reload` beside the real daemon: what it says is what happens."""

from __future__ import annotations

import pytest

from heimvakt.demo.link import ServiceGone
from tests.support.command import heimvakt
from tests.support.home import home
from tests.support.hours import ANY_HOUR

NIGHT_DOOR = f"""
[rules.night-door]
between = "{ANY_HOUR}"
doors = ["front-door"]
quiet_for = "0s"
"""


async def test_a_reload_is_seen_first_and_asked_about_where_something_goes() -> None:
    async with home() as h, h.running() as service:
        there = ("--socket", h.command.control)
        file = h.command.configuration
        good = file.read_text()
        assert NIGHT_DOOR in good
        async with service.link() as (link, _):
            assert (await link.ask("reload-plan"))["same"]
            before = (await link.ask("status"))["configuration"]["digest"]

            # Rules go on where they were, and what is known of them stays.
            file.write_text(good.replace('back_within = "20m"', 'back_within = "25m"'))
            plan = await link.ask("reload-plan")
            assert plan["changes"] == [
                {
                    "where": "rules.night-wandering",
                    "what": "changed",
                    "keys": [{"key": "back_within", "before": "20m", "after": "25m"}],
                }
            ]
            assert (plan["lost"], plan["light"], plan["open_alarms"]) == ([], False, 0)

            # A device in another room takes no other life.
            file.write_text(good.replace('room = "hall"', 'room = "entrance"'))
            assert (await link.ask("reload-plan"))["light"]

            # What was seen is what is taken, and no other file.
            with pytest.raises(ServiceGone, match="changed meanwhile"):
                await link.ask("take-over", digest=plan["digest"])

            # One that cannot be used changes nothing.
            file.write_text(good + "\n[rules.night-dor]\n")
            assert "night-dor" in (await link.ask("reload-plan"))["refused"]

            # A device that is wrong is told before it is left out.
            file.write_text(good.replace('role = "bed"', 'role = "bett"'))
            assert set((await link.ask("reload-plan"))["not_in_use"]) == {"devices.bed"}

            file.write_text(good.replace(NIGHT_DOOR, "\n"))
            said = await heimvakt("reload", *there)
            assert said.code == 2, "nobody is there to be asked"
            assert "removed   rules.night-door" in said.out
            assert (await link.ask("status"))["configuration"]["digest"] == before
        said = await heimvakt("reload", *there, "--yes")
        assert said.code == 0, said.err
        assert "taken over: the service has begun anew" in said.out
        assert "night-door" not in (await service.ask("status"))["rules"]
        await service.hears()
