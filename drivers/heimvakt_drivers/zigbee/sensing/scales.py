"""How many watts the numbers of a plug stand for, as it says itself.

PURE. Source: Zigbee Cluster Library, revision 8: 4.9.2.2.4.4 and 10.4.2.2.4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .heard import Cluster

ACTIVE_POWER, POWER_MULTIPLIER, POWER_DIVISOR = 0x050B, 0x0604, 0x0605
"""Of the electrical measurement: watts, times one and by the other."""
DEMAND, DEMAND_MULTIPLIER, DEMAND_DIVISOR = 0x0400, 0x0301, 0x0302
"""Of metering: kilowatts likewise."""

SCALING = {
    Cluster.ELECTRICITY: (POWER_MULTIPLIER, POWER_DIVISOR),
    Cluster.METERING: (DEMAND_MULTIPLIER, DEMAND_DIVISOR),
}
"""What is to be asked once."""

FACTOR_MAX = 0xFFFFFF


@dataclass(frozen=True, slots=True)
class Scales:
    """Multiplier and divisor; until a plug says more, its numbers are watts."""

    power: tuple[int, int] = (1, 1)
    demand: tuple[int, int] = (1, 1000)

    def told(self, cluster: int, attribute: int, value: int) -> Scales:
        """The scales after an attribute; the same where it says nothing of them."""
        if not 0 < value < FACTOR_MAX:
            return self
        match cluster, attribute:
            case (Cluster.ELECTRICITY, id_) if id_ == POWER_MULTIPLIER:
                return replace(self, power=(value, self.power[1]))
            case (Cluster.ELECTRICITY, id_) if id_ == POWER_DIVISOR:
                return replace(self, power=(self.power[0], value))
            case (Cluster.METERING, id_) if id_ == DEMAND_MULTIPLIER:
                return replace(self, demand=(value, self.demand[1]))
            case (Cluster.METERING, id_) if id_ == DEMAND_DIVISOR:
                return replace(self, demand=(self.demand[0], value))
            case _:
                return self

    def units_of(self, cluster: int, watts: float) -> int:
        """Watts in the unit of the cluster's attribute, 1 at least."""
        if cluster == Cluster.METERING:
            multiplier, divisor = self.demand
            watts /= 1000
        else:
            multiplier, divisor = self.power
        return max(1, round(watts * divisor / multiplier))


UNSCALED = Scales()
