"""A backup is whole or is none; what is put back goes on above every number that was told."""

from __future__ import annotations

import sqlite3
import tarfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from heimvakt.core.alarms import AlarmState
from heimvakt.core.ledger import StoreUnavailable
from heimvakt.store import backup as making
from heimvakt.store.archive import BackupError, check
from heimvakt.store.backup import back_up, forget_oldest
from heimvakt.store.migrations import VERSION
from heimvakt.store.restore import put_back
from heimvakt.store.sequence import LEAP
from heimvakt.store.store import SqliteStore
from tests.support.lives import journal
from tests.support.stored import NOW, moment, transaction

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    (tmp_path / "state/zigbee/backups").mkdir(parents=True)
    (tmp_path / "state/zigbee/backups/network.json").write_text('{"key": 1}')
    with closing(sqlite3.connect(tmp_path / "state/zigbee/devices.db")) as radio:
        radio.execute("PRAGMA journal_mode = WAL")
        radio.execute("CREATE TABLE devices (ieee TEXT)")
        radio.execute("INSERT INTO devices VALUES ('00:12')")
        radio.commit()
    (tmp_path / "state/reports").mkdir()
    (tmp_path / "state/reports/2026.json").write_text("{}")
    return tmp_path / "state"


@pytest.fixture
def into(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups"


def made(state: Path, into: Path, **beside: Path) -> Path:
    return back_up(state, into, NOW, gateway="no-1505-004711", beside=beside)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def as_a_kill_leaves_it(state: Path, killed: Path) -> None:
    killed.mkdir()
    for file in state.iterdir():
        if file.is_file():
            (killed / file.name).write_bytes(file.read_bytes())


async def filled(state: Path, *numbers: int) -> None:
    async with SqliteStore(state, opened_at=NOW) as store:
        await store.transact(transaction(*numbers, alarms=[AlarmState.RAISED]))


async def test_a_backup_of_a_gateway_at_work_has_what_was_committed(
    state: Path, into: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home.toml"
    home.write_text("version = 1\n")
    async with SqliteStore(state, opened_at=NOW) as store:
        await store.transact(transaction(1, 2))
        kept = back_up(state, into, NOW, gateway="x", beside={"home.toml": home})
        await store.transact(transaction(3))  # the gateway goes on, and its log is still there
    assert kept.name == f"heimvakt-{NOW:%Y-%m-%dT%H%M%SZ}.tar.gz"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert set(check(kept).files) == {
        "home.toml",
        "state/heimvakt.db",
        "state/zigbee/backups/network.json",
        "state/zigbee/devices.db",
    }
    assert names(into) == [kept.name]
    assert journal(state) == [moment(1), moment(2), moment(3)]


async def test_a_gateway_that_was_killed_finds_its_log_after_a_backup(
    state: Path, into: Path, tmp_path: Path
) -> None:
    killed = tmp_path / "killed"
    async with SqliteStore(state, opened_at=NOW) as store:
        await store.transact(transaction(1, 2))
        as_a_kill_leaves_it(state, killed)
    before = {name: (killed / name).read_bytes() for name in names(killed)}
    kept = back_up(killed, into, NOW, gateway=None, beside={})
    assert {name: (killed / name).read_bytes() for name in names(killed)} == before
    put_back(kept, killed, LATER)
    async with SqliteStore(killed, opened_at=LATER) as store:
        assert store.restored.fault is None
    assert journal(killed) == [moment(1), moment(2)]


async def test_what_is_put_back_goes_on_above_what_was_told_since(state: Path, into: Path) -> None:
    await filled(state, 1)
    kept = made(state, into)
    await filled(state, 2, 3)
    (state / "zigbee/backups/network.json").write_text("{}")
    aside = put_back(kept, state, LATER)
    assert (state / "zigbee/backups/network.json").read_text() == '{"key": 1}'
    assert (aside / "zigbee/backups/network.json").read_text() == "{}"
    assert (state / "reports/2026.json").exists()
    assert journal(aside) == [moment(1), moment(2), moment(3)]
    async with SqliteStore(state, opened_at=LATER) as store:
        assert store.restored.fault is None
        assert store.restored.last_seq >= 3
        assert [alarm.state for alarm in store.restored.alarms] == [AlarmState.RAISED]


async def test_on_another_box_it_goes_on_far_above(state: Path, into: Path, tmp_path: Path) -> None:
    await filled(state, 1)
    kept = made(state, into)
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    put_back(kept, other, LATER)
    async with SqliteStore(other, opened_at=LATER) as store:
        assert store.restored.last_seq >= LEAP
        assert store.restored.fault is None
    with closing(sqlite3.connect(other / "zigbee/devices.db")) as radio:
        assert radio.execute("SELECT ieee FROM devices").fetchall() == [("00:12",)]


async def test_nothing_is_put_back_while_a_gateway_works(state: Path, into: Path) -> None:
    await filled(state, 1)
    kept = made(state, into)
    async with SqliteStore(state, opened_at=NOW):
        with pytest.raises(StoreUnavailable, match="in use"):
            put_back(kept, state, LATER)


async def test_a_damaged_backup_is_refused_and_nothing_is_touched(state: Path, into: Path) -> None:
    await filled(state, 1)
    kept = made(state, into)
    whole = kept.read_bytes()
    for octet in range(0, len(whole), len(whole) // 25):
        damaged = bytearray(whole)
        damaged[octet] ^= 0xFF
        kept.write_bytes(damaged)
        try:
            check(kept)
        except BackupError:
            continue
        # What gzip and tar do not count (a time, a flag) may differ; what is in it may not.
        assert octet < 10, octet
    kept.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BackupError):
        put_back(kept, state, LATER)
    assert journal(state) == [moment(1)]
    assert not [name for name in names(state) if name.startswith(("before", ".restore"))]


async def test_what_would_write_elsewhere_or_is_newer_is_refused(
    state: Path, into: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await filled(state, 1)
    evil = tmp_path / "evil"
    evil.write_text("x")
    with pytest.raises(BackupError, match="outside"):
        made(state, into, **{"state/../../evil": evil})
    monkeypatch.setattr(making, "VERSION", VERSION + 1)
    newer = made(state, into)
    monkeypatch.undo()
    with pytest.raises(BackupError, match="newer version"):
        put_back(newer, state, LATER)


async def test_a_database_that_is_damaged_is_not_called_a_backup(state: Path, into: Path) -> None:
    await filled(state, *range(1, 400))
    file = state / "heimvakt.db"
    content = bytearray(file.read_bytes())
    for page in range(4, len(content) // 4096):
        content[page * 4096 : page * 4096 + 16] = b"\xaa" * 16
    file.write_bytes(content)
    with pytest.raises((BackupError, sqlite3.Error)):
        made(state, into)
    assert names(into) == []


async def test_a_backup_never_takes_the_room_that_alarms_need(
    state: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(state, 1)
    monkeypatch.setattr(making, "SPARE_BYTES", 1 << 60)
    with pytest.raises(BackupError, match="MiB free"):
        made(state, into)
    with pytest.raises(BackupError, match="no database"):
        made(state / "zigbee", into)


def test_the_oldest_go_and_never_the_one_just_made(into: Path) -> None:
    made = [f"heimvakt-20{year}-01-01T000000Z.tar.gz" for year in (25, 26, 27, 70)]
    for name in made:
        (into / name).touch()
    (into / "holiday.jpg").touch()
    assert [p.name for p in forget_oldest(into, into / made[0], 3)] == [made[1]]
    assert [p.name for p in forget_oldest(into, into / made[0], 1)] == made[2:]
    assert names(into) == [made[0], "holiday.jpg"]


async def test_the_floor_of_the_numbers_is_not_in_it(state: Path, into: Path) -> None:
    await filled(state, 1)
    with tarfile.open(made(state, into)) as tar:
        assert not [name for name in tar.getnames() if "sequence" in name or "lock" in name]
