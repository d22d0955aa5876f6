"""One receiver over two paths: two sessions at the broker that know nothing of each other."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from heimvakt.demo.receiver import Behaviour, Manners, Receiver
from heimvakt.runtime.clock import SystemClock
from heimvakt.uplinks.address_book import AddressBook
from heimvakt.uplinks.binding import PathBinding
from heimvakt.uplinks.mqtt_patience import patience_of
from tests.support.broker import BOTH, Security, broker, needs_mosquitto
from tests.support.certificates import Authority
from tests.support.ports import HeldPort
from tests.support.proxy import proxy
from tests.support.uplinks import GATEWAY, alarm, hand_over, mqtt_uplink, running, sending, until

FIRST = PathBinding(name="broadband", interface="lo")
SECOND = PathBinding(name="mobile", interface="lo", first=False)
both = pytest.mark.parametrize("kind", BOTH)


def quiet(url: str, **more: Any) -> Receiver:
    return Receiver(url, clock=SystemClock(), behaviour=Behaviour(manners=Manners.NEVER), **more)


@both
async def test_each_path_has_a_session_and_a_state_of_its_own(kind: str) -> None:
    async with broker(kind) as one, proxy(one.port) as line, quiet(one.url).open() as centre:
        first = mqtt_uplink(one.url, path=FIRST)
        second = mqtt_uplink(line.url, path=SECOND)
        async with running(first), running(second):
            await first.wait_connected()
            await second.wait_connected()
            states = [await centre.next("state") for _ in range(2)]
            line.cut()
            lost = await centre.next("state")
            assert first.connected
    assert {(one.topic, one.message["data"]["path"]) for one in states} == {
        (f"heimvakt/v1/{GATEWAY}/state", "broadband"),
        (f"heimvakt/v1/{GATEWAY}/state/mobile", "mobile"),
    }
    assert lost.topic == f"heimvakt/v1/{GATEWAY}/state/mobile"
    assert (lost.message["data"]["reason"], lost.message["data"]["path"]) == ("lost", "mobile")


@both
async def test_an_answer_and_a_question_are_heard_on_both_paths(kind: str) -> None:
    async with broker(kind) as one, quiet(one.url).open() as centre:
        first, second = mqtt_uplink(one.url, path=FIRST), mqtt_uplink(one.url, path=SECOND)
        async with running(first) as heard, running(second) as heard_too:
            await first.wait_connected()
            await second.wait_connected()
            await hand_over(second, alarm(), sending())
            await centre.next("alarm")
            centre.answer(GATEWAY, f"{GATEWAY}-1", "accepted", by="operator-1")
            assert await heard.get() == await heard_too.get()
            question_id = centre.ask_outstanding(GATEWAY)
            asked = await heard.get()
            assert asked == await heard_too.get()
            await second.tell_outstanding(asked, [alarm(2), alarm(1)], alarm().raised_at)
            told = (await centre.next("outstanding")).message["data"]
    assert told["question_id"] == question_id
    assert [one["number"] for one in told["alarms"]] == [1, 2]
    assert told["total"] == 2


async def test_a_path_without_its_interface_is_told_with_what_to_do() -> None:
    gone = PathBinding(name="mobile", interface="wwan9", first=False)
    uplink = mqtt_uplink("mqtt://127.0.0.1:1", path=gone)
    with capture_logs() as logs:
        async with running(uplink):
            await until(uplink, "attempts-failed")
    (told,) = (entry for entry in logs if entry["event"] == "broker-not-connected")
    assert told["reason"] == "there is no interface wwan9"
    assert "modem" in told["hint"]
    assert told["path"] == "mobile"


@needs_mosquitto
async def test_a_broker_is_reached_over_ipv6() -> None:
    with HeldPort("::1") as port:
        async with broker("mosquitto", more=(f"listener {port.number} ::1",)):
            uplink = mqtt_uplink(f"mqtt://[::1]:{port.number}", path=FIRST)
            async with running(uplink):
                await uplink.wait_connected()
                await hand_over(uplink, alarm(), sending())


@needs_mosquitto
@pytest.mark.parametrize(("certified", "connects"), [("a.test", True), ("b.test", False)])
async def test_with_dead_name_servers_a_known_address_leads_on_and_the_name_is_still_checked(
    certified: str, connects: bool, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    server = authority.issue("server", hosts=(certified,))
    book = AddressBook()
    book.learned("mobile", "a.test", ("127.0.0.1",))
    dead = PathBinding(name="mobile", interface="lo", name_servers=lambda: ["127.0.0.1"])
    async with broker("mosquitto", security=Security(server=server)) as one:
        uplink = mqtt_uplink(
            f"mqtts://a.test:{one.port}", path=dead, book=book, ca=f"file:{authority.ca}"
        )
        with capture_logs() as logs:
            async with asyncio.timeout(30), running(uplink):
                if connects:
                    await uplink.wait_connected()
                    await hand_over(uplink, alarm(), sending())
                else:
                    await until(uplink, "attempts-failed")
    if not connects:
        (told,) = (entry for entry in logs if entry["event"] == "broker-not-connected")
        assert "not to be trusted" in told["reason"]


def test_the_first_path_is_found_dead_soon_and_the_others_cost_little() -> None:
    first, second = patience_of(FIRST), patience_of(SECOND)
    assert (first.keepalive_s, first.user_timeout_s) == (10, 4.0)
    assert second.keepalive_s == 60
    assert patience_of(PathBinding(name="mobile", first=False, keepalive_s=240)).keepalive_s == 240
    assert max(first.connect_s, second.connect_s) <= 5.0
