"""Answers to devices, sent on the line of a Z-Stack radio without zigpy-znp's long way to it.

A default response is five octets, and there is one for nearly every frame. zigpy and zigpy-znp make
objects of it, of the radio's answer and of its confirmation, five times over: more work than all
else about a press. Here it is a frame that is put together at once. zigpy-znp keeps its line: its
lock is held until the radio has answered, since it answers one request at a time, and an answer or
a confirmation is taken from the line only while one is waited for. The next one waits until then.

What does not arrive is not tried again here: whoever wanted it sent lets zigpy try, which knows how
to look for a device. Nothing is sent here while zigpy itself waits for the radio: confirmations are
told apart by a number of one octet only, and it may be the same one.

Source: TI, Z-Stack Monitor and Test API: AF_DATA_REQUEST_EXT and AF_DATA_CONFIRM.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from struct import Struct
from typing import Any

from .raw_znp import OVERHEAD, SOF, checksum

REQUEST, ANSWER, CONFIRMATION = b"\x24\x02", b"\x01\x64\x02", b"\x03\x44\x80"
"""Commands; those of the radio with the length before them, which is always the same."""
_HEAD = Struct("<BH6xBHBHBBBH")
"""Kind of address, address, endpoint, PAN, our endpoint, cluster, number, options, radius, length.
"""
BY_NETWORK_ADDRESS = 0x02
ACKNOWLEDGED, NO_NEW_ROUTE = 0x10, 0x20
"""Options, as zigpy-znp sets them for an answer."""
SUCCESS = 0x00

CONFIRMED_S = 8.0
"""The parent of a device that sleeps keeps a frame for 7.68 s."""

WAITING_MAX = 16
"""Answers that are not confirmed yet; zigpy-znp has as many requests under way."""


@dataclass(frozen=True, slots=True)
class Thanks:
    """An answer, and whom it is for."""

    nwk: int
    endpoint: int
    own_endpoint: int
    cluster: int
    sequence: int
    octets: bytes

    def frame(self) -> bytes:
        """As it goes on the line."""
        options = ACKNOWLEDGED | NO_NEW_ROUTE
        head = _HEAD.pack(
            BY_NETWORK_ADDRESS,
            self.nwk,
            self.endpoint,
            0,
            self.own_endpoint,
            self.cluster,
            self.sequence,
            options,
            0,
            len(self.octets),
        )
        body = bytes((len(head) + len(self.octets),)) + REQUEST + head + self.octets
        return bytes((SOF,)) + body + bytes((checksum(body),))


@dataclass(slots=True)
class _UnderWay:
    """An answer that is not confirmed yet."""

    then: Callable[[bool], None]
    given_up: asyncio.TimerHandle
    accepted: bool = False


class ShortWay:
    """Beside one zigpy-znp, for as long as its line is open."""

    def __init__(self, lock: Any, write: Callable[[bytes], None], busy: Callable[[], bool]) -> None:
        """Send nothing yet.

        Args:
            lock: of zigpy-znp, for requests that the radio answers.
            write: puts octets on the line.
            busy: whether zigpy waits for a confirmation.
        """
        self._lock = lock
        self._write = write
        self._busy = busy
        self._under_way: dict[int, _UnderWay] = {}
        """By the number of the answer."""
        self._asked: int | None = None
        """Which of them the radio has not accepted yet; the lock is held for it."""
        self._behind: deque[tuple[Thanks, Callable[[bool], None]]] = deque()
        """Those that are sent when the radio has accepted that one."""

    def send(self, thanks: Thanks, then: Callable[[bool], None]) -> bool:
        """Send it and call `then` with whether it arrived; False if it cannot be sent now."""
        numbers = {*self._under_way, *(each.sequence for each, _ in self._behind)}
        if thanks.sequence in numbers or len(numbers) >= WAITING_MAX:
            return False
        if self._asked is not None and not self._busy():
            self._behind.append((thanks, then))
            return True
        return self._ask(thanks, then)

    def _ask(self, thanks: Thanks, then: Callable[[bool], None]) -> bool:
        if self._lock.locked() or self._busy():
            return False
        number = thanks.sequence
        _acquire(self._lock)
        try:
            self._write(thanks.frame())
        except BaseException:
            self._lock.release()
            raise
        loop = asyncio.get_running_loop()
        given_up = loop.call_later(CONFIRMED_S, self._end, number, False)
        self._under_way[number] = _UnderWay(then, given_up)
        self._asked = number
        return True

    def answered(self, buffer: bytearray) -> int:
        """Take note of what the radio says of an answer; how many octets that was."""
        said = bytes(buffer[1:4])
        if said == ANSWER and self._asked is not None:
            number, size = self._asked, ANSWER[0] + OVERHEAD
        elif said == CONFIRMATION and len(buffer) > 6 and self._is_accepted(buffer[6]):
            number, size = buffer[6], CONFIRMATION[0] + OVERHEAD
        else:
            return 0
        if buffer[0] != SOF or len(buffer) < size:
            return 0
        if checksum(buffer[1 : size - 1]) != buffer[size - 1]:
            return 0
        arrived = buffer[4] == SUCCESS
        if said == ANSWER and arrived:
            self._release()
            self._under_way[number].accepted = True
        else:
            self._end(number, arrived)
        return size

    def drop(self) -> None:
        """Wait for no confirmation any more: the line is closed."""
        for each in self._under_way.values():
            each.given_up.cancel()
        self._under_way.clear()
        self._behind.clear()
        if self._asked is not None:
            self._release()  # else whoever waits for it would not learn that the line is closed

    def _is_accepted(self, number: int) -> bool:
        return number in self._under_way and self._under_way[number].accepted

    def _end(self, number: int, arrived: bool) -> None:
        ended = self._under_way.pop(number)
        ended.given_up.cancel()
        if self._asked == number:
            self._release()
        ended.then(arrived)

    def _release(self) -> None:
        self._asked = None
        self._lock.release()
        while self._behind and self._asked is None:
            thanks, then = self._behind.popleft()
            try:
                is_asked = self._ask(thanks, then)
            except (AttributeError, OSError, RuntimeError):  # the radio went in the middle of this
                is_asked = False
            if not is_asked:
                then(False)


def _acquire(lock: Any) -> None:
    """Take a lock that is free: then there is nothing to wait for."""
    taking = lock.acquire()
    try:
        taking.send(None)
    except StopIteration:
        return
    taking.close()
    raise RuntimeError("the lock was not free")
