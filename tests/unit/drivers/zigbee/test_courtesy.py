"""The answer to a frame is the one that zigpy gives, octet for octet."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from typing import Any

import pytest
from zigpy.zcl import Cluster, foundation

from heimvakt_drivers.zigbee.listening import courtesy
from heimvakt_drivers.zigbee.listening.courtesy import Courtesy
from tests.support.zigpy_desk import CLUSTERS, Desk

ADDRESS = "00:11:22:33:44:55:66:01"
NOBODY: Any = None


def clusters(desk: Desk) -> list[Cluster]:
    """All of the device, servers and clients."""
    endpoint = desk.nodes[0].non_zdo_endpoints[0]
    return [*endpoint.in_clusters.values(), *endpoint.out_clusters.values()]


def header(cluster: Cluster, sequence: int) -> foundation.ZCLHeader:
    """Of a frame that the cluster sends."""
    control = bytes((0x09 if cluster.is_server else 0x01, sequence, 0x02))
    read, _ = foundation.ZCLHeader.deserialize(control)
    assert isinstance(read, foundation.ZCLHeader)
    return read


async def answered(desk: Desk, **courteous: Courtesy) -> list[Any]:
    """Let every cluster answer one frame; the packets, whole."""
    packets: list[Any] = []
    all_are_there = asyncio.Event()

    async def send_packet(packet: Any) -> None:
        packets.append(packet.replace(timestamp=None))
        if len(packets) == len(clusters(desk)):
            all_are_there.set()

    desk.send_packet = send_packet  # type: ignore[method-assign]
    for sequence, cluster in enumerate(clusters(desk)):
        for each in courteous.values():
            each.bound(cluster)
        cluster.send_default_rsp(header(cluster, sequence))
    await all_are_there.wait()
    return packets


async def test_it_is_the_answer_of_zigpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courtesy, "AFTER_S", 0.0)
    monkeypatch.setattr(courtesy, "ANSWERS_MAX", 100)
    zigpys = await answered(Desk(NOBODY, {ADDRESS: 0x1234}, raw=False))
    ours = await answered(Desk(NOBODY, {ADDRESS: 0x1234}, raw=False), courteous=Courtesy(Counter()))
    assert ours == zigpys
    assert len(ours) == 2 * len(CLUSTERS)


async def test_an_answer_that_comes_while_others_are_given_up_has_begun_first() -> None:
    """Else zigpy's coroutine is left behind, never awaited; whoever sees that fails the test."""
    desk = Desk(NOBODY, {ADDRESS: 0x1234}, raw=False)
    begun = asyncio.Event()

    async def send_packet(packet: Any) -> None:
        begun.set()
        await asyncio.Event().wait()

    desk.send_packet = send_packet  # type: ignore[method-assign]
    dropping = asyncio.create_task(courtesy.drop_answers())
    asyncio.get_running_loop().call_soon(Courtesy(Counter()).answer, clusters(desk)[0], 1, 2)
    await dropping
    gc.collect()
    assert begun.is_set()
    assert not courtesy._own_tasks()


async def test_what_becomes_of_an_answer_that_is_given_up_is_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """zigpy writes down where it was cancelled, and looks into all modules for that: some raise."""
    said: list[object] = []

    def trace() -> None:
        said.append("every module was looked into")
        raise ModuleNotFoundError

    monkeypatch.setattr("zigpy.util.inspect.trace", trace)
    asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context))
    desk, begun = Desk(NOBODY, {ADDRESS: 0x1234}, raw=False), asyncio.Event()

    async def send_packet(packet: Any) -> None:
        begun.set()
        await asyncio.Event().wait()

    desk.send_packet = send_packet  # type: ignore[method-assign]
    Courtesy(Counter()).answer(clusters(desk)[0], 1, 2)
    await begun.wait()
    await courtesy.drop_answers()
    gc.collect()
    assert said == []
