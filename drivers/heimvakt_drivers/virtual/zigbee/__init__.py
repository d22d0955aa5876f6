"""A virtual Zigbee radio with its devices: the far end of the serial line of a real host.

It speaks the serial protocol of a Z-Stack 3 coordinator (TI calls it MT, hosts call it ZNP) at a
pseudo-terminal or a TCP port on loopback. Written from protocol facts and the standard library
alone. `radio` shows how it is used.

    octets      numbers and addresses on the wire        PURE
    mt_frame    frames of the serial line                PURE
    zcl_values  data types and attributes                PURE
    zcl         headers and general commands             PURE
    zdo         descriptors, bindings, leaving           PURE
    nv          the memory that survives                 PURE
    network     the network in that memory               PURE
    pace        how fast a device may send               PURE
    coordinator its state, and what it tells the host    PURE
    dispatch    from request to answers (mt_sys, mt_af, mt_zdo, mt_util)   PURE
    faults      what goes wrong, from a seeded chance    PURE
    answers     what a device answers                    PURE
    device, ias, sensors    the devices
    line, serial_end        file descriptors, terminal and TCP port
    link        the coordinator at that end, host after host
    radio, storage          all of it together, and in a file

Not there: a mesh (every device is a child of the coordinator), polling of sleepy devices, security
over the air, fragmentation, groups of devices, green power, updates over the air, source routes.
"""

from .device import VirtualDevice
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
    "BedMat",
    "ContactSensor",
    "DamagedFileError",
    "EmergencyButton",
    "Faults",
    "IasZoneDevice",
    "JoinRefusedError",
    "MotionSensor",
    "NotOnAirError",
    "OccupancySensor",
    "OnOffButton",
    "OnOffContact",
    "Outcome",
    "Sent",
    "SmokeDetector",
    "VirtualDevice",
    "VirtualRadio",
    "ZoneStatus",
    "ZoneType",
]
