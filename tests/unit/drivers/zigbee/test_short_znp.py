"""Answers beside zigpy-znp: the octets that it would send, and its lock and its confirmations its
own."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from zigpy.datastructures import PriorityLock
from zigpy_znp.types import AddrMode, Status  # type: ignore[import-untyped]

from heimvakt_drivers.zigbee.listening import short_znp
from heimvakt_drivers.zigbee.listening.short_znp import ShortWay, Thanks
from tests.support.zigpy_desk import Desk, frame

NUMBER = 42
THANKS = Thanks(0x1234, 1, 1, 0x0500, NUMBER, bytes((0x10, NUMBER, 0x0B, 0x00, 0x00)))
ACCEPTED = frame(0x6402, b"\0")
REFUSED = frame(0x6402, b"\x02")
NOBODY: Any = None


def confirmed(status: int = 0, number: int = NUMBER) -> bytes:
    return frame(0x4480, bytes((status, 1, number)))


class Line:
    """A way to a stick, what was put on its line, and what came of it."""

    def __init__(self) -> None:
        self.lock: Any = PriorityLock()
        self.written: list[bytes] = []
        self.came_of_it: list[bool] = []
        self.ended = asyncio.Event()
        self.zigpy_waits = False
        self.way = ShortWay(self.lock, self.written.append, lambda: self.zigpy_waits)

    def send(self, thanks: Thanks = THANKS) -> bool:
        return self.way.send(thanks, self._came)

    def _came(self, arrived: bool) -> None:
        self.came_of_it.append(arrived)
        self.ended.set()

    def says(self, octets: bytes) -> int:
        """The stick says something; how much of it is no business of zigpy's."""
        return self.way.answered(bytearray(octets))


async def test_it_is_what_zigpy_znp_puts_on_the_line() -> None:
    desk = Desk(NOBODY, {"00:11:22:33:44:55:66:01": THANKS.nwk}, raw=False)
    written: list[bytes] = []

    async def request_callback_rsp(*, request: Any, **_: Any) -> Any:
        desk._line_end.send(request.to_frame(align=True))
        return request.Rsp(Status=Status.SUCCESS)

    desk._znp._uart = desk._line_end
    desk._line_end._transport = type("Transport", (), {"write": staticmethod(written.append)})
    desk._znp.request_callback_rsp = request_callback_rsp
    packets: list[Any] = []

    async def keep(packet: Any) -> None:
        packets.append(packet)

    endpoint: Any = desk.nodes[0].endpoints[1]
    desk.send_packet = keep  # type: ignore[method-assign]
    await endpoint.reply(
        cluster=THANKS.cluster, sequence=NUMBER, data=THANKS.octets, command_id=0x0B
    )
    await super(Desk, desk).send_packet(packets[0])
    assert written == [THANKS.frame()]
    assert AddrMode.NWK == short_znp.BY_NETWORK_ADDRESS


async def test_it_arrives_when_the_radio_has_accepted_and_confirmed_it() -> None:
    line = Line()
    assert line.send()
    assert line.lock.locked(), "a request of zigpy's would get the answer to this one"
    assert line.says(ACCEPTED) == len(ACCEPTED)
    assert not line.lock.locked()
    assert not line.came_of_it
    assert line.says(confirmed()) == len(confirmed())
    assert line.came_of_it == [True]


@pytest.mark.parametrize("said", [[REFUSED], [ACCEPTED, confirmed(0xF0)]])
async def test_one_that_does_not_arrive_is_told_as_such(said: list[bytes]) -> None:
    line = Line()
    line.send()
    for each in said:
        assert line.says(each) == len(each)
    assert line.came_of_it == [False]
    assert not line.lock.locked()
    assert line.send(), "and the next one has its way"


