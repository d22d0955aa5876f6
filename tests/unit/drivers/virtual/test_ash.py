"""Two ends of an ASH line: whatever the line does, data arrives once and in order."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from heimvakt_drivers.virtual.zigbee.ezsp.ash import (
    ACK_S,
    NOT_READY_S,
    TIMEOUTS_MAX,
    WAITING_MAX,
    WINDOW,
    Ash,
    AshFullError,
    Request,
)
from heimvakt_drivers.virtual.zigbee.ezsp.ash_frame import (
    AshFrame,
    AshParser,
    Code,
    Kind,
    Mark,
    encode,
    error,
    reset,
)

FATES: dict[str, Callable[[bytes], bytes]] = {
    "arrives": lambda octets: octets,
    "is lost": lambda _: b"",
    # By the mark of the line itself: of 65,536 frames that were cut one has the right CRC.
    "is spoilt": lambda octets: bytes((Mark.SUBSTITUTE,)) + octets,
    "twice": lambda octets: octets * 2,
}


class Line:
    """Two ends, and the octets that are on their way."""

    def __init__(self) -> None:
        self.ends = Ash(), Ash()
        self.heard: tuple[list[bytes], list[bytes]] = [], []
        self.now = 0.0

    def send(self, end: int, data: bytes) -> None:
        self.ends[end].send(data, answer=False, callback=True, now=self.now)

    def carry(self, fates: list[str]) -> None:
        """Let both ends write until they have nothing to write, or a fate for each is used up."""
        while any(self._carry_one(end, fates) for end in (0, 1)):
            pass

    def _carry_one(self, end: int, fates: list[str]) -> bool:
        write = self.ends[end].next_write()
        if write is None:
            return False
        other = 1 - end
        octets = FATES[fates.pop(0) if fates else "arrives"](write.octets)
        for data in self.ends[other].receive(octets, self.now):
            assert isinstance(data, bytes)
            self.heard[other].append(data)
        self.ends[other].acknowledge()
        return True

    def wait(self) -> bool:
        """Let the time come when one of the ends has something to do; False: there is none."""
        times = [end.due for end in self.ends if end.due is not None]
        if times:
            self.now = min(times)
            for end in self.ends:
                end.tick(self.now)
        return bool(times)


fates = st.lists(st.sampled_from(sorted(FATES)), max_size=40)
few_bad_fates = st.builds(
    lambda bad, good: [fate for pair in zip(bad, good, strict=False) for fate in pair],
    st.lists(st.sampled_from(sorted(FATES)), max_size=TIMEOUTS_MAX),
    st.lists(st.sampled_from(("arrives", "twice")), min_size=TIMEOUTS_MAX),
)
parcels = st.lists(st.binary(min_size=3, max_size=8), max_size=25)


def carried(there: list[bytes], back: list[bytes], fates: list[str]) -> Line:
    """A line that has carried all that it could."""
    line = Line()
    for data in there:
        line.send(0, data)
    for data in back:
        line.send(1, data)
    line.carry(fates)
    while line.wait():
        line.carry(fates)
    return line


@given(parcels, parcels, few_bad_fates)
def test_all_arrives_once_and_in_order(
    there: list[bytes], back: list[bytes], fates: list[str]
) -> None:
    line = carried(there, back, fates)
    assert not any(end.failed for end in line.ends)
    assert line.heard == (back, there)


@given(parcels, parcels, fates)
@example([b"1234"], [b"5678"], ["is lost"] * 40)
@example([b"1234"], [b"5678"], ["is spoilt"] * 40)
def test_what_arrives_on_the_worst_of_lines_arrived_once_and_in_order(
    there: list[bytes], back: list[bytes], fates: list[str]
) -> None:
    line = carried(there, back, fates)
    for sent, heard in zip((back, there), line.heard, strict=True):
        assert heard == sent[: len(heard)]
    if not any(end.failed for end in line.ends):
        assert line.heard == (back, there)


def test_no_more_than_a_window_is_under_way() -> None:
    end = Ash()
    for number in range(WINDOW + 3):
        end.send(bytes((number,) * 3), answer=False, callback=True, now=0.0)
    assert len(written(end)) == WINDOW
    assert end.receive(encode(AshFrame(Kind.ACK, ack=2)), 0.1) == []
    assert [frame.number for frame in written(end)] == [WINDOW, WINDOW + 1]


def written(end: Ash) -> list[AshFrame]:
    parser, found = AshParser(), []
    while (write := end.next_write()) is not None:
        found += [frame for frame in parser.feed(write.octets) if frame is not None]
    return found


def test_what_waits_has_a_limit() -> None:
    end = Ash()
    for _ in range(WINDOW + WAITING_MAX):
        end.send(bytes(3), answer=False, callback=True, now=0.0)
    with pytest.raises(AshFullError):
        end.send(bytes(3), answer=False, callback=True, now=0.0)


def test_a_host_that_acknowledges_nothing_is_given_up_until_it_resets() -> None:
    end = Ash()
    end.send(bytes(3), answer=False, callback=True, now=0.0)
    now = 0.0
    for times in range(TIMEOUTS_MAX + 1):
        frames = written(end)
        assert [(frame.number, frame.again) for frame in frames] == [(0, times > 0)]
        assert end.due is not None
        now = end.due
        end.tick(now)
    assert end.failed
    assert written(end) == [error(Code.TIMEOUTS)]
    assert end.due is None
    assert end.receive(encode(AshFrame(Kind.DATA, data=bytes(3))), now) == []
    assert written(end) == [error(Code.TIMEOUTS)]
    new = encode(AshFrame(Kind.RST)) + encode(AshFrame(Kind.DATA, data=b"new"))
    assert end.receive(new, now) == [Request.RESET, b"new"]
    assert written(end) == [reset(Code.SOFTWARE)]


def test_a_frame_out_of_order_is_refused_once_and_one_that_came_before_is_acknowledged() -> None:
    end = Ash()
    late = encode(AshFrame(Kind.DATA, 1, data=bytes(3)))
    assert end.receive(late + late, 0.0) == []
    assert written(end) == [AshFrame(Kind.NAK, ack=0)]
    first = AshFrame(Kind.DATA, 0, data=b"one")
    assert end.receive(encode(first), 0.0) == [b"one"]
    end.acknowledge()
    assert written(end) == [AshFrame(Kind.ACK, ack=1)]
    again = AshFrame(Kind.DATA, 0, again=True, data=b"one")
    assert end.receive(encode(again), 0.0) == []
    end.acknowledge()
    assert written(end) == [AshFrame(Kind.ACK, ack=1)]


def test_an_answer_says_what_was_heard() -> None:
    end = Ash()
    end.receive(encode(AshFrame(Kind.DATA, data=b"ask")), 0.0)
    end.send(b"say", answer=True, callback=False, now=0.0)
    end.acknowledge()
    assert written(end) == [AshFrame(Kind.DATA, ack=1, data=b"say")]


def test_a_host_without_room_gets_answers_only() -> None:
    end = Ash()
    end.receive(encode(AshFrame(Kind.ACK, not_ready=True)), 0.0)
    end.send(b"callback", answer=False, callback=True, now=0.0)
    end.send(b"answer", answer=True, callback=False, now=0.0)
    assert [frame.data for frame in written(end)] == [b"answer"]
    assert end.due == NOT_READY_S
    end.tick(NOT_READY_S)
    assert [frame.data for frame in written(end)] == [b"callback"]


def test_a_line_that_answers_fast_is_asked_again_soon() -> None:
    end = Ash()
    assert ACK_S > 1.0
    for number in range(20):
        end.send(bytes(3), answer=False, callback=True, now=0.0)
        written(end)
        end.receive(encode(AshFrame(Kind.ACK, ack=(number + 1) % 8)), 0.001)
    end.send(bytes(3), answer=False, callback=True, now=0.0)
    assert end.due == pytest.approx(0.4)
