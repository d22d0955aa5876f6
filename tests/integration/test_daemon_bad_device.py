"""A file with mistakes costs the real daemon no more than what is wrong in it, and all are told."""

from __future__ import annotations

import re
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

from heimvakt.app.home_file import LAST_GOOD
from heimvakt.config.edits import Value, add_section
from tests.support.command import heimvakt
from tests.support.home import Home, home
from tests.support.service import Service

SECRET = "0123456789abcdef0123456789abcdef"


ZIGBEE = "00:12:4b:00:de:00:00:"
BAD: dict[str, tuple[dict[str, Value], str]] = {
    "devices.garden-door": ({"role": "door", "driver": "zigbee", "address": "12:34"}, "EUI-64"),
    "devices.cellar-door": (
        {"role": "dor", "driver": "zigbee", "address": f"{ZIGBEE}77"},
        '"dor"',
    ),
    "devices.fridge": (
        {"role": "dispenser", "driver": "zigbee", "address": f"{ZIGBEE}78"},
        "no Zigbee device",
    ),
    "devices.twin": (
        {"role": "motion", "driver": "zigbee", "address": f"{ZIGBEE}01"},
        "is the address of devices.front-door too",
    ),
    "drivers.knx": ({"port": "/dev/knx"}, "there is no such driver"),
    "drivers.modbus": ({"port": "COM3"}, "COM3"),
}
"""One section of each sort that is wrong, with what is said of it."""
WITHOUT: dict[str, dict[str, Value]] = {
    "devices.knx-button": {"role": "button", "driver": "knx", "address": "1/2/3"},
    "devices.back-lock": {"role": "lock", "driver": "modbus", "address": 1, "coil": 0},
    "devices.front-lock": {
        "role": "lock",
        "driver": "osdp.front",
        "address": 1,
        "key": "credential:nobody-has-put-it-there",
    },
}
"""Nothing is wrong with these but that their drivers are."""
DEAF = {"knx", "modbus", "osdp.front", "dispenser"}
"""Drivers that hear nothing: two by the file, two because what they need is not there."""


def every_sort(folder: Path) -> str:
    """All of these; what the drivers at the end lack, the file does not give away."""
    (folder / "dispenser-key").write_text(SECRET)
    text = f"""
[drivers.osdp.front]
port = "{folder}/no-lock-here"

[drivers.dispenser]
port = "{folder}/no-dispenser-here"
key = "file:{folder}/no-key-here"

[devices.medicine]
role = "dispenser"
driver = "dispenser"
address = 1
doses = [{{ at = "08:30", window = "45m" }}]
"""
    for where, fields in [*((where, bad) for where, (bad, _) in BAD.items()), *WITHOUT.items()]:
        text = add_section(text, tuple(where.split(".")), fields)
    return text


def _beats(h: Home) -> list[dict[str, Any]]:
    return [r.message["data"] for r in h.centre.received if r.kind == "heartbeat"]


async def _beat(h: Home, after: int, wrong: set[str]) -> dict[str, Any]:
    """The first heartbeat but for the first `after` that says this, and that all drivers hear."""

    def found() -> list[dict[str, Any]]:
        return [
            beat
            for beat in _beats(h)[after:]
            if {one["where"] for one in beat["configuration_wrong"]} == wrong
            and not beat["drivers_lost"]
        ]

    await h.centre.until(lambda: bool(found()))
    return found()[0]


