"""A database that was damaged while the daemon was off: it starts, and says what was lost."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.home import home
from tests.support.kept import kept

pytestmark = pytest.mark.fault


def _damage_the_journal(database: Path) -> None:
    """The root page of one table is overwritten."""
    with closing(sqlite3.connect(database)) as connection:
        (page_size,) = connection.execute("PRAGMA page_size").fetchone()
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'journal'"
        (page,) = connection.execute(query).fetchone()
    _overwrite(database, (page - 1) * page_size, page_size)


def _damage_the_head(database: Path) -> None:
    """Not even the name of the format is left."""
    _overwrite(database, 0, 100)


def _overwrite(database: Path, at: int, count: int) -> None:
    with database.open("r+b") as file:
        file.seek(at)
        whole = file.read(count)
        file.seek(at)
        file.write(bytes(octet ^ 0xA5 for octet in whole))


@pytest.mark.parametrize(
    ("damage", "saved"),
    [(_damage_the_journal, True), (_damage_the_head, False)],
    ids=["journal", "head"],
)
async def test_it_starts_sets_the_file_aside_and_delivers_what_could_be_read(
    damage: Callable[[Path], None], saved: bool
) -> None:
    async with home() as h:
        await h.broker.stop()
        async with h.running() as service, service.link() as (_, watched):
            await h.pendant.press()
            await h.door.open()
            await watched.until(lambda: len(watched.alarms()) == 2)
            await service.stop()
        before = kept(h.database)
        assert before.waiting == set(before.alarms)
        assert not h.database.with_name(h.database.name + "-wal").exists()
        damage(h.database)

        await h.broker.start()
        async with h.running() as service:
            alarm = await h.centre.alarm("store", within_s=60)
            [aside] = [
                path
                for path in h.command.state.iterdir()
                if re.fullmatch(r"heimvakt\.db\.damaged-\d{8}T\d{6}Z", path.name)
            ]
            assert aside.name in alarm["text"]["en"]
            await h.door.close()
            await h.door.open()
            await h.centre.alarm("night-door", 2 if saved else 1, within_s=60)
            await service.status_when(lambda s: s["receivers"]["centre"]["waiting"] == 0, 60)
        after = kept(h.database)
        if saved:
            assert set(before.alarms) <= set(h.centre.alarms)
            for alarm_id, stored in before.alarms.items():
                assert h.centre.alarms[alarm_id][0]["raised_at"] == stored["raised_at"]
        new = [a["number"] for i, a in after.alarms.items() if i not in before.alarms]
        assert min(new) > max(a["number"] for a in before.alarms.values()), "an id used twice"
        assert [event["kind"] for event in after.journal.values()].count("store-fault") == 1
