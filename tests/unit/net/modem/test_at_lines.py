"""Octets from a modem as lines, in whatever pieces they come, and whatever they are."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.net.modem.at_lines import LINE_MAX, PROMPT, Lines, final

SAID = b'\r\n+CSQ: 25,99\r\n\r\nOK\r\n\r\n+CMTI: "SM",3\r\n\r\n> '
LINES = ["+CSQ: 25,99", "OK", '+CMTI: "SM",3', PROMPT]


@given(cuts=st.lists(st.integers(0, len(SAID)), max_size=8))
def test_pieces_make_no_difference(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(SAID)]
    lines, found = Lines(), []
    for begin, end in pairwise(places):
        found += list(lines.feed(SAID[begin:end]))
    assert found == LINES


@given(pieces=st.lists(st.binary(max_size=600), max_size=30))
def test_rubbish_raises_nothing_and_is_bounded(pieces: list[bytes]) -> None:
    lines = Lines()
    for piece in pieces:
        for line in lines.feed(piece):
            assert len(line) <= LINE_MAX
    assert list(lines.feed(b"\r\nOK\r\n"))[-1] == "OK"


def test_a_line_without_an_end_is_thrown_away_up_to_the_next() -> None:
    lines = Lines()
    assert list(lines.feed(b"x" * (LINE_MAX + 1))) == []
    assert list(lines.feed(b"x" * 100_000)) == []
    assert list(lines.feed(b"x\r\nOK\r\n")) == ["OK"]


@pytest.mark.parametrize(
    ("line", "ok", "code"),
    [
        ("OK", True, None),
        ("ERROR", False, None),
        ("NO CARRIER", False, None),
        ("+CME ERROR: 16", False, 16),
        ("+CMS ERROR: 331", False, 331),
        ("+CMS ERROR:500", False, 500),
        ("+CME ERROR: incorrect password", False, None),
    ],
)
def test_the_ends_of_answers(line: str, *, ok: bool, code: int | None) -> None:
    end = final(line)
    assert end is not None
    assert (end.ok, end.code) == (ok, code)


@pytest.mark.parametrize("line", ["OKAY", "+CMGS: 1", "ERRORS", "", "+CMTI: OK"])
def test_what_is_no_end(line: str) -> None:
    assert final(line) is None
