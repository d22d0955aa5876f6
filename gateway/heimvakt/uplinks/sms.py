"""The uplink over SMS: one telephone, the last resort for alarms.

The network's word that it has an SMS frees the sender; only the handset's delivery report, or an OK
from that very number, is proof. A retry sends nothing while the network still has the first one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, tzinfo

import structlog

from heimvakt.core.alarms import Alarm
from heimvakt.core.events import ChangeTold
from heimvakt.core.heard import Acknowledgement, Answer, Asked, Heard
from heimvakt.core.modem import (
    DeliveryReport,
    IncomingSms,
    Modem,
    News,
    Outcome,
    SmsError,
    SmsRefused,
    StateChanged,
)
from heimvakt.core.orders import OrderAnswer
from heimvakt.core.ports import Clock
from heimvakt.core.self_test import SelfTest
from heimvakt.core.summary import Summary
from heimvakt.core.uplink import (
    Heartbeat,
    Line,
    NotConnected,
    NotNeeded,
    ReportBatch,
    Sending,
    Waits,
)

from .sms_answers import is_from, is_of, is_yes
from .sms_gate import Gate, now
from .sms_kept import Kept, KeptMemory
from .sms_memory import Sent, SmsMemory
from .sms_settings import SmsReceiverSettings
from .sms_text import alarm_text

PATH = "sms"
"""No interface of the box: it is proven by nobody's heartbeat."""
BY_NETWORK = "sms"
"""Who says that the handset has an alarm."""
_log = structlog.get_logger(__name__)


