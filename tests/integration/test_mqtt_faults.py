"""The uplink when brokers and lines fail: it notices, says so, and comes back by itself."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from heimvakt.core.alarms import Priority
from heimvakt.core.uplink import NotConnected
from heimvakt.demo.receiver import Behaviour, Manners, Receiver
from heimvakt.runtime.clock import SystemClock
from tests.support.broker import BOTH, MOSQUITTO, broker
from tests.support.ports import HeldPort
from tests.support.proxy import Proxy, proxy
from tests.support.uplinks import (
    SHORT,
    alarm,
    hand_over,
    heartbeat,
    mqtt_uplink,
    running,
    sending,
    until,
)

both = pytest.mark.parametrize("kind", BOTH)
mosquitto = pytest.mark.parametrize("kind", [MOSQUITTO])
LOST_S = 30.0
"""Connect, notice and come back take three seconds with `SHORT`; a busy machine gets more."""


def receiver(url: str, **more: Any) -> Receiver:
    behaviour = Behaviour(manners=Manners.NEVER)
    return Receiver(url, clock=SystemClock(), **{"behaviour": behaviour, **more})


@both
async def test_a_broker_that_comes_later_is_found(kind: str) -> None:
    async with broker(kind, started=False) as one:
        uplink = mqtt_uplink(one.url)
        async with running(uplink):
            await until(uplink, "attempts-failed")
            assert not uplink.connected
            with pytest.raises(NotConnected):
                await hand_over(uplink, alarm(), sending())
            await one.start()
            async with receiver(one.url).open() as centre:
                await uplink.wait_connected()
                await hand_over(uplink, alarm(), sending())
                assert (await centre.next("alarm")).message["data"]["number"] == 1


@both
async def test_a_broker_that_restarts_is_found_again(kind: str) -> None:
    async with broker(kind) as one:
        uplink = mqtt_uplink(one.url)
        async with running(uplink):
            await uplink.wait_connected()
            await one.stop()
            await until(uplink, "connections-lost")
            assert not uplink.connected
            await one.start()
            await uplink.wait_connected()
            await hand_over(uplink, alarm(), sending())
    assert uplink.counts()["connections"] == 2


@mosquitto
async def test_an_alarm_under_way_when_the_broker_is_killed_is_not_claimed_to_be_sent(
    kind: str,
) -> None:
    async with broker(kind) as one, proxy(one.port) as line:
        uplink = mqtt_uplink(line.url)
        async with running(uplink), asyncio.TaskGroup() as group:
            await uplink.wait_connected()
            line.stall()
            send = group.create_task(_refused(uplink, line))
            await asyncio.sleep(0)
            await one.kill()
            line.cut_once()
            assert "centre" in await send
            line.mend()


async def _refused(uplink: Any, _line: Proxy) -> str:
    with pytest.raises(NotConnected) as refused:
        await hand_over(uplink, alarm(), sending())
    return str(refused.value)


@both
async def test_a_black_hole_is_noticed_by_what_is_not_confirmed(kind: str) -> None:
    async with broker(kind) as one, proxy(one.port) as line:
        uplink = mqtt_uplink(line.url, patience=replace(SHORT, keepalive_s=60))
        async with running(uplink):
            await uplink.wait_connected()
            await hand_over(uplink, alarm(), sending())
            line.stall()
            async with asyncio.timeout(LOST_S):
                with pytest.raises(NotConnected, match="nothing was confirmed"):
                    await hand_over(uplink, alarm(), sending(2))
            line.mend()
            await uplink.wait_connected()
            await hand_over(uplink, alarm(), sending(3))


@both
async def test_an_idle_black_hole_is_noticed_by_the_keepalive(kind: str) -> None:
    async with broker(kind) as one, proxy(one.port) as line:
        uplink = mqtt_uplink(line.url, patience=replace(SHORT, puback_s=60))
        async with running(uplink):
            await uplink.wait_connected()
            await hand_over(uplink, alarm(), sending())
            line.stall()
            await until(uplink, "connections-lost", within_s=LOST_S)
            with pytest.raises(NotConnected):
                await uplink.beat(heartbeat())


@both
async def test_the_next_address_is_tried_when_the_first_is_not_there(kind: str) -> None:
    with HeldPort() as nobody:
        async with broker(kind) as one:
            uplink = mqtt_uplink(f"mqtt://127.0.0.1:{nobody.number}", one.url)
            async with running(uplink):
                async with asyncio.timeout(LOST_S):
                    await uplink.wait_connected()
                await hand_over(uplink, alarm(), sending())


@mosquitto
async def test_the_next_address_is_tried_when_the_first_turns_into_a_black_hole(kind: str) -> None:
    async with broker(kind) as first, broker(kind) as second, proxy(first.port) as line:
        uplink = mqtt_uplink(line.url, second.url, patience=SHORT)
        async with running(uplink), receiver(second.url).open() as centre:
            await uplink.wait_connected()
            line.stall()
            with pytest.raises(NotConnected):
                await hand_over(uplink, alarm(), sending())
            async with asyncio.timeout(LOST_S):
                await uplink.wait_connected()
            await hand_over(uplink, alarm(), sending(2))
            assert (await centre.next("alarm")).message["data"]["attempt"] == 2


@mosquitto
async def test_the_same_address_is_tried_first_when_it_was_only_cut(kind: str) -> None:
    """The answers that a broker kept for us are there."""
    async with broker(kind) as first, broker(kind) as second, proxy(first.port) as line:
        uplink = mqtt_uplink(line.url, second.url)
        async with running(uplink):
            await uplink.wait_connected()
            line.cut_once()
            await until(uplink, "connections", 2)
            assert line.connections == 2


@mosquitto
async def test_what_its_sender_gave_up_is_not_sent_later(kind: str) -> None:
    async with broker(kind) as one, proxy(one.port) as line:
        uplink = mqtt_uplink(line.url)
        async with running(uplink), receiver(one.url).open() as centre:
            await uplink.wait_connected()
            line.stall()
            for number in range(1, 40):  # more than may be under way
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0):
                        await hand_over(uplink, alarm(number, priority=Priority.LOW), sending())
            line.cut_once()
            line.mend()
            await until(uplink, "connections", 2)
            await hand_over(uplink, alarm(99), sending())
            assert (await centre.next("alarm")).message["data"]["number"] == 99


@both
async def test_many_at_once_all_arrive(kind: str) -> None:
    async with broker(kind) as one:
        uplink = mqtt_uplink(one.url)
        async with running(uplink), receiver(one.url).open() as centre:
            await uplink.wait_connected()
            async with asyncio.TaskGroup() as group:
                for number in range(100):
                    group.create_task(hand_over(uplink, alarm(number), sending()))
            came = {(await centre.next("alarm")).message["data"]["number"] for _ in range(100)}
    assert came == set(range(100))


@both
async def test_stopping_is_quick_even_in_a_black_hole(kind: str) -> None:
    async with broker(kind) as one, proxy(one.port) as line:
        patience = replace(SHORT, puback_s=60, keepalive_s=60, goodbye_s=0.3)
        uplink = mqtt_uplink(line.url, patience=patience)
        async with asyncio.timeout(LOST_S):
            async with running(uplink):
                await uplink.wait_connected()
                line.stall()
    with pytest.raises(NotConnected):
        await hand_over(uplink, alarm(), sending())


async def test_stopping_is_quick_while_the_broker_does_not_answer_the_greeting() -> None:
    async with _mute() as port:
        uplink = mqtt_uplink(
            f"mqtt://127.0.0.1:{port}", patience=replace(SHORT, first_answer_s=60, answer_s=60)
        )
        async with asyncio.timeout(LOST_S):
            async with running(uplink):
                await asyncio.sleep(0.1)


@mosquitto
async def test_it_can_run_again_after_it_was_stopped(kind: str) -> None:
    async with broker(kind) as one:
        uplink = mqtt_uplink(one.url)
        for _ in range(2):
            async with running(uplink):
                await uplink.wait_connected()
                await hand_over(uplink, alarm(), sending())
            assert not uplink.connected


@mosquitto
async def test_a_hear_that_fails_ends_the_run_with_its_own_error(kind: str) -> None:
    """The supervisor decides what to do; the answer stays at the broker."""
    async with broker(kind) as one, receiver(one.url).open() as centre:
        uplink = mqtt_uplink(one.url)

        async def fail(_answer: object) -> None:
            raise LookupError("the store is gone")

        async with asyncio.TaskGroup() as group:
            run = group.create_task(_fails(uplink, fail))
            await uplink.wait_connected()
            centre.answer("no-1505-004711", "no-1505-004711-1", "accepted", by="operator-1")
            assert await run == "the store is gone"
        assert not uplink.connected
        async with running(uplink) as heard:
            assert (await heard.get()).answer == "accepted"


async def _fails(uplink: Any, hear: Any) -> str:
    with pytest.raises(LookupError) as failed:
        await uplink.run(hear)
    return str(failed.value.args[0])


class _mute:
    """A server that takes connections and never says a word."""

    async def __aenter__(self) -> int:
        self._writers: list[asyncio.StreamWriter] = []
        self._server = await asyncio.start_server(
            lambda _reader, writer: self._writers.append(writer), "127.0.0.1", 0
        )
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await self._server.wait_closed()
