"""zigpy is told what was read beside it, a moment later and in its own words.

A frame is read once: zigpy's cluster gets the command or the report that its own reader would have
made of the octets, and does with it what it does with every frame: it remembers values, tells its
listeners, and sends the answer that the device wants. What zigpy would do with the octets alone is
left out: to find repetitions (they were found already), and to look for a request that the frame
could be the answer to (none of these frames is one).

Of a command zigpy remembers nothing: where nobody else listens to the cluster and it does with
commands what all clusters do, there is only the answer to be sent.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Hashable
from functools import cache
from typing import Any

from zigpy.zcl import Cluster, foundation

from heimvakt_drivers.zigbee.sensing.heard import Attribute, Command

from .courtesy import Courtesy, answers_as_all
from .early import NO_ANSWER, TYPES, Reading, Said

AFTER_S = 0.02
"""By then an alarm is at the broker, and zigpy's work for its frame is in nobody's way."""

OWED_MAX = 256
"""Frames that zigpy is told of later; of more than so many it is told at once."""


class Afterthoughts:
    """What is done a moment later, for each device in order."""

    def __init__(self) -> None:
        self._owed: dict[Hashable, deque[tuple[asyncio.TimerHandle, Callable[[], None]]]] = {}
        self._count = 0

    def add(self, of: Hashable, do: Callable[[], None]) -> None:
        """Do it when an alarm that was heard now is on its way; at once if too much waits."""
        if self._count >= OWED_MAX:
            self.settle(of)
            do()
            return
        handle = asyncio.get_running_loop().call_later(AFTER_S, self._do_next, of)
        self._owed.setdefault(of, deque()).append((handle, do))
        self._count += 1

    def settle(self, of: Hashable) -> None:
        """Do at once what is owed to a device: it has said something that zigpy has now."""
        for handle, _ in self._owed.get(of, ()):
            handle.cancel()
        while of in self._owed:
            self._do_next(of)

    def drop(self) -> None:
        """Do none of it: the radio is gone, and its devices with it."""
        for waiting in self._owed.values():
            for handle, _ in waiting:
                handle.cancel()
        self._owed.clear()
        self._count = 0

    def _do_next(self, of: Hashable) -> None:
        waiting = self._owed[of]
        _, do = waiting.popleft()
        if not waiting:
            del self._owed[of]
        self._count -= 1
        do()


def tell(cluster: Cluster, said: Said, reading: Reading, courtesy: Courtesy) -> None:
    """Let a cluster of zigpy's have what was read of a frame that came from it."""
    if isinstance(reading.facts[0], Command) and _only_answers(cluster):
        if not reading.control & NO_ANSWER:
            courtesy.answer(cluster, reading.sequence, reading.command)
        return
    header = foundation.ZCLHeader(
        _control(reading.control), None, reading.sequence, reading.command
    )
    cluster.handle_message(header, _in_its_words(cluster, reading))


def _only_answers(cluster: Cluster) -> bool:
    """Whether zigpy would do nothing with a command but answer it: the only listener is ours."""
    kind = type(cluster)
    return (
        len(cluster._listeners) == 1
        and kind.handle_message is Cluster.handle_message
        and kind.handle_cluster_request is Cluster.handle_cluster_request
        and answers_as_all(cluster)
    )


def tell_link(cluster: Cluster, said: Said) -> None:
    """How well its device was heard."""
    device = cluster.endpoint.device
    if said.lqi is not None:
        device.lqi = said.lqi
    if said.rssi is not None:
        device.rssi = said.rssi


@cache
def _control(octet: int) -> foundation.FrameControl:
    control, _ = foundation.FrameControl.deserialize(bytes((octet,)))
    assert isinstance(control, foundation.FrameControl)
    return control


def _in_its_words(cluster: Cluster, reading: Reading) -> Any:
    fact, *_ = reading.facts
    if isinstance(fact, Command):
        commands = cluster.client_commands if reading.from_server else cluster.server_commands
        return commands[fact.id].schema(*fact.arguments)
    report = foundation.GENERAL_COMMANDS[foundation.GeneralCommand.Report_Attributes].schema
    return report([_record(cluster, each) for each in reading.facts])


def _record(cluster: Cluster, fact: object) -> Any:
    assert isinstance(fact, Attribute)
    made: Any = foundation  # it converts what it is given, which its types do not say
    kind = made.DataTypeId(TYPES[int(cluster.cluster_id), fact.id])
    value = made.DataType.from_type_id(kind).python_type(fact.value)
    return made.Attribute(fact.id, made.TypeValue(kind, value))
