"""The memory of an EmberZNet stick: what survives a reset and a lost supply, and how hosts see it.

PURE. Hosts know it as tokens with a number each (Silicon Labs, AN1154 "Tokens for Non-Volatile
Storage"); those that a host needs to move a network to another stick can be read and written.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import IntEnum
from typing import cast

from heimvakt_drivers.virtual.zigbee.coordinator import Json

EMPTY_IEEE = b"\xff" * 8
WRITTEN = 0x80
"""The flag of a child that the stick wrote itself; one without it is lost at the next reset."""

CHILDREN_MAX = 200
LINK_KEYS_MAX = 12

_PARAMETERS = struct.Struct("<8sHbBBHBI")
_CHILD = struct.Struct("<8sHB")
_TRUST_CENTER = struct.Struct("<H8s16s")
_NODE_DATA = struct.Struct("<HbBBBH8s")
_MANAGEMENT = struct.Struct("<IHBB")
STACK_PROFILE_PRO, COORDINATOR = 0x02, 0x01


class Token(IntEnum):
    """Those that hosts ask for."""

    RESTORED_EUI64 = 0xE12A
    NODE_DATA = 0x1EE64
    TRUST_CENTER = 0x1E124
    NETWORK_MANAGEMENT = 0x1E125
    CHILD_TABLE = 0x10580


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a network, as they are sent."""

    extended_pan_id: bytes
    pan_id: int
    tx_power: int
    channel: int
    join_method: int
    manager: int
    update_id: int
    channels: int

    def encode(self) -> bytes:
        """The octets."""
        return _PARAMETERS.pack(
            self.extended_pan_id,
            self.pan_id,
            self.tx_power,
            self.channel,
            self.join_method,
            self.manager,
            self.update_id,
            self.channels,
        )

    @classmethod
    def decode(cls, octets: bytes) -> Parameters:
        """Read them. Raises struct.error unless they are PARAMETERS_OCTETS."""
        return cls(*_PARAMETERS.unpack(octets))


PARAMETERS_OCTETS = _PARAMETERS.size


@dataclass(frozen=True, slots=True)
class Child:
    """A device in the child table."""

    ieee: bytes
    nwk: int
    flags: int = WRITTEN


@dataclass(slots=True)
class Tokens:
    """All of it. Addresses and keys as sent."""

    custom_ieee: bytes = EMPTY_IEEE
    """Stands for the address burnt in, from the next reset on, unless it is empty."""
    parameters: Parameters | None = None
    """None: no network."""
    security: int = 0
    network_key: bytes = bytes(16)
    network_key_sequence: int = 0
    network_counter: int = 0
    link_counter: int = 0
    trust_center_key: bytes = bytes(16)
    trust_center_ieee: bytes = EMPTY_IEEE
    children: list[Child] = field(default_factory=list)
    link_keys: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)
    """By their place: the partner's address, and the key."""

    def forget_network(self) -> None:
        """Leave it: keys and children go with it, the counters stay."""
        self.parameters = None
        self.children.clear()
        self.link_keys.clear()

    def forget_all(self) -> None:
        """As from the factory, but for the address."""
        ieee = self.custom_ieee
        self.take(Tokens())
        self.custom_ieee = ieee

    def take(self, other: Tokens) -> None:
        """Be as another."""
        for name in self.__slots__:
            setattr(self, name, getattr(other, name))

    # ------------------------------------------------------------------ as hosts see it

    def read(self, token: int, index: int) -> bytes | None:
        """The value of a token, None when there is none."""
        match token:
            case Token.RESTORED_EUI64:
                return self.custom_ieee
            case Token.CHILD_TABLE if index < len(self.children):
                child = self.children[index]
                return _CHILD.pack(child.ieee, child.nwk, child.flags)
            case Token.TRUST_CENTER:
                key, ieee = self.trust_center_key, self.trust_center_ieee
                return _TRUST_CENTER.pack(self.security, ieee, key)
        if self.parameters is None:
            return None
        return self._of_network(token, self.parameters)

    def _of_network(self, token: int, has: Parameters) -> bytes | None:
        match token:
            case Token.NETWORK_MANAGEMENT:
                return _MANAGEMENT.pack(has.channels, has.manager, has.update_id, 0)
            case Token.NODE_DATA:
                return _NODE_DATA.pack(
                    has.pan_id,
                    has.tx_power,
                    has.channel,
                    STACK_PROFILE_PRO,
                    COORDINATOR,
                    0x0000,
                    has.extended_pan_id,
                )
        return None

    def write(self, token: int, index: int, value: bytes) -> bool:
        """Replace the value of a token; False when there is none or it has another length."""
        old = self.read(token, index)
        if old is None or len(old) != len(value):
            return False
        match token:
            case Token.RESTORED_EUI64:
                self.custom_ieee = value
            case Token.CHILD_TABLE:
                self.children[index] = Child(*_CHILD.unpack(value))
            case Token.TRUST_CENTER:
                self.security, self.trust_center_ieee, self.trust_center_key = _TRUST_CENTER.unpack(
                    value
                )
            case Token.NETWORK_MANAGEMENT:
                channels, manager, update_id, _ = _MANAGEMENT.unpack(value)
                self._change(channels=channels, manager=manager, update_id=update_id)
            case Token.NODE_DATA:
                pan_id, power, channel, _, _, _, extended = _NODE_DATA.unpack(value)
                self._change(
                    pan_id=pan_id, tx_power=power, channel=channel, extended_pan_id=extended
                )
        return True

    def _change(self, **fields: object) -> None:
        assert self.parameters is not None
        has = {name: getattr(self.parameters, name) for name in Parameters.__slots__}
        self.parameters = Parameters(**(has | fields))

    # ------------------------------------------------------------------ to and from JSON

    def to_json(self) -> Json:
        """Everything, octets as hexadecimal text."""
        return {
            "custom_ieee": self.custom_ieee.hex(),
            "parameters": "" if self.parameters is None else self.parameters.encode().hex(),
            "security": self.security,
            "network_key": self.network_key.hex(),
            "network_key_sequence": self.network_key_sequence,
            "network_counter": self.network_counter,
            "link_counter": self.link_counter,
            "trust_center_key": self.trust_center_key.hex(),
            "trust_center_ieee": self.trust_center_ieee.hex(),
            "children": [_CHILD.pack(c.ieee, c.nwk, c.flags).hex() for c in self.children],
            "link_keys": {str(n): (a + key).hex() for n, (a, key) in self.link_keys.items()},
        }

    @classmethod
    def from_json(cls, stored: Json) -> Tokens:
        """Read what `to_json` gave. Raises ValueError or KeyError when it is damaged."""
        text, numbers = cast(dict[str, str], stored), cast(dict[str, int], stored)
        parameters = bytes.fromhex(text["parameters"])
        keys = {
            int(n): bytes.fromhex(v) for n, v in cast(dict[str, str], stored["link_keys"]).items()
        }
        try:
            return cls(
                bytes.fromhex(text["custom_ieee"]),
                Parameters.decode(parameters) if parameters else None,
                numbers["security"],
                bytes.fromhex(text["network_key"]),
                numbers["network_key_sequence"],
                numbers["network_counter"],
                numbers["link_counter"],
                bytes.fromhex(text["trust_center_key"]),
                bytes.fromhex(text["trust_center_ieee"]),
                [
                    Child(*_CHILD.unpack(bytes.fromhex(child)))
                    for child in cast(list[str], stored["children"])
                ],
                {number: (key[:8], key[8:]) for number, key in keys.items()},
            )
        except struct.error as error:
            raise ValueError(str(error)) from error
