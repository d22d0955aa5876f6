"""What a device answers to a frame of the host: general commands here, the rest by its kind.

PURE, given the device.
"""

from __future__ import annotations

from typing import Protocol

from . import zcl
from .octets import ShortDataError
from .zcl import General, Reporting, Status, Zcl
from .zcl_values import Attribute

UNSUPPORTED_CLUSTER = 0xC3
_ANSWERS_OF_HOSTS = frozenset(
    (
        General.READ_RSP,
        General.WRITE_RSP,
        General.CONFIGURE_REPORTING_RSP,
        General.READ_REPORTING_RSP,
        General.REPORT,
        General.DEFAULT_RSP,
        General.DISCOVER_RSP,
    )
)


class Answering(Protocol):
    """What must be known of a device to answer for it."""

    clusters: dict[int, dict[int, Attribute]]
    client_clusters: dict[int, dict[int, Attribute]]
    reporting: dict[tuple[int, int], Reporting]

    def command(self, cluster: int, host_endpoint: int, frame: Zcl) -> list[Zcl]:
        """Carry out a command of a cluster."""

    def written(self, cluster: int, host_endpoint: int, attributes: tuple[int, ...]) -> list[Zcl]:
        """Attributes were written: what the device then sends of its own accord."""


def answers_to(device: Answering, cluster: int, host_endpoint: int, frame: Zcl) -> list[Zcl]:
    """The answers to a frame, in order; none to what is an answer itdevice."""
    side = device.client_clusters if frame.from_server else device.clusters
    attributes = side.get(cluster)
    if frame.general and frame.command in _ANSWERS_OF_HOSTS:
        return []
    if attributes is None:
        answer = frame.answer(General.DEFAULT_RSP, bytes((frame.command, UNSUPPORTED_CLUSTER)))
        return [answer] if frame.wants_default_rsp else []
    try:
        if frame.general:
            return _general(device, cluster, host_endpoint, frame, attributes)
        return device.command(cluster, host_endpoint, frame)
    except (ShortDataError, ValueError):
        return [frame.default_rsp(Status.MALFORMED)]


def _general(
    device: Answering,
    cluster: int,
    host_endpoint: int,
    frame: Zcl,
    attributes: dict[int, Attribute],
) -> list[Zcl]:
    if frame.manufacturer is not None:
        attributes = {}  # none of a maker's own
    payload = frame.payload
    match frame.command:
        case General.READ:
            return [frame.answer(General.READ_RSP, zcl.read_rsp(payload, attributes))]
        case General.WRITE | General.WRITE_UNDIVIDED | General.WRITE_NO_RSP:
            result, written = zcl.write_rsp(payload, attributes)
            unasked = device.written(cluster, host_endpoint, written)
            if frame.command == General.WRITE_NO_RSP:
                return unasked
            return [frame.answer(General.WRITE_RSP, result), *unasked]
        case General.CONFIGURE_REPORTING:
            result, asked = zcl.configure_rsp(payload, attributes)
            for number, reporting in asked.items():
                device.reporting.pop((cluster, number), None)
                if reporting is not None:
                    device.reporting[cluster, number] = reporting
            return [frame.answer(General.CONFIGURE_REPORTING_RSP, result)]
        case General.READ_REPORTING:
            mine = {n: r for (c, n), r in device.reporting.items() if c == cluster}
            result = zcl.read_reporting_rsp(payload, mine)
            return [frame.answer(General.READ_REPORTING_RSP, result)]
        case General.DISCOVER:
            return [frame.answer(General.DISCOVER_RSP, zcl.discover_rsp(payload, attributes))]
        case _:
            return [frame.default_rsp(Status.UNSUP_CLUSTER_COMMAND)]
