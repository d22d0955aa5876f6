"""One sensor of a home, as values: what it says, and what the rules are told of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from heimvakt.core.devices import Device, Role
from heimvakt.core.events import BatteryMeasured, DeviceEvent, TamperClosed, TamperOpened
from heimvakt_drivers.zigbee.sensing.heard import Attribute, Cluster, Command, Fact, Heard
from heimvakt_drivers.zigbee.sensing.memory import NOTHING_YET, Memory
from heimvakt_drivers.zigbee.sensing.recognise import recognise
from heimvakt_drivers.zigbee.sensing.signature import Endpoint, Signature
from heimvakt_drivers.zigbee.sensing.translate import later, translate

ADDRESS = "00:12:4b:00:22:c1:09:aa"
OF_THE_ZONE_ITSELF = (BatteryMeasured, TamperClosed, TamperOpened)


@dataclass
class Sensor:
    """One device of the home and what is remembered of it."""

    role: Role
    memory: Memory = NOTHING_YET
    now: float = 1000.0
    said: list[DeviceEvent] = field(default_factory=list)

    @property
    def device(self) -> Device:
        return Device(device_id="it", role=self.role, driver="zigbee", address=ADDRESS)

    def hears(
        self,
        cluster: int,
        fact: Fact,
        *,
        endpoint: int = 1,
        lqi: int | None = None,
        rssi: int | None = None,
    ) -> list[DeviceEvent]:
        heard = Heard(
            address=ADDRESS,
            endpoint=endpoint,
            cluster=cluster,
            fact=fact,
            at=self.now,
            lqi=lqi,
            rssi=rssi,
        )
        self.memory, events = translate(self.device, self.memory, heard)
        self.said += events
        return events

    def zone(self, status: int, *, lqi: int | None = None) -> list[type[DeviceEvent]]:
        """A zone status change; what it says of the zone itself is left out."""
        said = Command(0x00, (status, 0, 0, 0), 7, from_server=True)
        events = self.hears(Cluster.ZONE, said, lqi=lqi)
        return [type(event) for event in events if not isinstance(event, OF_THE_ZONE_ITSELF)]

    def attribute(
        self, cluster: int, number: int, value: object, *, endpoint: int = 1
    ) -> list[DeviceEvent]:
        return self.hears(cluster, Attribute(number, value), endpoint=endpoint)

    def key(self, cluster: int, command: int, *values: object, number: int) -> list[DeviceEvent]:
        return self.hears(cluster, Command(command, values, number))

    def tells(self, cluster: int, command: int, *values: object) -> list[DeviceEvent]:
        """A command from the side that tells."""
        return self.hears(cluster, Command(command, values, None, from_server=True))

    def waits(self, seconds: float) -> list[DeviceEvent]:
        """Nothing is heard for a while."""
        self.now += seconds
        self.memory, events = later(self.device, self.memory, self.now)
        self.said += events
        return events


def kinds(events: list[DeviceEvent]) -> list[type[DeviceEvent]]:
    return [type(event) for event in events]


def real(maker: str, model: str, role: Role, *ins: int, outs: tuple[int, ...] = ()) -> Sensor:
    """A sensor of a maker and model, with what it lists."""
    return Sensor(role, knowing(described(maker, model, *ins, outs=outs)))


def knowing(signature: Signature) -> Memory:
    """What is remembered of a device that has only been interviewed."""
    return replace(NOTHING_YET, signature=signature, nature=recognise(signature))


def described(
    maker: str,
    model: str,
    *ins: int,
    outs: tuple[int, ...] = (),
    device_type: int = 0,
    zone_type: int | None = None,
    is_router: bool = False,
) -> Signature:
    """A device with one part; it sleeps unless it is a router."""
    part = Endpoint(
        device_type=device_type,
        in_clusters=frozenset(ins),
        out_clusters=frozenset(outs),
        zone_type=zone_type,
    )
    return Signature(
        manufacturer=maker,
        model=model,
        endpoints=(part,),
        is_router=is_router,
        rx_on_when_idle=is_router,
        on_mains=is_router,
    )
