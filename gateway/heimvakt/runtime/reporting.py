"""Bring the journal to one receiver that wants to be told of events, in batches, behind alarms.

What to read and when is decided by `heimvakt.core.batches`; this reads, sends and takes receipts.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import structlog

from heimvakt.core.batches import Batches, SendReports
from heimvakt.core.events import Event
from heimvakt.core.heard import ReportReceipt
from heimvakt.core.ledger import Store, Stored, StoreUnavailable
from heimvakt.core.reports import Wanted, report_class
from heimvakt.core.retry import Chance
from heimvakt.core.sessions import Sessions
from heimvakt.core.uplink import NobodyThere, NotConnected, Uplink

from .waits import now, until

log = structlog.get_logger("reporting")

STORE_RETRY_S = 1.0


class Reporting:
    """One receiver's share of the journal."""

    def __init__(
        self,
        receiver: str,
        uplinks: Mapping[str, Uplink],
        sessions: Sessions,
        store: Store,
        *,
        wanted: Wanted,
        may_go: Callable[[], bool],
        started: Callable[[Coroutine[Any, Any, None]], None],
        confirmed: Callable[[str], None],
        lost: Callable[[str], None],
        counts: Counter[str],
        chance: Chance,
    ) -> None:
        """Send nothing yet.

        Args:
            receiver: its name in the configuration.
            uplinks: by path.
            sessions: shared with the alarms, which go first.
            store: the journal.
            wanted: what the receiver is told.
            may_go: whether no alarm waits to be sent for the first time.
            started: runs a coroutine beside this.
            confirmed: is called when a session has confirmed a batch.
            lost: is called when a session is found gone.
            counts: what could not be sent or was not taken, by reason.
            chance: spreads what is sent again.
        """
        self._receiver = receiver
        self._uplinks = uplinks
        self._store = store
        self._batches = Batches(wanted.classes, sessions, chance)
        self._classes = wanted.classes
        self._may_go = may_go
        self._started = started
        self._confirmed = confirmed
        self._lost = lost
        self._counts = counts
        self._news = asyncio.Event()

    @property
    def waits(self) -> bool:
        """Whether any report waits to be sent or answered."""
        return self._batches.waits

    def happened(self, event: Event) -> None:
        """An event was committed just now."""
        of = report_class(event)
        if of is not None and of in self._classes and self._batches.news(of, now()):
            self._news.set()

    def wake(self) -> None:
        """Something has changed with the sessions or the alarms."""
        self._news.set()

    def forgotten(self, path: str) -> None:
        """The far end has nothing any more of what it confirmed on this path."""
        self._batches.forgotten(path)
        self._news.set()

    def lost(self, path: str) -> None:
        """A session is gone."""
        self._batches.lost(path)
        self._news.set()

    async def run(self) -> None:
        """Send what waits, until cancelled."""
        while self._classes:
            self._news.clear()
            while self._may_go() and await self._next():
                pass
            await until(self._news, self._batches.next_at(now()))

    async def receipt(self, receipt: ReportReceipt) -> None:
        """The receiver has stored a batch: only that very batch counts."""
        if not self._batches.answered(receipt.batch_id):
            again = self._batches.was_answered(receipt.batch_id)
            self._counts["nothing-new" if again else "unknown-batch"] += 1
            return
        await self._pass()
        self._news.set()

    async def _next(self) -> bool:
        """Read and start one batch; whether there may be more to do now."""
        fetch = self._batches.next(now())
        if fetch is None:
            return False
        stored: Sequence[Stored] | None = None
        try:
            stored = await self._store.reports(
                self._receiver,
                fetch.of,
                fetch.after,
                rows_max=fetch.rows_max,
                bytes_max=fetch.bytes_max,
            )
        except StoreUnavailable as error:
            await self._tell_unavailable(error)
        finally:
            if stored is None:
                self._batches.unread(fetch, now())
        if stored is None:
            return False
        send = self._batches.read(fetch, stored, now())
        if send is not None:
            self._started(self._send(send))
        else:
            await self._pass()
        return True

    async def _send(self, send: SendReports) -> None:
        try:
            await self._uplinks[send.session].report(send.batch)
        except NotConnected:
            self._lost(send.session)
        except NobodyThere:
            self._counts["reports-to-nobody"] += 1
            self._batches.nobody(send, now())
            self._confirmed(send.session)
        # One event that cannot be put into a message must not keep the others at home.
        except Exception as error:  # noqa: BLE001
            await self._cannot(send, f"{type(error).__name__}: {error}")
        else:
            self._batches.confirmed(send, now())
            self._confirmed(send.session)
        self._news.set()

    async def _cannot(self, send: SendReports, why: str) -> None:
        if self._batches.cannot(send, now()):
            self._counts["report-unsendable"] += 1
            if self._counts["report-unsendable"] == 1:
                log.error("an event cannot be reported", batch=send.batch.batch_id, why=why)
            await self._pass()

    async def _pass(self) -> None:
        """Move the receiver's place in the journal over what it has answered for."""
        for of, through in self._batches.passed():
            try:
                await self._store.reported(self._receiver, of, through)
            except StoreUnavailable as error:
                # Then it is sent again after the next start; the receiver knows it by its number.
                await self._tell_unavailable(error)

    async def _tell_unavailable(self, error: StoreUnavailable) -> None:
        self._counts["store-unavailable"] += 1
        if self._counts["store-unavailable"] == 1:
            log.error("the journal cannot be read", receiver=self._receiver, why=str(error))
        await asyncio.sleep(STORE_RETRY_S)