async def test_one_bad_device_of_each_sort_costs_itself_and_is_told_everywhere() -> None:
    async with home() as h:
        h.write(more=every_sort(h.folder))
        async with h.running(driven_from=h.scene.start) as service:
            status = await service.status_when(lambda s: _lost(s) == DEAF)
            wrong = status["configuration"]["wrong"]
            assert set(wrong) == set(BAD)
            for where, (_, words) in BAD.items():
                assert words in wrong[where]
            assert status["drivers"]["zigbee"]["armed"]

            # All others are heard.
            await h.pendant.press()
            alarm = await h.centre.alarm("button")
            assert alarm["device_id"] == "pendant"

            # The log says which and why, each once.
            logged = [line for line in service.logged() if line["event"].startswith("not in use")]
            assert sorted(line["what"] for line in logged) == sorted(BAD)
            assert all(BAD[line["what"]][1] in line["why"] for line in logged)

            # A technical alarm for each cause, and none for each device.
            async with service.link() as (link, _):
                await link.advance(h.scene.start + timedelta(minutes=2))
            left_out = [where for where in BAD if where.startswith("devices.")]
            await h.centre.until(
                lambda: (
                    h.centre.kinds().count("configuration") == len(left_out)
                    and h.centre.kinds().count("radio") == len(DEAF)
                )
            )

            said = await heimvakt("status", "--socket", h.command.control)
            assert re.search(r"NOT USED +devices\.garden-door: ", said.out)
            said = await heimvakt("devices", "--json", "--socket", h.command.control)
            assert '"not_in_use": "devices.twin: ' in said.out
            said = await heimvakt("devices", "--socket", h.command.control)
            assert "NOT IN USE" in said.out
            checked = await heimvakt("check", h.command.configuration)
            assert checked.code == 1
            assert all(where in checked.out for where in BAD)
    assert SECRET not in service.said()


def _lost(status: dict[str, Any]) -> set[str]:
    """Drivers that hear nothing, as far as the file or they themselves say so."""
    mine = {name.removeprefix("drivers.") for name in status["configuration"]["wrong"]}
    down = {name for name, driver in status["drivers"].items() if driver["lost_since"]}
    return {name for name in mine if not name.startswith("devices.")} | down


async def test_a_bad_device_comes_and_goes_with_a_reload_and_the_heartbeat_says_so() -> None:
    async with home() as h, h.running() as service:
        good = h.command.configuration.read_text()
        bed = h.scene.addresses["bed"]
        h.command.configuration.write_text(good.replace(f'"{bed}"', '"00:15:8d"'))
        told = len(_beats(h))
        await _reload(service, 2)
        beat = await _beat(h, told, {"devices.bed"})
        (one,) = beat["configuration_wrong"]
        assert "EUI-64" in one["why"]
        rules = (await service.ask("status"))["rules"]
        assert rules["night-wandering"]["blind_without"] == ["bed"]
        assert rules["night-door"]["blind_without"] == []
        await service.hears()
        await h.door.open()
        await h.centre.alarm("night-door")

        h.command.configuration.write_text(good)
        told = len(_beats(h))
        await _reload(service, 3)
        await _beat(h, told, set())
        await service.hears()
        rules = (await service.ask("status"))["rules"]
        assert rules["night-wandering"]["blind_without"] == []


async def _reload(service: Service, lives: int) -> None:
    service.process.send_signal(signal.SIGHUP)
    await service.notices.until(lambda: len(service.notices.of("READY")) == lives)


async def test_a_file_that_is_no_use_gives_way_to_the_one_before_now_and_at_the_next_start() -> (
    None
):
    async with home() as h:
        async with h.running() as service:
            kept = h.command.state / LAST_GOOD
            await service.status_when(lambda _: kept.is_file())
            h.write(more="\n[rules.night-dor]\n")
            service.process.send_signal(signal.SIGHUP)
            alarm = await h.centre.alarm("configuration")
            assert "night-dor" in alarm["text"]["en"]
            status = await service.ask("status")
            assert "night-dor" in status["configuration"]["wrong"]["file"]
            assert "night-door" in status["rules"]
        async with h.running() as service:
            status = await service.ask("status")
            assert "night-dor" in status["configuration"]["wrong"]["file"]
            assert "the last good one" in service.said()
            await h.pendant.press()
            await h.centre.alarm("button")
        assert h.centre.kinds().count("configuration") == 1, "one cause, one alarm"