@pytest.mark.parametrize("said", [b"", ACCEPTED])
async def test_one_of_which_nothing_is_heard_is_given_up(
    said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(short_znp, "CONFIRMED_S", 0.0)
    line = Line()
    line.send()
    line.says(said)
    async with asyncio.timeout(30):
        await line.ended.wait()
    assert line.came_of_it == [False]
    assert not line.lock.locked()
    assert line.says(confirmed()) == 0, "nobody waits for that any more"


async def test_nothing_is_sent_while_zigpy_waits_for_the_radio() -> None:
    line = Line()
    line.zigpy_waits = True
    assert not line.send()
    line.zigpy_waits = False
    async with line.lock:
        assert not line.send()
    assert line.written == []


def thanks(number: int) -> Thanks:
    return Thanks(0x1234, 1, 1, 0x0500, number, bytes((0x10, number, 0x0B, 0x00, 0x00)))


async def test_one_after_the_other_is_accepted_and_none_of_them_is_zigpys() -> None:
    line = Line()
    for number in (1, 2, 3):
        assert line.send(thanks(number))
    for count in (1, 2, 3):
        assert line.written == [thanks(number).frame() for number in range(1, count + 1)]
        assert line.lock.locked()
        line.says(ACCEPTED)
    assert not line.lock.locked()
    for number in (1, 2, 3):
        line.says(confirmed(number=number))
    assert line.came_of_it == [True, True, True]


async def test_what_waits_is_zigpys_where_zigpy_waits_too() -> None:
    line = Line()
    line.send()
    line.send(thanks(1))
    zigpys = asyncio.create_task(line.lock.acquire())
    await asyncio.sleep(0)
    line.says(ACCEPTED)
    assert line.came_of_it == [False], "zigpy has the line now, and sends it"
    await zigpys
    line.lock.release()
    assert line.written == [THANKS.frame()]


async def test_what_waits_is_sent_when_the_one_before_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(short_znp, "CONFIRMED_S", 0.0)
    line = Line()
    line.send()
    monkeypatch.undo()
    line.send(thanks(1))
    async with asyncio.timeout(30):
        await line.ended.wait()
    assert line.written == [THANKS.frame(), thanks(1).frame()]
    line.way.drop()


async def test_a_line_that_goes_in_the_middle_leaves_the_rest_to_zigpy() -> None:
    line = Line()
    line.send()
    line.send(thanks(1))

    def gone(_octets: bytes) -> None:
        raise OSError("the stick is gone")

    line.way._write = gone
    line.says(ACCEPTED)
    assert line.came_of_it == [False]
    assert not line.lock.locked()


async def test_what_waits_on_a_line_that_is_closed_is_dropped() -> None:
    line = Line()
    line.send()
    line.send(thanks(1))
    line.way.drop()
    assert line.written == [THANKS.frame()]
    assert not line.lock.locked()
    assert not line.came_of_it


async def test_a_line_that_is_closed_holds_nobody_up() -> None:
    line = Line()
    line.send()
    line.way.drop()
    assert not line.lock.locked()
    assert not line.came_of_it, "there is nobody left whom zigpy could send it to"


async def test_two_with_one_number_are_not_under_way_at_once() -> None:
    line = Line()
    line.send()
    assert not line.send()
    line.says(ACCEPTED)
    assert not line.send()
    line.send(thanks(1))
    line.send(thanks(2))
    assert not line.send(thanks(2)), "nor is one that waits"


async def test_no_more_are_under_way_than_may_be() -> None:
    line = Line()
    for number in range(short_znp.WAITING_MAX):
        assert line.send(Thanks(0x1234, 1, 1, 0x0500, number, b""))
        line.says(ACCEPTED)
    assert not line.send(Thanks(0x1234, 1, 1, 0x0500, 255, b""))
    line.way.drop()


@pytest.mark.parametrize(
    "said",
    [
        b"",
        ACCEPTED[:-1],
        ACCEPTED[:-1] + bytes((ACCEPTED[-1] ^ 1,)),
        confirmed(),  # not accepted yet: of a request of zigpy's with the same number
        confirmed(number=NUMBER + 1),
        frame(0x6401, b"\0"),
    ],
)
async def test_all_else_that_the_radio_says_is_zigpys(said: bytes) -> None:
    line = Line()
    line.send()
    assert line.says(said) == 0
    assert line.lock.locked()
    line.way.drop()


async def test_what_zigpy_was_answered_is_zigpys() -> None:
    line = Line()
    assert line.says(ACCEPTED) == 0
    assert line.says(confirmed()) == 0


async def test_a_line_that_breaks_keeps_no_lock() -> None:
    line = Line()

    def broken(_: bytes) -> None:
        raise OSError("it broke")

    way = ShortWay(line.lock, broken, lambda: False)
    with pytest.raises(OSError, match="it broke"):
        way.send(THANKS, line.came_of_it.append)
    assert not line.lock.locked()
