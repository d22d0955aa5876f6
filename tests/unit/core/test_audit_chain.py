"""A chain of rows: whatever is changed, taken out or put in is seen, and where."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.audit import Entry
from heimvakt.core.audit_chain import BEGINNING, CUT, Broken, Followed, Row, follow, linked, whole
from heimvakt.core.events import ClockQuality
from tests.support.homes import EVENING


def entry(what: str = "lock", **about: str | int) -> Entry:
    return Entry(what=what, at=EVENING, clock=ClockQuality.SYNCHRONISED, seq=1, about=about)


def chain(*entries: Entry, number: int = 0, previous: str = BEGINNING) -> list[Row]:
    rows: list[Row] = []
    for each in entries:
        number += 1
        rows.append(linked(number, previous, each))
        previous = rows[-1].hash
    return rows


def verdict(rows: list[Row], last: int | None = None) -> Broken | None:
    return whole(follow(rows), (rows[-1].number if rows else 0) if last is None else last)


TEN = chain(*(entry(device=f"lock-{n}") for n in range(10)))


def test_a_chain_as_it_was_written_is_whole() -> None:
    assert verdict(TEN) is None
    assert verdict([]) is None
    followed = follow(TEN)
    assert (followed.first, followed.number, followed.rows) == (1, 10, 10)


@given(st.integers(0, 9), st.data())
def test_any_byte_that_is_changed_is_seen_at_its_row(place: int, data: st.DataObject) -> None:
    row = TEN[place]
    at = data.draw(st.integers(0, len(row.body) - 1))
    letter = data.draw(st.characters(codec="ascii").filter(lambda c: c != row.body[at]))
    changed = replace(row, body=row.body[:at] + letter + row.body[at + 1 :])
    broken = verdict([*TEN[:place], changed, *TEN[place + 1 :]])
    assert broken == Broken(place + 1, "it was changed")


@given(st.integers(0, 8))
def test_a_row_that_is_written_anew_does_not_fit_to_the_next(place: int) -> None:
    row = TEN[place]
    forged = linked(row.number, TEN[place - 1].hash if place else BEGINNING, entry(device="other"))
    broken = verdict([*TEN[:place], forged, *TEN[place + 1 :]])
    assert broken == Broken(place + 2, "the row before it is another")


@given(st.integers(1, 8), st.integers(1, 3))
def test_rows_that_are_gone_are_seen(place: int, count: int) -> None:
    rest = TEN[:place] + TEN[place + count :]
    broken = verdict(rest, last=10)
    assert broken is not None
    assert broken.number == place + 1


def test_the_newest_that_are_gone_are_seen() -> None:
    assert verdict(TEN[:7], last=10) == Broken(8, "the newest rows are gone")
    assert verdict([], last=3) == Broken(1, "the newest rows are gone")


def test_the_oldest_may_be_cut_off_where_a_row_says_so() -> None:
    assert verdict(TEN[4:]) == Broken(5, "rows before it are gone, and no cut names them")
    cut = entry(CUT, through=4, through_hash=TEN[3].hash)
    cut_rows = [*TEN[4:], *chain(cut, number=10, previous=TEN[-1].hash)]
    assert verdict(cut_rows) is None


@pytest.mark.parametrize("about", [{"through": 3}, {"through_hash": "0" * 64}])
def test_a_cut_that_names_another_row_vouches_for_nothing(about: dict[str, str | int]) -> None:
    said = {"through": 4, "through_hash": TEN[3].hash, **about}
    rows = [*TEN[4:], *chain(entry(CUT, **said), number=10, previous=TEN[-1].hash)]
    assert verdict(rows) is not None


def test_it_can_be_followed_in_pieces() -> None:
    so_far = Followed()
    for start in range(0, 10, 3):
        so_far = follow(TEN[start : start + 3], so_far)
    assert so_far == follow(TEN)


def test_what_is_no_row_is_seen() -> None:
    assert verdict([Row(1, "0" * 64, "not json")]) == Broken(1, "it was changed")
    moved = replace(TEN[0], number=2)
    assert verdict([moved]) == Broken(2, "it stands in another's place")
