"""The self-tests of the real daemon: what is put out of order is named, and nothing else is.

The box itself is left out where it is not meant: how full and how warm the machine of the tests is
says nothing of the code.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from heimvakt.core.checks import Outcome
from heimvakt.core.orders import OrderVerb
from heimvakt_drivers.virtual.locks import LockBody
from tests.support.broker import Broker, Security, broker, needs_mosquitto
from tests.support.certificates import Authority
from tests.support.command import heimvakt
from tests.support.home import DOOR, MOTION, PENDANT, Home, home
from tests.support.locked_home import GATEWAY_ID, START, locked_home
from tests.support.locks import OsdpLine
from tests.support.orders import TECHNICIAN, claims
from tests.support.self_test import SelfTest, self_test
from tests.support.service import Service
from tests.support.watched import Watched

DOCS = Path(__file__).parents[2] / "docs" / "self-test.md"
FAIL, WARN = Outcome.FAIL, Outcome.WARN
HOME = ("driver", "device", "path", "receiver", "store/free", "clock/source")
QUICK = ("hears", "port", "answer", "air", "network", *HOME[1:])
"""All of it but the backup, which reads 900 items from the stick each time."""
THINGS = (DOOR, MOTION, PENDANT)
LOCK = """
[drivers.osdp]
port = "{port}"

[devices.front-lock]
role = "lock"
driver = "osdp"
address = 1
key = "file:{key}"
inputs = {{ bolt = 1, door = 0 }}
bolt_within = "5s"
"""


async def look(service: Service, *only: str, **more: Any) -> SelfTest:
    return await self_test(service.command.control, *(only or HOME), **more)


@asynccontextmanager
async def with_lock() -> AsyncIterator[tuple[Home, Service, LockBody]]:
    """A home with sensors and a lock, and its daemon, which hears them all."""
    async with home(things=THINGS, rules="") as h:
        line = OsdpLine(h.folder)
        key = h.folder / "lock-key"
        key.touch(0o600)
        key.write_text(line.secrets["credential:k1"])
        h.write(more=LOCK.format(port=line.bus.port, key=key))
        async with line.bus.served(), h.running(driven_from=h.scene.start) as service:
            await service.hears("osdp")
            await service.status_when(lambda s: s["locks"]["front-lock"]["bolt"] == "locked")
            yield h, service, line.bodies[0]


async def test_a_home_that_is_well_names_nothing_and_each_fault_is_named_alone() -> None:
    async with with_lock() as (h, service, lock), service.link() as (_, watched):
        well = await look(service)
        assert well.named == {}
        assert "path/default/centre/test" in well.well, "the centre has answered"
        assert {i for i in map(_documented, well.results) if i not in DOCS.read_text()} == set()
        assert "device/front-lock/move" in well.of(Outcome.SKIPPED), "nobody has asked for it"
        assert lock.releases == 0

        h.motion.lqi = 38
        await h.motion.motion()
        await watched.event("motion-detected")
        weak = await look(service, *QUICK)
        assert weak.named == {"device/hall-motion/link": WARN}
        assert weak.results["device/hall-motion/link"].measured == 38
        h.motion.lqi = 180
        cleared = len(watched.events("motion-cleared"))  # it said so too when it joined
        await h.motion.clear()
        await watched.event("motion-cleared", cleared + 1)

        await h.pendant.battery(6)
        await watched.until(lambda: _percent(watched.events("battery-measured")) == 6)
        assert (await look(service, *QUICK)).named == {"device/pendant/battery": FAIL}
        await h.pendant.battery(100)
        await watched.until(lambda: _percent(watched.events("battery-measured")) == 100)

        (backup,) = (h.command.state / "zigbee").glob("network-backup-*.json")
        stored = backup.read_text()
        changed = json.loads(stored)
        changed["channel"] = 25
        backup.write_text(json.dumps(changed))
        assert (await look(service)).named == {"driver/zigbee/backup": FAIL}
        backup.write_text(stored)

        moved = await look(service, "front-lock", **{"with": ["bolt"]})
        assert moved.named == {}
        assert (lock.releases, lock.locked) == (1, True)
        lock.stuck = True
        jammed = await look(service, *QUICK, **{"with": ["bolt"]})
        assert jammed.named == {"device/front-lock/move": FAIL}
        assert (await look(service, *QUICK)).named == {"device/front-lock/state": FAIL}


def _documented(check_id: str) -> str:
    """As the reference calls it."""
    kind, *words = check_id.split("/")
    named = {"driver": ["NAME"], "device": ["ID"], "path": ["NAME"]}.get(kind, [])
    if kind == "path" and len(words) == 3:
        named = ["NAME", "RECEIVER"]
    return "/".join([kind, *named, *words[len(named) :]])


def _percent(events: list[dict[str, float]]) -> float | None:
    return events[-1]["percent"] if events else None


async def test_a_silent_sensor_and_a_deaf_radio_are_named_alone() -> None:
    async with (
        home(things=THINGS, rules="") as h,
        h.running(driven_from=h.scene.start) as service,
        service.link() as (link, watched),
    ):
        now = h.scene.start
        while not (await link.ask("status"))["devices"]["hall-motion"]["silent"]:
            await link.advance(now := now + timedelta(days=1))
            seen = len(watched.lines)
            for device in (h.door, h.pendant):
                await device.check_in()
            await watched.until(partial(_all_heard, watched, seen))
        silent = await look(service, *QUICK)
        assert silent.named == {"device/hall-motion/heard": FAIL}
        assert "device/hall-motion/link" in silent.of(Outcome.SKIPPED)

        h.radio.faults.deaf = True
        deaf = await look(service)
        assert deaf.named == {"driver/zigbee/answer": FAIL}
        assert {"driver/zigbee/backup", "device/pendant/heard"} <= deaf.of(Outcome.SKIPPED)


AWAKE = {"front-door", "pendant"}


def _all_heard(watched: Watched, since: int) -> bool:
    return {line["event"].get("device_id") for line in watched.lines[since:]} >= AWAKE


@needs_mosquitto
async def test_an_expiring_certificate_is_named_alone_ours_or_the_brokers(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    server = authority.issue("server", days=(-1, 90))
    tls = Security(server=server, client_ca=authority.ca)
    own = authority.issue("gateway", days=(-1, 90), client=True)
    async with broker("mosquitto", security=tls) as encrypted, home(things=(), rules="") as h:
        h.write(
            more=SECOND.format(
                url=encrypted.url, ca=authority.ca, cert=own.certificate, key=own.key
            )
        )
        # As the certificates: they begin today, whatever day that is.
        async with h.start(driven_from=datetime.now(UTC)) as service:
            await service.ready()
            await _connected(service)
            well = await look(service, "path", "receiver")
            assert well.named == {"path/default/second/test": FAIL}, "nobody is there who answers"

            await _reissued(authority, encrypted, "server", days=12, client=False)
            expiring = await look(service, "tls", "certificate")
            assert expiring.named == {"path/default/second/tls": WARN}
            assert "12 days" in expiring.results["path/default/second/tls"].text.en
            await _reissued(authority, encrypted, "server", days=90, client=False)
            authority.issue("gateway", days=(-1, 3), client=True)
            own_expiring = await look(service, "tls", "certificate")
            assert own_expiring.named == {"receiver/second/certificate": FAIL}
            authority.issue("gateway", days=(-1, 90), client=True)


async def test_a_dead_path_is_named_alone_in_lines_files_and_the_exit_code(tmp_path: Path) -> None:
    async with home(things=(), rules="") as h:
        h.write(more=TWO_PATHS)
        socket, junit, page = h.command.control, tmp_path / "junit.xml", tmp_path / "page.html"
        async with h.start(driven_from=h.scene.start) as service:
            await service.ready()
            await _connected(service)
            dead = await look(service, "path")
            assert dead.named == {"path/mobile/link": FAIL}
            assert "path/mobile/centre/test" in dead.of(Outcome.SKIPPED)
            assert "path/broadband/centre/test" in dead.well

            files = ("--junit", junit, "--html", page)
            said = await heimvakt("selftest", "--socket", socket, "--only", "path", *files)
            assert (said.code, said.err) == (1, "")
            assert "PASS     centre over broadband" in said.out
            assert "FAIL     mobile                   there is no gone0: is the cable" in said.out
            assert "1 failed" in said.out.splitlines()[-1]
            assert str(h.command.state / "reports") in said.out.splitlines()[-1]
            assert 'failures="1"' in junit.read_text()
            assert "<table>" in page.read_text()
            await service.stop()
        alone = await heimvakt(
            *("selftest", "--socket", socket, "--state", h.command.state, "--json"),
            *("--config", h.command.configuration, "--only", "broadband"),
        )
        assert (alone.code, alone.err) == (0, ""), "what needs a service has not failed"
        told = json.loads(alone.out)
        assert not told["with_service"]
        outcomes = {one["check_id"]: one["outcome"] for one in told["results"]}
        assert outcomes["path/broadband/centre/tls"] == "pass"
        assert outcomes["path/broadband/centre/test"] == "skipped"


TWO_PATHS = """
[paths.broadband]
interface = "lo"