class SmsUplink:
    """A receiver with a telephone; the contract is that of `heimvakt.core.uplink.Uplink`."""

    carries_reports = False
    path = PATH
    line = Line()
    remembers = True
    """The network keeps what it has taken, whatever the modem does."""

    def __init__(
        self,
        name: str,
        settings: SmsReceiverSettings,
        *,
        gateway_id: str,
        language: str,
        zone: tzinfo,
        clock: Clock,
        modem: Modem,
        kept: Kept,
    ) -> None:
        """Send nothing yet.

        Args:
            name: the receiver's, in the configuration.
            settings: which telephone.
            gateway_id: stands in the message: one telephone may serve several homes.
            language: of the home; the receiver's own goes before it.
            zone: of the home.
            clock: the time of day in the file; everything else is the event loop's.
            modem: what sends.
            kept: where the memory of what was sent is.
        """
        self._name = name
        self._settings = settings
        self._gateway_id = gateway_id
        self._language = settings.language or language
        self._zone = zone
        self._modem = modem
        self._memory = SmsMemory(settings.at_most)
        self._waiting: dict[str, int] = {}
        """The newest revision of each alarm that waits for its turn."""
        self._gate = Gate(modem, self._memory.allowance, self._tell_of_limit)
        self._counts = self._gate.counts
        self._kept = KeptMemory(name, self._memory, kept, clock, self._counts)
        self._hear: Callable[[Heard], Awaitable[None]] | None = None
        self._log = _log.bind(receiver=name)

    # --- the port ---------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The receiver's name in the configuration."""
        return self._name

    @property
    def connected(self) -> bool:
        """Whether the network would take an SMS, as far as is known."""
        return self._gate.is_open

    @property
    def trouble(self) -> str | None:
        """See the port."""
        return None if self.connected else self._modem.state().trouble or "no network"

    def superseded(self, alarm: Alarm) -> None:
        """What waits for its turn as it was before lets the newer one have it. See the port."""
        if alarm.revision > self._waiting.get(alarm.alarm_id, alarm.revision):
            self._waiting[alarm.alarm_id] = alarm.revision
            self._gate.pulse()

    def doubt(self) -> None:
        """There is one telephone, and no other way to it. See the port."""

    def hurry(self) -> None:
        """See the port."""
        self._gate.hurry()

    def pressing(self, what: Waits) -> None:
        """See the port."""
        self._gate.pressing(what)

    async def wait_connected(self) -> None:
        """Return when the network would take an SMS."""
        await self._gate.wait_open()

    async def wait_lost(self) -> None:
        """Return when it would not."""
        await self._gate.wait_shut()

    async def run(self, hear: Callable[[Heard], Awaitable[None]]) -> None:
        """Hear what the telephone answers, until cancelled. See the port."""
        self._kept.load()
        self._hear = hear
        try:
            with self._modem.listen(self._take):
                self._gate.attended(True)
                await asyncio.get_running_loop().create_future()
        finally:
            self._hear = None
            self._gate.attended(False)

    async def send(self, alarm: Alarm, sending: Sending) -> None:
        """Return when the network has taken the alarm, now or before. Beyond the allowance of the
        hour it waits here for its turn, high alarms first. See the port."""
        if self._memory.spares(alarm):
            self._counts["alarms-spared"] += 1
            raise NotNeeded(f"{self._name}: {alarm.accepted_by or 'somebody'} has taken it")
        self._waiting[alarm.alarm_id] = alarm.revision
        try:
            async with self._gate.turn(alarm, lambda: self._is_done(alarm)) as mine:
                if mine:
                    await self._send(alarm)
                    return
        finally:
            self._waiting.pop(alarm.alarm_id, None)
        self._counts["not-sent-again"] += 1
        received = self._memory.received(alarm)
        if received is not None:  # whoever ships has missed that it was
            await self._tell(received, Answer.RECEIVED, by=BY_NETWORK)

    async def report(self, batch: ReportBatch) -> None:
        """Reports do not go by SMS; nobody asks for it (`carries_reports`)."""
        raise NotConnected(f"{self._name}: reports do not go by SMS")

    async def tell_outstanding(self, asked: Asked, alarms: Sequence[Alarm], at: datetime) -> None:
        """Lists do not go by SMS, and no SMS asks for one."""
        raise NotConnected(f"{self._name}: lists do not go by SMS")

    async def tell_month(self, summary: Summary, at: datetime) -> None:
        """No figures go by SMS."""
        raise NotConnected(f"{self._name}: no figures go by SMS")

    async def tell_self_test(self, test: SelfTest, at: datetime) -> None:
        """No lists go by SMS."""
        raise NotConnected(f"{self._name}: lists do not go by SMS")

    async def tell_change(self, told: ChangeTold, at: datetime) -> None:
        """No changes go by SMS; what was taken back goes as an alarm."""
        raise NotConnected(f"{self._name}: no changes go by SMS")

    async def tell_order(self, answer: OrderAnswer, at: datetime) -> None:
        """No order comes by SMS."""
        raise NotConnected(f"{self._name}: no order comes by SMS")

    async def beat(self, heartbeat: Heartbeat) -> None:
        """Nothing is sent: an SMS a minute helps nobody. Returns if the network has the modem."""
        if not self.connected:
            raise NotConnected(f"{self._name}: no network")

    def counts(self) -> dict[str, int]:
        """What was counted since the start."""
        return dict(self._counts)

    # --- sending ----------------------------------------------------------------------------------

    def _is_done(self, alarm: Alarm) -> bool:
        newest = self._waiting.get(alarm.alarm_id, alarm.revision)
        return newest > alarm.revision or self._memory.is_taken(alarm, now())

    async def _send(self, alarm: Alarm) -> None:
        memory, began_at = self._memory, now()
        text = alarm_text(
            alarm,
            gateway_id=self._gateway_id,
            language=self._language,
            zone=self._zone,
            last=memory.allowance.is_last(began_at),
        )
        # Spent before it is sent: what dies in the middle again and again still ends at the limit.
        memory.allowance.spend(began_at)
        await self._kept.save()
        self._gate.tried()
        try:
            references = await self._modem.send_sms(self._settings.number, text)
        except SmsError as error:
            memory.allowance.give_back(began_at)
            if self._gate.failed(refused=isinstance(error, SmsRefused)):
                self._log.warning("sms-not-taken", reason=str(error), hint=error.hint or None)
            raise NotConnected(f"{self._name}: {error}") from error
        self._gate.succeeded()
        self._counts["alarms-sent"] += 1
        received = memory.taken(alarm, references, began_at=began_at, now=now())
        await self._kept.save()
        if received is not None:
            await self._tell(received, Answer.RECEIVED, by=BY_NETWORK)

    def _tell_of_limit(self) -> None:
        self._log.warning(
            "sms-limit-reached",
            at_most=self._settings.at_most,
            hint="high alarms wait for the next hour; raise at_most if that is too late",
        )

    # --- hearing ----------------------------------------------------------------------------------

    async def _take(self, news: News) -> None:
        match news:
            case StateChanged():
                self._gate.pulse()
            case DeliveryReport() if is_of(news.number, self._settings.number):
                await self._reported(news)
            case IncomingSms() if is_from(news.number, self._settings.number):
                await self._answered(news)
            case IncomingSms():
                self._counts["sms-from-others"] += 1
            case _:
                pass  # a report of what was sent to another telephone

    async def _reported(self, report: DeliveryReport) -> None:
        self._counts[f"reports-{report.outcome}"] += 1
        received = self._memory.reported(report, now())
        if received is not None:
            await self._tell(received, Answer.RECEIVED, by=BY_NETWORK)
        if report.outcome is not Outcome.TRYING:
            await self._kept.save()

    async def _answered(self, sms: IncomingSms) -> None:
        if self._memory.has_answered(sms.sent_at):
            self._counts["sms-heard-again"] += 1  # the power went before it was erased on the SIM
        elif not is_yes(sms.text):
            self._counts["sms-not-understood"] += 1
        elif (sent := self._memory.meant(now())) is None:
            self._counts["sms-without-alarm"] += 1
        else:
            self._counts["answers-accepted"] += 1
            await self._tell(sent, Answer.ACCEPTED, by=self._name)
            self._memory.accepted(sent, sms.sent_at)
            await self._kept.save()

    async def _tell(self, sent: Sent, answer: Answer, *, by: str) -> None:
        if self._hear is not None:
            await self._hear(
                Acknowledgement(
                    alarm_id=sent.alarm_id,
                    answer=answer,
                    receiver=self._name,
                    by=by,
                    revision=sent.revision,
                )
            )
