"""Hand one alarm to one session, as it is at that moment, and tell the planner what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping

import structlog

from heimvakt.core.alarms import Alarm
from heimvakt.core.delivery import Planner, Send
from heimvakt.core.events import AlarmSpared
from heimvakt.core.ledger import Store, StoreUnavailable, Waiting
from heimvakt.core.ports import Clock
from heimvakt.core.sessions import Sessions
from heimvakt.core.uplink import NobodyThere, NotConnected, NotNeeded, Sending, Uplink

from .waits import now

log = structlog.get_logger("shipping")

UNSAVED_MAX = 100
"""High alarms that go out from memory while the disk takes nothing."""


class Sender:
    """Of one receiver."""

    def __init__(
        self,
        receiver: str,
        uplinks: Mapping[str, Uplink],
        sessions: Sessions,
        planner: Planner,
        store: Store,
        clock: Clock,
        emit: Callable[..., Awaitable[None]],
        *,
        confirmed: Callable[[str, bool], None],
        lost: Callable[[str], None],
        counts: Counter[str],
    ) -> None:
        """Send nothing yet.

        Args:
            receiver: its name in the configuration.
            uplinks: by path.
            sessions: of the planner.
            planner: learns what was confirmed, put off or forgotten.
            store: where the alarms are.
            clock: the time of messages; waits are the event loop's.
            emit: of the pipeline.
            confirmed: is called when a session has confirmed an alarm, and with whether somebody
                hears it there.
            lost: is called when a session is found gone.
            counts: alarms that could not be sent, by reason.
        """
        self.unsaved: dict[str, Alarm] = {}
        """Those that the disk has not taken."""
        self._receiver = receiver
        self._uplinks = uplinks
        self._sessions = sessions
        self._planner = planner
        self._store = store
        self._clock = clock
        self._emit = emit
        self._confirmed = confirmed
        self._lost = lost
        self._counts = counts
        self._being_read = 0

    @property
    def reads(self) -> bool:
        """Whether an alarm goes out as soon as it is read."""
        return bool(self._being_read)

    def keep_unsaved(self, alarm: Alarm) -> bool:
        """The disk has not taken this alarm; False: there are too many of those."""
        if alarm.alarm_id not in self.unsaved and len(self.unsaved) >= UNSAVED_MAX:
            self._counts["unsaved-too-many"] += 1
            return False
        self.unsaved[alarm.alarm_id] = alarm
        return True

    async def send(self, send: Send, alarm: Alarm | None) -> None:
        """Return when it is known what came of it; without the alarm it is read."""
        row, planner = send.row, self._planner
        try:
            alarm = alarm or self.unsaved.get(row.alarm_id) or await self._body(row)
            if alarm is None:
                self._sessions[send.session].confirm(send.ticket, now())
                planner.forget(row.alarm_id)
                return
            sending = Sending(
                sent_at=self._clock.now(),
                clock=self._clock.quality(),
                attempt=send.attempt,
                path=send.session,
                fresh=send.fresh,
                durable=row.alarm_id not in self.unsaved,
            )
            await self._uplinks[send.session].send(alarm, sending)
        except NotConnected:
            self._lost(send.session)
        except NobodyThere:
            self._counts["to-nobody"] += 1
            planner.nobody(send, now())
            self._confirmed(send.session, False)
        except NotNeeded:
            await self._spare(send)
        except StoreUnavailable as error:
            self.tell_unreadable(error)
            planner.put_off(send, now())
        # One alarm that cannot be put into a message must not keep the others at home.
        except Exception as error:  # noqa: BLE001
            self._cannot(row, "unsendable", f"{type(error).__name__}: {error}")
            planner.confirmed(send, now())
        else:
            planner.confirmed(send, now())
            self._confirmed(send.session, True)

    def tell_unreadable(self, error: StoreUnavailable) -> None:
        """The outbox cannot be read: count it, and log it once."""
        self._counts["store-unavailable"] += 1
        if self._counts["store-unavailable"] == 1:
            log.error("the outbox cannot be read", receiver=self._receiver, why=str(error))

    async def _spare(self, send: Send) -> None:
        """A person has taken the alarm: its row goes, and that it was not told is recorded."""
        row = send.row
        try:
            await self._emit(
                AlarmSpared(alarm_id=row.alarm_id, receiver=self._receiver, revision=row.revision)
            )
        except StoreUnavailable:
            self._planner.put_off(send, now())
        else:
            self._planner.confirmed(send, now())

    async def _body(self, row: Waiting) -> Alarm | None:
        """The alarm as it is now; None if it waits no longer, or nobody can read it."""
        self._being_read += 1
        try:
            if await self._store.waits_for(row.receiver, row.alarm_id) is None:
                return None
            alarm = await self._store.alarm(row.alarm_id)
        finally:
            self._being_read -= 1
        if alarm is None:
            self._cannot(row, "unreadable", "the outbox names an alarm that cannot be read")
        return alarm

    def _cannot(self, row: Waiting, reason: str, why: str) -> None:
        self._counts[reason] += 1
        if self._counts[reason] == 1:
            log.error("an alarm cannot be sent", alarm_id=row.alarm_id, reason=reason, why=why)
