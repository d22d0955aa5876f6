"""What the kernel says of interfaces and their addresses, as bytes and as a table. Pure.

rtnetlink(7), netlink(7): messages of a header and attributes, in the byte order of the machine.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

_HEADER = struct.Struct("=IHHII")
_LINK = struct.Struct("=BxHiII")
_ADDRESS = struct.Struct("=BBBBI")
_ATTRIBUTE = struct.Struct("=HH")

ERROR, DONE = 2, 3
NEW_LINK, DEL_LINK, GET_LINK = 16, 17, 18
NEW_ADDRESS, DEL_ADDRESS, GET_ADDRESS = 20, 21, 22
GROUPS = 0x1 | 0x10 | 0x100
"""Links, IPv4 addresses, IPv6 addresses."""
_REQUEST_DUMP = 0x1 | 0x300
_DUMP_INTERRUPTED = 0x10
_UP, _RUNNING = 0x1, 0x40
_IFLA_IFNAME, _IFA_ADDRESS = 3, 1
_SCOPE_GLOBAL = 0
_ATTRIBUTE_TYPE = 0x3FFF


class Turn(Enum):
    """What a message means for whoever is reading everything."""

    GO_ON = "go-on"
    DONE = "done"
    AGAIN = "again"
    """It changed while it was being read, or the kernel would not give it."""


@dataclass(slots=True)
class Table:
    """The interfaces that the kernel has told of."""

    _names: dict[int, str] = field(default_factory=dict)
    _running: set[int] = field(default_factory=set)
    _addresses: set[tuple[int, bytes]] = field(default_factory=set)

    def ready(self) -> frozenset[str]:
        """Those that are up, have a carrier, and an address that is more than the link's own."""
        addressed = {index for index, _ in self._addresses}
        return frozenset(self._names[i] for i in self._running & addressed if i in self._names)

    def take(self, data: bytes) -> Turn:
        """Take in what one read gave; what is cut short or unknown is left."""
        turn = Turn.GO_ON
        for kind, flags, body in _messages(data):
            if kind == ERROR or flags & _DUMP_INTERRUPTED:
                turn = Turn.AGAIN
            elif kind == DONE and turn is not Turn.AGAIN:
                turn = Turn.DONE
            elif kind in (NEW_LINK, DEL_LINK) and len(body) >= _LINK.size:
                self._link(body, there=kind == NEW_LINK)
            elif kind in (NEW_ADDRESS, DEL_ADDRESS) and len(body) >= _ADDRESS.size:
                self._address(body, there=kind == NEW_ADDRESS)
        return turn

    def _link(self, body: bytes, *, there: bool) -> None:
        family, _type, index, flags, _changed = _LINK.unpack_from(body)
        if family:
            return  # a bridge telling of its ports
        name = dict(_attributes(body[_LINK.size :])).get(_IFLA_IFNAME)
        if there and name is not None:
            self._names[index] = name.rstrip(b"\0").decode(errors="replace")
        self._running.discard(index)
        if there and flags & _UP and flags & _RUNNING:
            self._running.add(index)
        if not there:
            self._names.pop(index, None)
            self._addresses = {each for each in self._addresses if each[0] != index}

    def _address(self, body: bytes, *, there: bool) -> None:
        _family, _length, _flags, scope, index = _ADDRESS.unpack_from(body)
        address = dict(_attributes(body[_ADDRESS.size :])).get(_IFA_ADDRESS)
        if scope != _SCOPE_GLOBAL or address is None:
            return
        if there:
            self._addresses.add((index, address))
        else:
            self._addresses.discard((index, address))


def request(kind: int, number: int) -> bytes:
    """Ask for all links (`GET_LINK`) or all addresses (`GET_ADDRESS`)."""
    body = b"\0" * (_LINK.size if kind == GET_LINK else _ADDRESS.size)
    return _HEADER.pack(_HEADER.size + len(body), kind, _REQUEST_DUMP, number, 0) + body


def _messages(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + _HEADER.size <= len(data):
        length, kind, flags, _number, _port = _HEADER.unpack_from(data, at)
        if length < _HEADER.size or at + length > len(data):
            return
        yield kind, flags, data[at + _HEADER.size : at + length]
        at += -(-length // 4) * 4


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        if length < _ATTRIBUTE.size or at + length > len(data):
            return
        yield kind & _ATTRIBUTE_TYPE, data[at + _ATTRIBUTE.size : at + length]
        at += -(-length // 4) * 4
