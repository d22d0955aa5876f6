"""The answers that zigpy sends by itself, kept within bounds.

Most reports ask for a word of thanks (the standard's default response), and zigpy sends it in a
task of its own. To a device that fell asleep again such an answer takes half a minute to fail, so
with a sensor that reports often they would pile up; and zigpy leaves them behind when the radio is
let go. It keeps the tasks of all its devices in one set, for which it has no name for others.

An answer is work like a frame, and zigpy begins it before anybody has read what the frame said: it
waits a moment here, so that a call for help is stored and sent first. Then it goes the short way
that the radio may have for it (`Coordinator.answer`), and zigpy's where there is none.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

from zigpy.types import PacketPriority
from zigpy.util import CatchingTaskMixin
from zigpy.zcl import Cluster, foundation

from .early import FROM_SERVER, NO_ANSWER

ANSWERS_MAX = 2
"""On their way to one device; zigpy sends no more than so many at once to one anyhow."""

AFTER_S = 0.03
"""By then an alarm is at the broker. A device that sleeps asks its parent for what waits for it for
longer, and the parent keeps it for 7.68 s."""

CANCEL_S = 1.0
ROUNDS = 3
"""Of giving up what came while others were given up; frames come in until the radio is closed."""
DEFAULT_RESPONSE = 0x0B


class Radio(Protocol):
    """What is used of the coordinator."""

    def answer(
        self, cluster: Cluster, sequence: int, octets: bytes, then: Callable[[bool], None]
    ) -> bool:
        """Send an answer on a way of its own and call `then` with whether it arrived; False if it
        is zigpy's to send."""


class Courtesy:
    """The answers on their way to one device."""

    def __init__(self, counted: Counter[str]) -> None:
        self._counted = counted
        self._on_their_way: set[object] = set()
        self._owed: set[asyncio.TimerHandle] = set()

    def bound(self, cluster: Cluster) -> Callable[[], None]:
        """Let this cluster answer only while few answers are on their way to its device.

        Calling what comes back lets it answer as it did before.
        """
        send = cluster.send_default_rsp
        alike = answers_as_all(cluster)

        def send_default_rsp(
            hdr: foundation.ZCLHeader, status: foundation.Status = foundation.Status.SUCCESS
        ) -> None:
            if self._are_enough():
                return

            def answer() -> None:
                self._owed.discard(later)
                if alike:
                    self._send(cluster, hdr.tsn, hdr.command_id, status)
                else:
                    self._let(partial(send, hdr, status))

            later = asyncio.get_running_loop().call_later(AFTER_S, answer)
            self._owed.add(later)

        def unbound() -> None:
            cluster.__dict__.pop("send_default_rsp", None)
            for later in self._owed:
                later.cancel()
            self._owed.clear()

        cluster.send_default_rsp = send_default_rsp  # type: ignore[method-assign]
        return unbound

    def answer(self, cluster: Cluster, sequence: int, command: int) -> None:
        """Answer a frame that was heard a moment ago: it need not wait any more."""
        if not self._are_enough():
            self._send(cluster, sequence, command, foundation.Status.SUCCESS)

    def _are_enough(self) -> bool:
        if len(self._owed) + len(self._on_their_way) < ANSWERS_MAX:
            return False
        self._counted["default response left out"] += 1
        return True

    def _send(self, cluster: Cluster, sequence: int, command: int, status: int) -> None:
        """Send what zigpy would, octet for octet."""
        control = NO_ANSWER | (FROM_SERVER if cluster.is_client else 0)
        octets = bytes((control, sequence, DEFAULT_RESPONSE, command, status))
        zigpys_way = partial(_by_zigpy, cluster, sequence, octets)
        radio: Radio = cluster.endpoint.device.application  # type: ignore[assignment]
        this = object()

        def ended(arrived: bool) -> None:
            self._on_their_way.discard(this)
            if not arrived:
                self._let(zigpys_way)

        if radio.answer(cluster, sequence, octets, ended):
            self._on_their_way.add(this)
        else:
            self._let(zigpys_way)

    def _let(self, send: Callable[[], None]) -> None:
        """Let zigpy send in a task."""
        before = set(_tasks())
        send()
        for task in _tasks() - before:
            self._on_their_way.add(task)
            task.add_done_callback(self._on_their_way.discard)


def answers_as_all(cluster: Cluster) -> bool:
    """Whether its answers are those that zigpy has for every cluster."""
    return type(cluster).send_default_rsp is Cluster.send_default_rsp


def _by_zigpy(cluster: Cluster, sequence: int, octets: bytes) -> None:
    endpoint: Any = cluster.endpoint  # it takes the numbers that clusters have
    reply = endpoint.reply(
        cluster=cluster.cluster_id,
        sequence=sequence,
        data=octets,
        command_id=foundation.GeneralCommand.Default_Response,
        priority=PacketPriority.LOW,
    )
    cluster.create_catching_task(_until_given_up(reply))


async def _until_given_up(reply: Coroutine[Any, Any, None]) -> None:
    """zigpy writes down where an answer was cancelled. For that it looks into the source of every
    module, which takes a second on a busy board, and some modules raise."""
    with suppress(asyncio.CancelledError):
        await reply


async def drop_answers() -> None:
    """Give up every answer that is on its way: the radio is being let go."""
    for _ in range(ROUNDS):
        tasks = _own_tasks()
        # A task that is cancelled before it has begun leaves zigpy's coroutine behind, never
        # awaited. These have begun by then; one that comes meanwhile has its turn after them.
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        if tasks:
            done, _ = await asyncio.wait(tasks, timeout=CANCEL_S)
            for task in done:
                _ = task.cancelled() or task.exception()  # nobody else asks what became of it
        if not _own_tasks():
            return


def _own_tasks() -> list[asyncio.Future[Any]]:
    loop = asyncio.get_running_loop()
    return [task for task in _tasks() if task.get_loop() is loop]


def _tasks() -> set[asyncio.Future[Any]]:
    return CatchingTaskMixin._tasks
