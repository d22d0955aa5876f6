"""Messages in ModemManager's hands: sent, reported on, and received."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

from dbus_fast import Variant

from heimvakt.core.modem import DeliveryReport, IncomingSms, News, SmsError, SmsNotNow
from heimvakt.net.sms.incoming import outcome_of

from . import mm_values as values
from .mm_bus import PROPERTIES, RIGHTS, Bus, CallFailed
from .refusals import refusal

SEND_S = 120.0
"""Several parts, a slow network."""
_RELATIVE = 1
"""MMSmsValidityType."""
_CODES = {
    "SmsServiceReserved": 301,
    "NotAllowed": 302,
    "NotSupported": 303,
    "InvalidPduParameter": 304,
    "InvalidTextParameter": 305,
    "SimNotInserted": 310,
    "SimPin": 311,
    "SimPuk": 316,
    "MemoryFull": 322,
    "SmscAddressUnknown": 330,
    "NoNetwork": 331,
    "NetworkTimeout": 332,
}
"""org.freedesktop.ModemManager1.Error.Message.*, by the numbers of +CMS ERROR."""


class Messages:
    """Those of one modem."""

    def __init__(self, tell: Callable[[News], Awaitable[None]], validity: timedelta) -> None:
        self._tell = tell
        self._validity = validity
        self._read = False

    def forget(self) -> None:
        """Another modem, or ModemManager has started again."""
        self._read = False

    async def send(self, bus: Bus, modem: str, number: str, text: str) -> tuple[int, ...]:
        """See `Modem.send_sms`; raises BusGone as well."""
        wanted = {
            "number": Variant("s", number),
            "text": Variant("s", text),
            "delivery-report-request": Variant("b", True),
            "validity": Variant("(uv)", [_RELATIVE, Variant("u", self._minutes)]),
        }
        try:
            (path,) = await bus.call(modem, values.MESSAGING, "Create", "a{sv}", wanted)
        except CallFailed as error:
            raise _refused(error) from error
        try:
            await bus.call(path, values.SMS, "Send", within_s=SEND_S)
            (reference,) = await bus.call(
                path, PROPERTIES, "Get", "ss", values.SMS, "MessageReference"
            )
        except CallFailed as error:
            raise _refused(error) from error
        finally:
            with suppress(CallFailed):
                await bus.call(modem, values.MESSAGING, "Delete", "o", path)
        return (int(reference),)

    async def read_all(self, bus: Bus, modem: str) -> None:
        """Messages that came while nobody listened; once for each modem."""
        if self._read:
            return
        self._read = True
        (paths,) = await bus.call(modem, values.MESSAGING, "List")
        for path in paths:
            await self.added(bus, modem, str(path))

    async def added(self, bus: Bus, modem: str, path: str) -> None:
        """There is a message: told and erased if it has come whole."""
        try:
            sms = await bus.properties(path, values.SMS)
        except CallFailed:
            return  # erased meanwhile
        if sms.get("State") not in values.STORED_STATES:
            return
        if sms.get("PduType") == values.STATUS_REPORT:
            await self._tell(
                DeliveryReport(
                    number=str(sms.get("Number") or "") or None,
                    reference=int(sms.get("MessageReference", 0)),
                    outcome=outcome_of(int(sms.get("DeliveryState", 0x100)) & 0xFF),
                )
            )
        elif sms.get("PduType") == values.DELIVER:
            await self._tell(
                IncomingSms(
                    number=str(sms.get("Number", "")),
                    text=str(sms.get("Text", "")),
                    sent_at=_time(str(sms.get("Timestamp", ""))),
                )
            )
        else:
            return
        with suppress(CallFailed):
            await bus.call(modem, values.MESSAGING, "Delete", "o", path)

    @property
    def _minutes(self) -> int:
        return max(5, round(self._validity / timedelta(minutes=1)))


def _refused(error: CallFailed) -> SmsError:
    if error.is_refusal:
        return SmsNotNow(f"ModemManager lets us send no SMS: {error}", hint=RIGHTS)
    return refusal(_CODES.get(error.name.rpartition(".")[2]), str(error))


def _time(text: str) -> datetime | None:
    """ISO 8601, with a zone in hours and without minutes: `2026-11-22T01:10:00+01`."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
