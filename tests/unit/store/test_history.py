"""What one device has told lately: all of it and nothing of others, beside a store that writes."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heimvakt.core.events import ClockQuality, DoorOpened, Event, LinkMeasured, stamped
from heimvakt.core.ledger import Transaction
from heimvakt.store import history
from heimvakt.store.history import STRETCHES, Told, told_by
from heimvakt.store.store import FILE, SqliteStore
from tests.support.homes import EVENING, stamp

DOOR, BED = "front-door", "front-door-2"
"""The name of the one is in that of the other."""


def at(minute: float) -> datetime:
    return EVENING + timedelta(minutes=minute)


def told(seq: int, minute: float, device_id: str = DOOR) -> Event:
    return stamped(DoorOpened(device_id=device_id), stamp(seq, at(minute)))


async def kept(folder: Path, *events: Event) -> Path:
    async with SqliteStore(folder, opened_at=EVENING) as store:
        await store.transact(Transaction(events=list(events)))
    return folder / FILE


HOURS = timedelta(hours=24)


def asked(path: Path, since: datetime, device_id: str = DOOR) -> Told:
    """A day from then on; the stretches are of 103 s."""
    return told_by(path, device_id, since, since + HOURS, time.monotonic)


async def test_it_counts_what_this_device_told_since_then_and_nothing_of_others(
    tmp_path: Path,
) -> None:
    path = await kept(
        tmp_path,
        told(1, 1),
        told(2, 60),
        told(3, 61, BED),
        stamped(LinkMeasured(device_id=DOOR, lqi=90), stamp(4, at(120))),
        stamped(LinkMeasured(device_id=DOOR, lqi=70), stamp(5, at(120.1))),
        told(6, 180),
    )
    found = asked(path, at(30))
    assert found.looked_back_to == at(30)
    first, links, last = (found.stretches[number] for number in sorted(found.stretches))
    assert (first.counts, last.counts) == ({"door-opened": 1}, {"door-opened": 1})
    assert (links.counts, links.measured) == ({"link-measured": 2}, {"link-measured.lqi": 70})
    assert asked(path, at(0), "nobody").stretches == {}


async def test_an_empty_journal_tells_nothing(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, opened_at=EVENING):
        assert asked(tmp_path / FILE, at(0)) == Told({}, at(0))


async def test_it_reads_while_the_store_writes_and_changes_nothing(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, opened_at=EVENING) as store:
        await store.transact(Transaction(events=[told(1, 60)]))
        with closing(sqlite3.connect(tmp_path / FILE)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            assert len(asked(tmp_path / FILE, at(0)).stretches) == 1
            writer.execute("ROLLBACK")
        await store.transact(Transaction(events=[told(2, 120)]))
        assert len(asked(tmp_path / FILE, at(0)).stretches) == 2


async def test_a_clock_that_was_not_set_hides_nothing_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PIECE", 2)
    lost = replace(stamp(3, at(-90_000)), clock=ClockQuality.UNKNOWN)
    path = await kept(
        tmp_path,
        told(1, 60),
        told(2, 120),
        stamped(DoorOpened(device_id=BED), lost),
        told(4, 180),
        told(5, 240),
    )
    assert len(asked(path, at(10)).stretches) == 4


@settings(max_examples=40)  # each makes a database
@given(
    piece=st.integers(1, 7),
    hours=st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=25),
    since=st.integers(0, 30),
)
def test_however_the_journal_is_cut_into_pieces_the_answer_is_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    piece: int,
    hours: list[tuple[int, bool]],
    since: int,
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    with closing(sqlite3.connect(folder / FILE)) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("CREATE TABLE journal (seq INTEGER PRIMARY KEY, body TEXT)")
        for seq, (hour, ours) in enumerate(sorted(hours), start=1):
            when = at(60 * hour).isoformat()
            body = f'{{"device_id":"{DOOR if ours else BED}","at":"{when}"'
            body += f',"seq":{seq},"kind":"x","clock":"synchronised"}}'
            database.execute("INSERT INTO journal VALUES (?, ?)", (seq, body))
        database.commit()
    wanted = [hour for hour, ours in hours if ours and since <= hour <= since + 24]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "PIECE", piece)
        found = asked(folder / FILE, at(60 * since))
    assert found.looked_back_to == at(60 * since)
    assert sum(each.counts["x"] for each in found.stretches.values()) == len(wanted)
    assert set(found.stretches) == {min((h - since) * 35, STRETCHES - 1) for h in wanted}


async def test_it_answers_with_what_it_has_when_its_time_is_over_and_says_how_far_it_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await kept(tmp_path, *(told(seq, 60 * seq) for seq in range(1, 10)))
    monkeypatch.setattr(history, "PIECE", 3)
    clock = iter([0.0, history.WITHIN_S + 1])
    late = told_by(path, DOOR, at(0), at(0) + HOURS, lambda: next(clock))
    assert (len(late.stretches), late.looked_back_to) == (3, at(360))
    assert len(asked(path, at(0)).stretches) == 9


async def test_one_damaged_row_hides_no_other(tmp_path: Path) -> None:
    path = await kept(tmp_path, *(told(seq, 60 * seq) for seq in range(1, 4)))
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE journal SET body = ? WHERE seq = 2", (f'{{"{DOOR}" damaged',))
        database.commit()
    assert len(asked(path, at(0)).stretches) == 2
