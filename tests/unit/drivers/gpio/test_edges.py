"""Edges cross from a thread to the loop: in order, with their times, none lost, never too many."""

from __future__ import annotations

import asyncio
import os
import threading
import time

from heimvakt_drivers.gpio.edges import Edges

PERIOD_S = 0.001
EDGES = 1_000 * int(os.environ.get("HEIMVAKT_EDGES_S", "1"))
"""A kilohertz for so many seconds."""


async def test_a_kilohertz_of_edges_arrives_whole_and_in_order_while_the_loop_is_at_work() -> None:
    edges, done = Edges(asyncio.get_running_loop()), asyncio.Event()
    heard: list[tuple[float, bool]] = []

    def hear(at: float, level: bool) -> None:
        heard.append((at, level))
        if len(heard) == EDGES:
            done.set()

    def drive() -> None:
        for number in range(EDGES):
            edges.put(hear, number % 2 == 0)
            time.sleep(PERIOD_S)

    thread = threading.Thread(target=drive)
    thread.start()
    while not done.is_set():
        time.sleep(0.02)  # noqa: ASYNC251 - the loop is busy: that is the test
        await asyncio.sleep(0)
    thread.join()
    assert [level for _, level in heard] == [number % 2 == 0 for number in range(EDGES)]
    assert [at for at, _ in heard] == sorted(at for at, _ in heard)
    assert edges.dropped == 0


async def test_edges_of_several_threads_keep_the_order_of_their_times() -> None:
    edges = Edges(asyncio.get_running_loop())
    heard: list[float] = []

    def drive() -> None:
        for _ in range(500):
            edges.put(lambda at, _: heard.append(at), True)

    threads = [threading.Thread(target=drive) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    async with asyncio.timeout(30):
        while len(heard) < 2_000:  # noqa: ASYNC110
            await asyncio.sleep(0)
    assert heard == sorted(heard)


async def test_when_there_are_too_many_the_oldest_give_way_and_are_counted() -> None:
    edges, heard = Edges(asyncio.get_running_loop(), waiting_max=10), []
    for number in range(25):
        edges.put(lambda _, level: heard.append(level), number % 2 == 0)
    await asyncio.sleep(0)
    assert edges.dropped == 15
    assert heard == [number % 2 == 0 for number in range(15, 25)]


def test_an_edge_after_the_loop_has_ended_hurts_nobody() -> None:
    loop = asyncio.new_event_loop()
    edges = Edges(loop)
    loop.close()
    edges.put(lambda at, level: None, True)
