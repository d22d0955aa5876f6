"""A relay board with a lock on it: Modbus RTU, functions 1, 2, 5 and 6.

Written from the published standard (Modbus application protocol V1.1b3) and not with a library.
Coil 0 lets the door go; inputs 0 to 3 are door, bolt, handle and lid. The board ends a release by
itself when it is given the time in tenths of a second: as the value of coil 0x0200, or in holding
register 1.
"""

from __future__ import annotations

from collections.abc import Iterator

from heimvakt_drivers.virtual.locks import LockBody
from heimvakt_drivers.virtual.wire import Watch

READ_COILS, READ_INPUTS, WRITE_COIL, WRITE_REGISTER = 1, 2, 5, 6
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3
FLASH_COIL, PULSE_REGISTER = 0x0200, 1
ON, OFF = 0xFF00, 0x0000
UNTIL_OFF_S = 86_400.0
REQUEST = 8
"""Octets of all the requests that it knows."""


class ModbusBoard:
    """One board at one address."""

    def __init__(self, unit: int, body: LockBody) -> None:
        self.unit = unit
        self.body = body
        self.executed: list[tuple[int, int]] = []
        """Writes that were carried out: number and value."""
        self.refuses = False
        """Answers every write with an exception."""
        self._heard = bytearray()
        self._unread = False
        self._watch = Watch()
        body.changed = self._changed

    async def asked(self) -> None:
        """Return when the contacts have been asked for since they changed."""
        await self._watch.until(lambda: not self._unread)

    async def written(self, number: int, value: int) -> None:
        """Return when this has been the last that was written."""
        await self._watch.until(lambda: self.executed[-1:] == [(number, value)])

    def hear(self, octets: bytes) -> Iterator[bytes]:
        """See `locks.bus.Listener`."""
        self._heard += octets
        while len(self._heard) >= REQUEST:
            frame = bytes(self._heard[:REQUEST])
            if crc(frame[:-2]) != frame[-2:]:
                del self._heard[0]
                continue
            del self._heard[:REQUEST]
            if frame[0] == self.unit:
                reply = bytes([self.unit]) + self._answer(frame[1], frame[2:6])
                yield reply + crc(reply)
                self._watch.notify()

    def silence(self) -> None:
        """See `locks.bus.Listener`."""
        self._heard.clear()

    def _answer(self, function: int, data: bytes) -> bytes:
        number, value = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:], "big")
        match function:
            case 1 | 2:
                return self._read(function, number, value)
            case 5 | 6:
                wrong = ILLEGAL_VALUE if self.refuses else self._write(function, number, value)
                return bytes([function | 0x80, wrong]) if wrong else bytes([function]) + data
            case _:
                return bytes([function | 0x80, ILLEGAL_FUNCTION])

    def _read(self, function: int, first: int, count: int) -> bytes:
        body = self.body
        here = (
            [body.released]
            if function == READ_COILS
            else [body.door_open, body.locked, body.handle, body.tampered]
        )
        if not count or first + count > len(here):
            return bytes([function | 0x80, ILLEGAL_ADDRESS])
        if function == READ_INPUTS:
            self._unread = False
            self._watch.notify()
        bits = sum(up << place for place, up in enumerate(here[first : first + count]))
        return bytes([function, 1, bits])

    def _write(self, function: int, number: int, value: int) -> int:
        """Do it; the code of the exception where it cannot be done."""
        match function, number:
            case 5, 0 if value in (ON, OFF):
                self.executed.append((number, value))
                if value == ON:
                    self.body.release(UNTIL_OFF_S)
                else:
                    self.body.hold()
            case (5, 0x0200) | (6, 1):
                self.executed.append((number, value))
                self.body.release(value / 10)
            case _:
                return ILLEGAL_ADDRESS
        return 0

    def _changed(self, _: str) -> None:
        self._unread = True


def crc(octets: bytes) -> bytes:
    """CRC-16 with polynomial 0xA001, the low octet first."""
    value = 0xFFFF
    for octet in octets:
        value ^= octet
        for _ in range(8):
            value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return value.to_bytes(2, "little")
