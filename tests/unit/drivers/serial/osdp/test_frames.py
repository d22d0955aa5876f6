"""Frames of OSDP among octets: found whole however they are cut, damaged ones never."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from heimvakt_drivers.serial.osdp.frames import LENGTH_MAX, Framer, crc, read


def frame(code: int, data: bytes = b"", *, address: int = 0x81, block: bytes = b"") -> bytes:
    inside = block + bytes([code]) + data
    control = 0x05 | (0x08 if block else 0)
    length = (5 + len(inside) + 2).to_bytes(2, "little")
    body = bytes([0x53, address]) + length + bytes([control]) + inside
    return body + crc(body).to_bytes(2, "little")


FRAMES = st.builds(
    frame,
    st.integers(0x40, 0xA7),
    st.binary(max_size=60),
    address=st.integers(0x81, 0xFE),
    block=st.sampled_from([b"", b"\x02\x16", b"\x02\x18"]),
)


def found(*pieces: bytes) -> list[bytes]:
    framer = Framer()
    return [each.raw for piece in pieces for each in framer.feed(piece)]


def test_the_check_is_the_one_of_the_standard() -> None:
    # "123456789" with 0x1D0F to begin with, as catalogues of checks have it (SPI-FUJITSU)
    assert crc(b"123456789") == 0xE5CC


def test_what_stands_in_clear_is_read() -> None:
    got = read(frame(0x48, b"\x00\x01", address=0x83, block=b"\x02\x18"))
    assert got is not None
    assert (got.address, got.is_reply, got.sequence, got.secured, got.code) == (
        3,
        True,
        1,
        True,
        0x48,
    )


@given(st.lists(FRAMES, max_size=5), st.data())
def test_however_a_line_is_cut_up_the_frames_are_the_same(
    frames: list[bytes], data: st.DataObject
) -> None:
    octets = b"".join(b"\xff" + each for each in frames)
    places = sorted(data.draw(st.lists(st.integers(0, len(octets)), max_size=10)))
    ends = [*places, len(octets)]
    pieces = [octets[a:b] for a, b in zip([0, *places], ends, strict=True)]
    assert found(*pieces) == frames


@given(FRAMES, st.data())
def test_a_changed_octet_makes_it_no_frame(good: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(good) - 1))
    change = data.draw(st.integers(1, 255))
    broken = good[:place] + bytes([good[place] ^ change]) + good[place + 1 :]
    assert good not in found(broken)


@given(FRAMES, st.binary(max_size=30).filter(lambda octets: b"\x53" not in octets))
def test_noise_before_a_frame_does_not_hide_it(good: bytes, noise: bytes) -> None:
    assert found(noise + good) == [good]


def test_a_frame_that_never_ends_hides_the_next_only_until_something_is_asked() -> None:
    framer = Framer()
    assert list(framer.feed(frame(0x40)[:-1])) == []
    framer.restart()
    assert [each.raw for each in framer.feed(frame(0x41, b"\x06"))] == [frame(0x41, b"\x06")]
    assert framer.broken == 1


@given(st.lists(st.binary(max_size=80), max_size=40))
def test_whatever_comes_never_more_than_one_frame_is_kept(pieces: list[bytes]) -> None:
    framer = Framer()
    for piece in pieces:
        list(framer.feed(piece))
        assert len(framer._octets) <= LENGTH_MAX
