"""The log of a gateway that was killed: what is missing from it is seen, and no alarm with it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from heimvakt.core.ledger import COUNTER, Restored, Transaction
from heimvakt.store.database import LOG_BYTES
from heimvakt.store.store import FILE, SqliteStore
from tests.support.lives import journal
from tests.support.stored import NOW, kill_after_filling, moment, opened, waiting_ids

PAGE = 1024
ASIDE = "heimvakt.db.damaged-20261105T023000Z"


def assert_numbers_go_on(restored: Restored) -> None:
    assert restored.last_seq >= 1500
    assert restored.state[COUNTER]["n"] >= 40


def written(log: Path) -> int:
    """Bytes of the log up to the end of its last frame; zeros follow."""
    data = log.read_bytes()
    size, header = PAGE + 24, 32
    frames = range(header, len(data) - size + 1, size)
    return next(at for at in frames if not any(data[at : at + size]))


@pytest.fixture
async def killed(tmp_path: Path) -> Path:
    await kill_after_filling(tmp_path / "lived", tmp_path / "killed")
    return tmp_path / "killed"


async def test_a_log_that_is_whole_is_no_damage(killed: Path) -> None:
    restored, _, waiting = await opened(killed)
    assert restored.fault is None
    assert waiting == waiting_ids()
    assert_numbers_go_on(restored)


@pytest.mark.parametrize("part", [0, 1, 2, 3, 4, 5])
async def test_flipped_bytes_in_the_log_lose_no_alarm(killed: Path, part: int) -> None:
    log = killed / f"{FILE}-wal"
    data = bytearray(log.read_bytes())
    at = 4 if part == 0 else written(log) * part // 6 + part * 100
    data[at] ^= 0xFF
    log.write_bytes(data)
    restored, alarms, waiting = await opened(killed)
    assert restored.fault is not None
    assert "log" in restored.fault.reason
    assert (waiting, alarms >= waiting_ids()) == (waiting_ids(), True)
    assert_numbers_go_on(restored)
    assert (killed / f"{ASIDE}-wal").read_bytes() == data


async def test_a_transaction_that_never_came_to_its_end_is_no_damage(killed: Path) -> None:
    log = killed / f"{FILE}-wal"
    with log.open("r+b") as file:
        file.truncate(written(log) - PAGE - 10)
    restored, _, waiting = await opened(killed)
    assert restored.fault is None
    assert waiting == waiting_ids(rounds=4)
    assert_numbers_go_on(restored)


async def test_what_an_older_log_has_left_behind_the_newer_one_is_no_damage(tmp_path: Path) -> None:
    state = tmp_path / "state"
    async with SqliteStore(state, opened_at=NOW) as store:
        await store.transact(Transaction(events=[moment(seq) for seq in range(1, 2_000)]))
        with closing(sqlite3.connect(state / FILE)) as other:
            other.execute("PRAGMA wal_checkpoint(RESTART)")
        await store.transact(Transaction(events=[moment(2_000)]))
        shutil.copytree(state, tmp_path / "killed")
    restored, _, _ = await opened(tmp_path / "killed")
    assert restored.fault is None
    assert journal(tmp_path / "killed")[-1] == moment(2_000)


async def test_a_log_that_is_gone_is_told(killed: Path) -> None:
    (killed / f"{FILE}-wal").unlink()
    restored, _, _ = await opened(killed)
    assert restored.fault is not None
    assert restored.fault.reason == "its log is gone"
    assert_numbers_go_on(restored)


async def test_a_damaged_index_of_the_log_is_made_anew(killed: Path) -> None:
    (killed / f"{FILE}-shm").write_bytes(b"\xa5" * 32_768)
    restored, _, waiting = await opened(killed)
    assert restored.fault is None
    assert waiting == waiting_ids()


async def test_the_log_has_all_its_room_from_the_start_and_keeps_it_over_a_clean_end(
    tmp_path: Path,
) -> None:
    log = tmp_path / f"{FILE}-wal"
    async with SqliteStore(tmp_path, opened_at=NOW) as store:
        first = log.stat()
        assert first.st_size == LOG_BYTES
        assert first.st_blocks * 512 >= LOG_BYTES, "on the disk, not only promised"
        for seq in range(1, 8_000, 1_000):
            await store.transact(Transaction(events=[moment(seq + n) for n in range(1_000)]))
    assert not log.exists()
    async with SqliteStore(tmp_path, opened_at=NOW) as store:
        assert log.stat().st_ino == first.st_ino, "the same bytes of the disk"
        await store.transact(Transaction(events=[moment(9_000)]))
        shutil.copytree(tmp_path, tmp_path / "killed")
    restored, _, _ = await opened(tmp_path / "killed")
    assert restored.fault is None, "what the log of an earlier life said is no loss"
    assert journal(tmp_path / "killed")[-1] == moment(9_000)


async def test_a_log_of_zeros_after_a_kill_is_one_that_is_gone(killed: Path) -> None:
    (killed / f"{FILE}-wal").write_bytes(bytes(LOG_BYTES))
    restored, _, _ = await opened(killed)
    assert restored.fault is not None
    assert restored.fault.reason == "its log is gone"
