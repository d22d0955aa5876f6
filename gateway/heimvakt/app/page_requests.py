"""What the local page asks beside what commands ask: its setting, one alarm, and what a device has
told lately."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path

from heimvakt.checks.apart import apart
from heimvakt.config.configuration import Configuration
from heimvakt.core.codec import encode
from heimvakt.core.ledger import Store, StoreUnavailable
from heimvakt.core.ports import Clock
from heimvakt.runtime.control import Answer, Handler, Request, RequestRefused
from heimvakt.store.history import STRETCHES, Told, told_by

HOURS_MAX = 31 * 24


def page_requests(
    configuration: Callable[[], Configuration], store: Store, database: Path, clock: Clock
) -> Mapping[str, Handler]:
    """Each request by its `do`; `database` is the file of the store."""
    one_at_a_time = asyncio.Lock()

    async def page(_: Request) -> Answer:
        return {"listen": configuration().page.listen}

    async def alarm(request: Request) -> Answer:
        found = await store.alarm(str(request.get("alarm_id")))
        if found is None:
            raise RequestRefused("there is no such alarm\n  see: heimvakt alarms")
        return {"alarm": encode(found), "timezone": configuration().gateway.timezone}

    async def history(request: Request) -> Answer:
        device_id, hours = request.get("device_id"), request.get("hours", 24)
        if not isinstance(device_id, str) or device_id not in configuration().devices:
            raise RequestRefused(f"there is no device {device_id}\n  see: heimvakt devices")
        if not isinstance(hours, int) or not 1 <= hours <= HOURS_MAX:
            raise RequestRefused(f"hours is a number from 1 to {HOURS_MAX}")
        if one_at_a_time.locked():
            raise RequestRefused("the journal is being read for somebody else: try again")
        until = clock.now()
        since = until - timedelta(hours=hours)
        look = partial(told_by, database, device_id, since, until, clock.monotonic)
        async with one_at_a_time:
            told = await _read(look)
        return {
            "device_id": device_id,
            "since": since.isoformat(),
            "until": until.isoformat(),
            "looked_back_to": told.looked_back_to.isoformat(),
            "of": STRETCHES,
            "stretches": [
                {"number": number, "counts": each.counts, "measured": each.measured}
                for number, each in sorted(told.stretches.items())
            ],
            "timezone": configuration().gateway.timezone,
        }

    return {"page": page, "alarm": alarm, "history": history}


async def _read(look: Callable[[], Told]) -> Told:
    try:
        return await apart(look)
    except (sqlite3.Error, TimeoutError) as error:
        raise StoreUnavailable(f"the journal cannot be read now: {error}") from error
