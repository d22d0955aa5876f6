"""The audit log over the control socket, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heimvakt.core.ledger import AuditLog
from heimvakt.runtime.control import Handler, Request, RequestRefused

PAGE = 200
"""Rows in one answer: 100 KB."""
NUMBER_MAX = 2**63 - 1
"""Of a row, as SQLite counts."""


def audit_requests(log: AuditLog, *, timezone: str) -> Mapping[str, Handler]:
    """`audit`, with `after`: the rows behind that number. `timezone` is that of the home."""

    async def audit(request: Request) -> Mapping[str, Any]:
        after = request.get("after", 0)
        if not isinstance(after, int) or not 0 <= after <= NUMBER_MAX:
            raise RequestRefused("after is the number of a row")
        page = await log.audit(after, PAGE)
        rows = [{"number": row.number, "hash": row.hash, "body": row.body} for row in page.rows]
        return {"rows": rows, "last": page.last, "timezone": timezone}

    return {"audit": audit}
