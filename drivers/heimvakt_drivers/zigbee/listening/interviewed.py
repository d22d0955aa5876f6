"""The signature of a device that zigpy has interviewed, as it was before any correction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from zigpy.const import SIG_ENDPOINTS, SIG_EP_INPUT, SIG_EP_OUTPUT, SIG_EP_PROFILE, SIG_EP_TYPE

from heimvakt_drivers.zigbee.sensing.heard import ZONE_TYPE, Cluster
from heimvakt_drivers.zigbee.sensing.signature import Endpoint, Signature

if TYPE_CHECKING:
    from zigpy.device import ZigbeeDevice

TEXT_MAX = 64
"""Of a name that a device gives itself; the standard allows half of it."""


def signature_of(node: ZigbeeDevice) -> Signature:
    """What it said of itself."""
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
