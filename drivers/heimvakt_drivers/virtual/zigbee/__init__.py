"""A virtual Zigbee radio with its devices: the far end of the serial line of a real host.

It speaks, at a pseudo-terminal or a TCP port on loopback, what a Z-Stack 3 coordinator speaks (ZNP)
or what an EmberZNet stick does (EZSP). Written from protocol facts and the standard library alone.
`radio` shows how it is used.

    octets      numbers and addresses on the wire        PURE
    zcl_values  data types and attributes                PURE
    zcl         headers and general commands             PURE
    zdo         descriptors, bindings, leaving           PURE
    pace        how fast a device may send               PURE
    faults      what goes wrong, from a seeded chance    PURE
    answers     what a device answers                    PURE
    device, ias, sensors, actuators                      the devices
    catalogue, catalogue_device, catalogue_text          devices as makers made them
    coordinator the network as the air sees it           PURE
    link        hosts come and go at the line, and what goes wrong there
    znp, ezsp   the two faces: a coordinator and a link each; `faces` finds them
    radio, storage          all of it together, and in a file

Of a mesh there is what pairing needs: each router has a door of its own, and a device that hears
one router alone comes in there or not at all. Of security there is what an install code does: the
trust centre has the key of the device, or that does not get in.

Not there: routes (every frame is delivered at once), polling of sleepy devices, encryption over the
air, fragmentation, groups of devices, green power, updates over the air, source routes.
"""

from .actuators import Lamp, Repeater, Siren
from .catalogue_device import CatalogueDevice
from .device import VirtualDevice
from .faces import FACES, Face
from .faults import Faults
from .ias import IasZoneDevice, ZoneStatus, ZoneType
from .radio import VirtualRadio
from .sensors import (
    BedMat,
    ContactSensor,
    EmergencyButton,
    MotionSensor,
    OccupancySensor,
    OnOffButton,
    OnOffContact,
    SmokeDetector,
)
from .sent import JoinRefusedError, NotOnAirError, Outcome, Sent
from .storage import DamagedFileError

__all__ = [
    "FACES",
    "BedMat",
    "CatalogueDevice",
    "ContactSensor",
    "DamagedFileError",
    "EmergencyButton",
    "Face",
    "Faults",
    "IasZoneDevice",
    "JoinRefusedError",
    "Lamp",
    "MotionSensor",
    "NotOnAirError",
    "OccupancySensor",
    "OnOffButton",
    "OnOffContact",
    "Outcome",
    "Repeater",
    "Sent",
    "Siren",
    "SmokeDetector",
    "VirtualDevice",
    "VirtualRadio",
    "ZoneStatus",
    "ZoneType",
]
