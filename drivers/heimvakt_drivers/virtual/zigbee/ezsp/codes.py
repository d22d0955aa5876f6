"""What EmberZNet and its host call things by number: states, callbacks, and the head of a message.

PURE. Facts: Silicon Labs, UG100 "EZSP Reference Guide".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum


class Status(IntEnum):
    """What commands come to (EmberStatus)."""

    SUCCESS = 0x00
    BAD_ARGUMENT = 0x02
    NOT_FOUND = 0x03
    DELIVERY_FAILED = 0x66
    INVALID_CALL = 0x70
    MESSAGE_TOO_LONG = 0x74
    NETWORK_UP = 0x90
    NETWORK_DOWN = 0x91
    NOT_JOINED = 0x93
    NETWORK_OPENED = 0x9C
    NETWORK_CLOSED = 0x9D
    SECURITY_STATE_NOT_SET = 0xA8
    INDEX_OUT_OF_RANGE = 0xB1


class Handler(IntEnum):
    """Callbacks by their number."""

    STACK_STATUS = 0x0019
    SCAN_COMPLETE = 0x001C
    CHILD_JOIN = 0x0023
    TRUST_CENTER_JOIN = 0x0024
    MESSAGE_SENT = 0x003F
    INCOMING_MESSAGE = 0x0045
    ENERGY_SCAN_RESULT = 0x0048


class Update(IntEnum):
    """What happened to a device."""

    SECURED_REJOIN = 0
    UNSECURED_JOIN = 1
    LEFT = 2


class Incoming(IntEnum):
    """How a message came."""

    UNICAST = 0
    BROADCAST = 4


@dataclass(frozen=True, slots=True)
class Aps:
    """The head of a message, as it is sent."""

    profile: int
    cluster: int
    source: int
    destination: int
    options: int = 0x0140  # acknowledged, with a route discovered if need be
    group: int = 0
    sequence: int = 0

    def encode(self) -> bytes:
        """The octets."""
        return struct.pack(
            "<HHBBHHB",
            self.profile,
            self.cluster,
            self.source,
            self.destination,
            self.options,
            self.group,
            self.sequence,
        )
