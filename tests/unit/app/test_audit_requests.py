"""The audit log over the control socket: whatever is asked is answered or refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from heimvakt.app.audit_requests import audit_requests
from heimvakt.core.ledger import Transaction
from heimvakt.runtime.control import RequestRefused
from heimvakt.store.store import SqliteStore
from tests.support.orders import audited
from tests.support.stored import NOW, moment


@pytest.mark.parametrize("after", [-1, 2**63, "1", None, 1.5])
async def test_what_is_no_number_of_a_row_is_refused(tmp_path: Path, after: object) -> None:
    async with SqliteStore(tmp_path, opened_at=NOW) as store:
        with pytest.raises(RequestRefused, match="number of a row"):
            await audit_requests(store, timezone="UTC")["audit"]({"after": after})


async def test_the_rows_behind_a_number_are_answered(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, opened_at=NOW) as store:
        await store.transact(Transaction(events=[moment(1)], audit=[audited(1), audited(2)]))
        audit = audit_requests(store, timezone="UTC")["audit"]
        assert [row["number"] for row in (await audit({"after": 1}))["rows"]] == [2]
        assert (await audit({"after": 2**63 - 1}))["rows"] == []
