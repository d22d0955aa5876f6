"""What a device says of itself when it is interviewed, as a plain value.

PURE. Everything that is decided about a device before it has told anything is decided from this.
Sources of the numbers: Zigbee Cluster Library, revision 8; Zigbee specification 2.3.2 (node and
simple descriptors).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

HOME_AUTOMATION = 0x0104
NOT_OF_HOMES = frozenset({0xA1E0, 0xC0C9})
"""Profiles for Green Power and for a maker's own tools: what they list, nobody at home uses."""


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
