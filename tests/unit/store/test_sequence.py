"""No number is ever used twice, whatever became of the database and of the floor itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from heimvakt.core.alarms import AlarmState
from heimvakt.core.ledger import COUNTER
from heimvakt.store.sequence import BLOCK, EARLY, LEAP, SequenceFloor
from heimvakt.store.store import FILE, SqliteStore
from tests.support.stored import NOW, fill, kill_after_filling, opened, transaction

USED, ALARMS = 1500, 5 * len(AlarmState)
FLOOR, COPY = "sequence.floor", "sequence.floor.copy"


def test_a_number_is_below_the_floor_on_disk_before_it_is_used(tmp_path: Path) -> None:
    floor = SequenceFloor(tmp_path)
    floor.reserve(1)
    assert SequenceFloor(tmp_path).value == 1 + BLOCK
    before = (tmp_path / FLOOR).stat().st_mtime_ns
    floor.reserve(BLOCK - EARLY)
    assert (tmp_path / FLOOR).stat().st_mtime_ns == before, "one write for so many numbers"
    floor.reserve(BLOCK - EARLY + 1)
    assert SequenceFloor(tmp_path).value == 2 * BLOCK - EARLY + 1, "early: the disk may die"


def test_a_disk_that_dies_leaves_a_hundred_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor = SequenceFloor(tmp_path)
    floor.reserve(1)

    def dead(*_: object) -> None:
        raise OSError("the disk does not answer")

    monkeypatch.setattr(floor, "_write", dead)
    floor.reserve(BLOCK)
    with pytest.raises(OSError, match="does not answer"):
        floor.reserve(BLOCK + 1)


def test_it_vouches_for_the_last_number_after_a_clean_end_only(tmp_path: Path) -> None:
    floor = SequenceFloor(tmp_path)
    assert floor.vouches_for(0)
    assert not floor.vouches_for(7), "there are numbers, and nobody knows how many"
    floor.begin(0)
    assert not SequenceFloor(tmp_path).vouches_for(7)
    floor.end(7)
    assert SequenceFloor(tmp_path).vouches_for(7)
    assert not SequenceFloor(tmp_path).vouches_for(6)


@pytest.mark.parametrize("damage", [b"", b"garbage", b"0 - 00000000\n", b"\xff\xfe", b"99"])
def test_one_of_the_two_files_is_enough(tmp_path: Path, damage: bytes) -> None:
    SequenceFloor(tmp_path).begin(41)
    for path in (tmp_path / FLOOR, tmp_path / COPY):
        kept = path.read_bytes()
        path.write_bytes(damage)
        floor = SequenceFloor(tmp_path)
        assert (floor.value, floor.clean) == (41 + BLOCK, None)
        path.write_bytes(kept)


async def test_after_a_clean_end_numbers_go_on_without_a_gap(tmp_path: Path) -> None:
    await fill(tmp_path)
    for _ in range(3):
        restored, _, _ = await opened(tmp_path)
        assert (restored.last_seq, restored.state[COUNTER]) == (USED, {"n": ALARMS})


async def test_after_a_kill_they_go_on_above_all_that_may_have_been_used(tmp_path: Path) -> None:
    await kill_after_filling(tmp_path / "lived", tmp_path / "killed")
    restored, _, _ = await opened(tmp_path / "killed")
    assert restored.fault is None
    assert USED < restored.last_seq <= USED + 2 * BLOCK
    assert restored.state[COUNTER] == {"n": restored.last_seq}
    again, _, _ = await opened(tmp_path / "killed")
    assert again.state[COUNTER] == restored.state[COUNTER], "no alarm since, and a clean end"


async def test_an_older_copy_of_the_database_does_not_bring_old_numbers_back(
    tmp_path: Path,
) -> None:
    """As after a disk that promised to have written what it had not."""
    await fill(tmp_path / "state", rounds=2)
    old = Path(shutil.copy(tmp_path / "state" / FILE, tmp_path / "old"))
    async with SqliteStore(tmp_path / "state", opened_at=NOW) as store:
        await store.transact(transaction(*range(601, 1201)))
    shutil.copy(old, tmp_path / "state" / FILE)
    restored, _, _ = await opened(tmp_path / "state")
    assert restored.fault is None, "it is whole: nothing can tell but the floor"
    assert restored.last_seq >= 1200
    assert restored.state[COUNTER]["n"] >= 1200


@pytest.mark.parametrize("content", [None, b"garbage"])
async def test_with_the_floor_lost_a_whole_database_leaps(
    tmp_path: Path, content: bytes | None
) -> None:
    await fill(tmp_path)
    for name in (FLOOR, COPY):
        (tmp_path / name).unlink()
        if content is not None:
            (tmp_path / name).write_bytes(content)
    restored, _, _ = await opened(tmp_path)
    assert restored.last_seq >= USED + LEAP
    assert restored.state[COUNTER]["n"] >= 40 + LEAP


async def test_with_the_floor_and_the_database_lost_the_time_is_asked(tmp_path: Path) -> None:
    await fill(tmp_path)
    for name in (FLOOR, COPY):
        (tmp_path / name).unlink()
    (tmp_path / FILE).write_bytes(b"nonsense")
    restored, _, _ = await opened(tmp_path)
    assert restored.last_seq == int(NOW.timestamp())
    for name in (FILE, FLOOR, COPY):
        (tmp_path / name).unlink()
    restored, _, _ = await opened(tmp_path, NOW.replace(minute=59))
    assert restored.last_seq == int(NOW.replace(minute=59).timestamp())
