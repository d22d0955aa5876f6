"""The ways in which a device can say something, found in what it says of itself.

PURE. A way is what a cluster stands for on this kind of device: on/off is a contact where it is a
sensor's, a switch where it is a plug's, and a key where it asks others. Numbers: Zigbee Cluster
Library, revision 8 (zone types: table 8-5); Zigbee Lighting and Occupancy, revision 1 (types of
devices).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from heimvakt.core.devices import Role

from .heard import Cluster
from .signature import Signature


class Says(Enum):
    """A way, in the words that an installer reads; the most telling first."""

    PANEL = "the keys of an alarm panel"
    FIRE = "a fire zone"
    CARBON_MONOXIDE = "a carbon monoxide zone"
    WATER = "a water zone"
    CONTACT = "a contact zone"
    EMERGENCY = "a zone for personal emergencies"
    FALL = "falls"
    KEYPAD = "a zone for remote controls, key fobs or keypads"
    MOTION = "a motion zone"
    MOVEMENT = "a zone for vibration and movement"
    LOCK = "a lock"
    SIREN = "a siren"
    ZONE = "a zone that does not say of what kind"
    OCCUPANCY = "presence"
    DATA_POINTS = "data points of its maker's own"
    SENSOR_COMMANDS = "on and off sent by a sensor"
    KEYS = "keys"
    MULTISTATE = "keys as values"
    LAMP = "a lamp"
    POWER = "the power that goes through it"
    SWITCH = "a switch"
    ON_OFF = "a contact by on and off"
    INPUT = "an input"
    TEMPERATURE = "temperature"
    HUMIDITY = "humidity"
    ILLUMINANCE = "light"
    ROUTER = "what others say"


_ZONES: Mapping[int, Says] = {
    0x000D: Says.MOTION,
    0x0015: Says.CONTACT,
    0x0016: Says.CONTACT,  # a handle of a door or window
    0x0028: Says.FIRE,
    0x002A: Says.WATER,
    0x002B: Says.CARBON_MONOXIDE,
    0x002C: Says.EMERGENCY,
    0x002D: Says.MOVEMENT,
    0x010F: Says.KEYPAD,
    0x0115: Says.KEYPAD,
    0x021D: Says.KEYPAD,
    0x0225: Says.SIREN,
    0x0229: Says.ROUTER,  # a repeater of alarm systems
}
"""By zone type; of any other it is not known what it is."""

FILLS: Mapping[Says, tuple[Role, ...]] = {
    Says.FIRE: (Role.SMOKE, Role.HEAT),
    Says.CARBON_MONOXIDE: (Role.CARBON_MONOXIDE,),
    Says.WATER: (Role.LEAK,),
    Says.CONTACT: (Role.DOOR, Role.BED, Role.CHAIR),
    Says.EMERGENCY: (Role.BUTTON, Role.FALL),
    Says.FALL: (Role.FALL,),
    Says.KEYPAD: (Role.BUTTON,),
    Says.MOTION: (Role.MOTION, Role.BED, Role.CHAIR),
    Says.MOVEMENT: (Role.MOTION,),
    Says.LOCK: (Role.LOCK,),
    Says.SIREN: (Role.SIREN,),
    Says.PANEL: (Role.BUTTON,),
    Says.OCCUPANCY: (Role.MOTION, Role.BED, Role.CHAIR),
    Says.SENSOR_COMMANDS: (Role.MOTION, Role.DOOR, Role.BED, Role.CHAIR),
    Says.KEYS: (Role.BUTTON,),
    Says.MULTISTATE: (Role.BUTTON,),
    Says.LAMP: (Role.LIGHT,),
    Says.POWER: (Role.APPLIANCE,),
    Says.SWITCH: (Role.LIGHT,),
    Says.ON_OFF: (Role.DOOR, Role.BED, Role.CHAIR),
    Says.TEMPERATURE: (Role.TEMPERATURE,),
    Says.HUMIDITY: (Role.TEMPERATURE,),
    Says.ILLUMINANCE: (Role.TEMPERATURE,),
    Says.ROUTER: (Role.REPEATER,),
}
"""The roles that each way can fill, the likely one first."""

OPEN: Mapping[Says, frozenset[Role]] = {
    Says.ZONE: frozenset(
        {
            Role.DOOR,
            Role.BED,
            Role.CHAIR,
            Role.MOTION,
            Role.BUTTON,
            Role.FALL,
            Role.SMOKE,
            Role.HEAT,
            Role.CARBON_MONOXIDE,
            Role.LEAK,
        }
    ),
    Says.INPUT: frozenset({Role.DOOR, Role.BED, Role.CHAIR, Role.BUTTON}),
}
"""Ways that say nothing of their role: what is connected, only the installer knows."""

LAMPS = frozenset({0x0100, 0x0101, 0x0102, 0x010A, 0x010C, 0x010D, 0x0200, 0x0210, 0x0220})
"""Device types of lamps; the plain on/off light (0x0100, 0x010A) is also what many plugs claim."""

SENSORS = frozenset({0x0106, 0x0107, 0x0850})
"""Device types of sensors that switch lamps by themselves."""

AIR = frozenset({Says.TEMPERATURE, Says.HUMIDITY, Says.ILLUMINANCE})
"""What a device of any kind may measure besides."""

_KEYS = frozenset({Cluster.ON_OFF, Cluster.LEVEL, Cluster.SCENES, Cluster.COVER})
_METERS = frozenset({Cluster.METERING, Cluster.ELECTRICITY})
_MEASURED: Mapping[int, Says] = {
    Cluster.TEMPERATURE: Says.TEMPERATURE,
    Cluster.HUMIDITY: Says.HUMIDITY,
    Cluster.ILLUMINANCE: Says.ILLUMINANCE,
    Cluster.OCCUPANCY: Says.OCCUPANCY,
    Cluster.LOCK: Says.LOCK,
    Cluster.WARNING: Says.SIREN,
    Cluster.DATA_POINTS: Says.DATA_POINTS,
}


def all_said(signature: Signature) -> frozenset[Says]:
    """Every way in which a device of this signature can say something."""
    ins, outs = signature.ins, signature.outs
    said = {says for cluster, says in _MEASURED.items() if cluster in ins}
    said |= _zones(signature)
    if Cluster.PANEL in outs | ins:
        said.add(Says.PANEL)
    if not signature.is_router:
        said |= _of_a_sensor(signature, said)
    if Cluster.BINARY_INPUT in ins and not said - AIR:
        said.add(Says.INPUT)  # of anything else it is the same in another form
    if Cluster.ON_OFF in ins and not signature.sleeps:
        said |= _of_a_switch(signature)
    if ins & _METERS:
        said.add(Says.POWER)
    if signature.is_router:
        said.add(Says.ROUTER)
    return frozenset(said)


def _zones(signature: Signature) -> set[Says]:
    zones = [e.zone_type for e in signature.endpoints if Cluster.ZONE in e.in_clusters]
    return {Says.ZONE if kind is None else _ZONES.get(kind, Says.ZONE) for kind in zones}


def _of_a_sensor(signature: Signature, said: set[Says]) -> set[Says]:
    """On/off and inputs of what is no switch; commands only of what tells no state itself."""
    ins, outs = signature.ins, signature.outs
    found: set[Says] = set()
    tells_a_state = bool(said & {Says.OCCUPANCY, Says.MOTION, Says.CONTACT, Says.MOVEMENT})
    if outs & _KEYS and not tells_a_state:
        sensor = signature.device_types & SENSORS
        found.add(Says.SENSOR_COMMANDS if sensor else Says.KEYS)
    if Cluster.MULTISTATE in ins and not tells_a_state:
        found.add(Says.MULTISTATE)
    if Cluster.ON_OFF in ins and signature.sleeps:
        found.add(Says.ON_OFF)
    return found


def _of_a_switch(signature: Signature) -> set[Says]:
    ins = signature.ins
    dims = bool(ins & {Cluster.LEVEL, Cluster.COLOUR})
    if signature.device_types & LAMPS and (dims or not ins & _METERS):
        return {Says.LAMP, Says.SWITCH}
    return {Says.SWITCH}
