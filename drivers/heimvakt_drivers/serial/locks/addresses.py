"""Addresses of what hangs on a shared line: `3`, and `3/door` for another thing of the same device.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from heimvakt.core.devices import Device, Role
from heimvakt.core.ports import Mistake

DOOR, READER = "door", "reader"

PARTS: Mapping[str, Role] = {"": Role.LOCK, DOOR: Role.DOOR, READER: Role.TAG}
"""What can be at an address, by what stands after the stroke."""

_ADDRESS = re.compile(r"(\d{1,3})(?:/([a-z]+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Address:
    """Where something is on a line."""

    number: int
    part: str = ""


def parse(text: str) -> Address | None:
    """`3/door` as its parts; None: it is not written so."""
    found = _ADDRESS.fullmatch(text)
    if found is None or (found[2] or "") not in PARTS:
        return None
    return Address(int(found[1]), found[2] or "")


@dataclass(frozen=True, slots=True)
class Post:
    """All that one device on the line is in the home."""

    number: int
    lock: Device
    door: Device | None = None
    reader: Device | None = None

    @property
    def devices(self) -> tuple[Device, ...]:
        """All of them, the lock first."""
        return tuple(d for d in (self.lock, self.door, self.reader) if d is not None)


def posts(devices: Iterable[Device]) -> dict[int, Post]:
    """The devices of a driver, by their number on the line."""
    found: dict[int, dict[str, Device]] = {}
    for device in devices:
        address = parse(device.address)
        if address is not None:
            found.setdefault(address.number, {})[address.part] = device
    return {
        number: Post(number, parts[""], parts.get(DOOR), parts.get(READER))
        for number, parts in sorted(found.items())
        if "" in parts
    }


def check(
    devices: Sequence[Device], numbers: range, of_lock: Callable[[Device], Iterable[Mistake]]
) -> Iterator[Mistake]:
    """What is wrong with the addresses and roles; `of_lock` says what else is wrong with a lock."""
    locks = {a.number for d in devices if (a := parse(d.address)) is not None and not a.part}
    for device in devices:
        place = ("devices", device.device_id)
        address = parse(device.address)
        if address is None or address.number not in numbers:
            yield Mistake(
                (*place, "address"),
                f'"{device.address}" is no address on this line',
                f"a number from {numbers[0]} to {numbers[-1]} for the lock itself; "
                'such as "1/door" or "1/reader" for its door contact or its reader',
            )
            continue
        role = PARTS[address.part]
        if device.role is not role:
            yield Mistake(
                (*place, "role"),
                f'what is at "{device.address}" is no {device.role}',
                f'write role = "{role}"',
            )
        elif address.part and address.number not in locks:
            yield Mistake(
                (*place, "address"),
                f"no lock has the address {address.number}",
                f"add the lock that this belongs to, with address = {address.number}",
            )
        elif not address.part:
            yield from of_lock(device)
