"""What a device says of itself when it is interviewed, as a plain value.

PURE. Everything that is decided about a device before it has told anything is decided from this.
Sources of the numbers: Zigbee Cluster Library, revision 8; Zigbee specification 2.3.2 (node and
simple descriptors).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from zigpy.const import SIG_ENDPOINTS, SIG_EP_INPUT, SIG_EP_OUTPUT, SIG_EP_PROFILE, SIG_EP_TYPE

from .heard import ZONE_TYPE, Cluster

if TYPE_CHECKING:
    from zigpy.device import ZigbeeDevice

HOME_AUTOMATION = 0x0104
NOT_OF_HOMES = frozenset({0xA1E0, 0xC0C9})
"""Profiles for Green Power and for a maker's own tools: what they list, nobody at home uses."""

TEXT_MAX = 64
"""Of a name that a device gives itself; the standard allows half of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One part of a device, from its simple descriptor."""

    number: int = 1
    profile: int = HOME_AUTOMATION
    device_type: int = 0
    in_clusters: frozenset[int] = frozenset()
    """What it tells or does."""
    out_clusters: frozenset[int] = frozenset()
    """What it asks others to do: a remote control."""
    zone_type: int | None = None
    """What its zone says that it is; None while nobody has asked, or without a zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A device as it describes itself."""

    manufacturer: str = ""
    model: str = ""
    endpoints: tuple[Endpoint, ...] = ()
    is_router: bool = False
    """It carries what others say."""
    rx_on_when_idle: bool = False
    """It hears at any time; one that does not sleeps."""
    on_mains: bool = False
    manufacturer_code: int | None = None

    @property
    def of_homes(self) -> tuple[Endpoint, ...]:
        """The parts that are meant for a home."""
        return tuple(e for e in self.endpoints if e.profile not in NOT_OF_HOMES)

    @property
    def ins(self) -> frozenset[int]:
        """All that it tells or does."""
        return frozenset().union(*(e.in_clusters for e in self.of_homes))

    @property
    def outs(self) -> frozenset[int]:
        """All that it asks others to do."""
        return frozenset().union(*(e.out_clusters for e in self.of_homes))

    def zone_type_at(self, endpoint: int) -> int | None:
        """What the zone of an endpoint says that it is."""
        return next((e.zone_type for e in self.endpoints if e.number == endpoint), None)

    def with_zone_type(self, endpoint: int, zone_type: int) -> Signature:
        """The same device, after its zone was asked what it is."""
        told = (
            replace(e, zone_type=zone_type) if e.number == endpoint else e for e in self.endpoints
        )
        return replace(self, endpoints=tuple(told))

    @property
    def device_types(self) -> frozenset[int]:
        """What its parts say that they are."""
        return frozenset(e.device_type for e in self.of_homes)

    @property
    def sleeps(self) -> bool:
        """It hears only shortly after it spoke."""
        return not self.rx_on_when_idle and not self.is_router


NOTHING_SAID = Signature()


def signature_of(node: ZigbeeDevice) -> Signature:
    """The signature of a device that zigpy has interviewed, as it was before any correction."""
    descriptor = node.node_desc
    said = (node.original_signature or {}).get(SIG_ENDPOINTS, {})
    return Signature(
        manufacturer=_text(node.manufacturer),
        model=_text(node.model),
        endpoints=tuple(_endpoint(e, said.get(e.endpoint_id, {})) for e in node.non_zdo_endpoints),
        is_router=bool(descriptor and descriptor.is_router),
        rx_on_when_idle=bool(descriptor and descriptor.is_receiver_on_when_idle),
        on_mains=bool(descriptor and descriptor.is_mains_powered),
        manufacturer_code=int(descriptor.manufacturer_code) if descriptor else None,
    )


def _endpoint(endpoint: Any, said: Mapping[str, Any]) -> Endpoint:
    """One part; `said` is what the device itself said of it, where it has been corrected since."""
    zone = endpoint.in_clusters.get(Cluster.ZONE)
    zone_type = zone.get(ZONE_TYPE) if zone is not None else None
    return Endpoint(
        number=int(endpoint.endpoint_id),
        profile=int(said.get(SIG_EP_PROFILE, endpoint.profile_id) or 0),
        device_type=int(said.get(SIG_EP_TYPE, endpoint.device_type) or 0),
        in_clusters=frozenset(map(int, said.get(SIG_EP_INPUT, endpoint.in_clusters))),
        out_clusters=frozenset(map(int, said.get(SIG_EP_OUTPUT, endpoint.out_clusters))),
        zone_type=int(zone_type) if isinstance(zone_type, int) else None,
    )


def _text(said: object) -> str:
    """A name without what makers fill it up with."""
    return said.split("\x00")[0].strip()[:TEXT_MAX] if isinstance(said, str) else ""