[paths.mobile]
interface = "gone0"
"""
SECOND = """
[receivers.second]
kind = "mqtt"
brokers = ["{url}"]
ca = "file:{ca}"
certificate = "file:{cert}"
key = "file:{key}"
"""


async def _connected(service: Service) -> None:
    await service.status_when(lambda s: all(one["connected"] for one in s["receivers"].values()))


async def _reissued(
    authority: Authority, at: Broker, name: str, *, days: int, client: bool
) -> None:
    """Another certificate in the same files, which the broker has read when this returns."""
    authority.issue(name, days=(-1, days), client=client)
    await at.stop()
    await at.start()


@needs_mosquitto
async def test_an_order_lets_it_be_done_and_the_centre_reads_what_was_found() -> None:
    async with locked_home() as h, h.running() as service, service.link() as (_, watched):
        given = TECHNICIAN.sign(claims(OrderVerb.SELF_TEST, START, aud=GATEWAY_ID, sub="tech-3"))
        assert (await h.orders.told(given))["result"] == "accepted"
        _, told = await h.orders.answer(2)
        assert told["result"] == "done"
        assert "passed" in told["reason"]
        await h.centre.until(lambda: "self-test" in [one.kind for one in h.centre.received])
        (message,) = (one.message for one in h.centre.received if one.kind == "self-test")
        assert message["type"] == "heimvakt.self-test.v1"
        assert message["data"]["by"] == "centre: tech-3"
        by_id = {one["check_id"]: one for one in message["data"]["checks"]}
        assert by_id["path/default/centre/test"]["outcome"] == "pass"
        assert by_id["device/front-lock/move"]["outcome"] == "skipped"
        assert h.body.releases == 0, "no bolt moves from afar"
        done = await watched.event("self-test-done")
        assert (done["passed"], done["failed"]) == (
            message["data"]["passed"],
            message["data"]["failed"],
        )
        (page,) = (h.command.state / "reports").glob("*.html")
        assert "front-lock" in page.read_text()
