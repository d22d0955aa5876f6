"""`heimvakt backup` and `heimvakt restore`, as a person types them."""

from __future__ import annotations

import json
import re
from pathlib import Path

from heimvakt.store.store import SqliteStore
from tests.support.command import heimvakt
from tests.support.lives import journal
from tests.support.stored import NOW, moment, transaction

HOME = 'version = 1\n[gateway]\nid = "no-1505-004711"\n'


async def test_a_copy_is_made_told_and_put_back_on_the_box_that_it_is_of(tmp_path: Path) -> None:
    state, config, into = tmp_path / "state", tmp_path / "home.toml", tmp_path / "backups"
    into.mkdir()
    config.write_text(HOME)
    async with SqliteStore(state, opened_at=NOW) as store:
        await store.transact(transaction(1))
        made = await heimvakt(
            *("backup", "--to", into, "--state", state, "--config", config, "--json")
        )
        assert made.code == 0, made.err
        kept = json.loads(made.out)["file"]
        where = ("--state", state, "--config", config, "--yes")
        in_use = await heimvakt("restore", kept, *where)
        assert (in_use.code, "systemctl stop heimvakt" in in_use.err) == (1, True)
        await store.transact(transaction(2))
    config.write_text(HOME.replace("004711", "004712"))
    elsewhere = await heimvakt("restore", kept, *where)
    assert elsewhere.code == 1
    assert "is of no-1505-004711, and this box is no-1505-004712" in elsewhere.err
    assert journal(state) == [moment(1), moment(2)]
    config.unlink()
    done = await heimvakt("restore", kept, *where)
    assert done.code == 0, done.err
    assert re.match(r"put back as of [\d-]{10} [\d:]{8} UTC; what was there is in ", done.out)
    assert "the file of the home is in it too: tar -xzf" in done.out
    assert journal(state) == [moment(1)]


async def test_where_no_copy_can_be_made_the_reason_is_said(tmp_path: Path) -> None:
    none = await heimvakt("backup", "--to", tmp_path, "--state", tmp_path)
    assert (none.code, "has no database" in none.err) == (1, True)
    no_backup = await heimvakt("restore", tmp_path / "x.tar.gz", "--state", tmp_path, "--yes")
    assert (no_backup.code, "cannot be read" in no_backup.err) == (1, True)
