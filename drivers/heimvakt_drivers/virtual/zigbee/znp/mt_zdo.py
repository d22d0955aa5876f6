"""ZDO commands: typed requests to devices, permit joining, groups, starting the network."""

from __future__ import annotations

import struct
from collections.abc import Callable

from heimvakt_drivers.virtual.zigbee import zdo
from heimvakt_drivers.virtual.zigbee.coordinator import BROADCASTS, COORDINATOR_NWK
from heimvakt_drivers.virtual.zigbee.octets import Reader, u8, u16

from .coordinator import Output, ZnpCoordinator, areq
from .mt_af import NWK_INVALID_REQUEST
from .mt_frame import Subsystem
from .mt_sys import SUCCESS, Answer

NEW_NETWORK = 0x01  # what STARTUP_FROM_APP answers when it forms one
FAILURE = 0x01
ALL_NODES = 0xFFFF

# Typed request, by its command number, to the cluster of the device profile. The answer has the
# number of the request with the upper bit set, but for the last.
_CLUSTERS: dict[int, zdo.Cluster] = {
    0x02: zdo.Cluster.NODE_DESC,
    0x03: zdo.Cluster.POWER_DESC,
    0x04: zdo.Cluster.SIMPLE_DESC,
    0x05: zdo.Cluster.ACTIVE_EP,
    0x06: zdo.Cluster.MATCH_DESC,
    0x21: zdo.Cluster.BIND,
    0x22: zdo.Cluster.UNBIND,
    0x31: zdo.Cluster.MGMT_LQI,
    0x32: zdo.Cluster.MGMT_RTG,
    0x33: zdo.Cluster.MGMT_BIND,
    0x34: zdo.Cluster.MGMT_LEAVE,
}


def _typed(command: int, cluster: zdo.Cluster) -> Callable[[ZnpCoordinator, Reader], Answer]:
    def handler(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
        if not coordinator.running:
            # The coordinator's own descriptors are there without a network, too.
            return u8(NWK_INVALID_REQUEST), []
        nwk, payload = reader.u16(), reader.rest()
        answers: list[Output] = [
            areq(Subsystem.ZDO, 0x80 | command, u16(source) + answer)
            for source, answer in coordinator.ask(nwk, cluster, payload)
        ]
        return u8(SUCCESS), answers + coordinator.leave_if_asked(nwk, cluster)

    return handler


def _nwk_addr(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    answers = coordinator.ask(ALL_NODES, zdo.Cluster.NWK_ADDR, reader.octets(8))
    return u8(SUCCESS), [areq(Subsystem.ZDO, 0x80, a + bytes(2)) for _, a in answers]


def _ieee_addr(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    nwk = reader.u16()
    answers = coordinator.ask(nwk, zdo.Cluster.IEEE_ADDR, u16(nwk))
    return u8(SUCCESS), [areq(Subsystem.ZDO, 0x81, a + bytes(2)) for _, a in answers]


def _permit_join(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    _mode, nwk, duration_s = reader.u8(), reader.u16(), reader.u8()
    router = coordinator.by_nwk(nwk)
    if nwk == COORDINATOR_NWK or nwk in BROADCASTS:
        coordinator.permit(duration_s)
    elif router is None or router.silent:
        return u8(SUCCESS), []  # it does not answer
    coordinator.permit_at(nwk, duration_s)
    answers = COORDINATOR_NWK if router is None else nwk
    return u8(SUCCESS), [areq(Subsystem.ZDO, 0xB6, u16(answers) + u8(SUCCESS))]


def _nwk_update(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    nwk, _mode = reader.u16(), reader.u8()
    answers = coordinator.ask(nwk, zdo.Cluster.MGMT_NWK_UPDATE, reader.rest())
    return u8(SUCCESS), [areq(Subsystem.ZDO, 0xB8, u16(nwk) + a) for nwk, a in answers]


def _callbacks(on: bool) -> Callable[[ZnpCoordinator, Reader], Answer]:
    def handler(coordinator: ZnpCoordinator, _: Reader) -> Answer:
        coordinator.callbacks = on
        return u8(SUCCESS), []

    return handler


def _startup(coordinator: ZnpCoordinator, _: Reader) -> Answer:
    known = coordinator.start()
    return u8(SUCCESS if known else NEW_NETWORK), [coordinator.state_change()]


def _accept(_: ZnpCoordinator, __: Reader) -> Answer:
    # Route discovery and checks: every device is a child of the coordinator.
    return u8(SUCCESS), []


def _find_group(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    endpoint, group = reader.u8(), reader.u16()
    there = (endpoint, group) in coordinator.groups
    return u8(SUCCESS if there else FAILURE) + u16(group) + u8(0), []


def _add_group(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    coordinator.groups.add((reader.u8(), reader.u16()))
    return u8(SUCCESS), []


def _nwk_info(coordinator: ZnpCoordinator, _: Reader) -> Answer:
    network = coordinator.network
    pan_id, extended, channel = 0xFFFF, bytes(8), 0
    if network is not None:
        pan_id, extended, channel = network.pan_id, network.extended_pan_id, network.channel
    info = struct.pack(
        "<HBHH8s8sB", COORDINATOR_NWK, coordinator.state, pan_id, 0, extended, bytes(8), channel
    )
    return info, []


HANDLERS: dict[int, Callable[[ZnpCoordinator, Reader], Answer]] = {
    **{command: _typed(command, cluster) for command, cluster in _CLUSTERS.items()},
    0x00: _nwk_addr,
    0x01: _ieee_addr,
    0x36: _permit_join,
    0x37: _nwk_update,
    0x3E: _callbacks(True),
    0x3F: _callbacks(False),
    0x40: _startup,
    0x45: _accept,
    0x46: _accept,
    0x4A: _find_group,
    0x4B: _add_group,
    0x50: _nwk_info,
}
