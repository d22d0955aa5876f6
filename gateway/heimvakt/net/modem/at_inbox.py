"""Messages that the modem holds, read and erased in AT commands: 3GPP TS 27.005, 4."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import pairwise

import structlog

from heimvakt.core.modem import DeliveryReport, IncomingSms, News
from heimvakt.net.sms.incoming import Deliver, PduError, parse

from . import at_replies as replies
from .at_greeting import tried
from .at_talk import Talk

MEMORY = "SM"
"""The SIM: every modem has it, and it survives the modem."""
_log = structlog.get_logger("modem")


class Inbox:
    """What comes in as a message, told and then erased."""

    def __init__(self, tell: Callable[[News], Awaitable[None]]) -> None:
        self._tell = tell
        self._unread = 0

    async def read_all(self, talk: Talk) -> None:
        """Messages that came while nobody listened, those that cannot be read as well: a full
        memory takes no more."""
        lines = await tried(talk, "AT+CMGL=4") or ()
        for head, pdu in pairwise(lines):
            if not head.startswith("+CMGL:"):
                continue
            place = replies.number(replies.parameters(head)[0])
            if place is not None:
                await self.hear(pdu)
                await tried(talk, f"AT+CMGD={place}")

    async def read(self, talk: Talk, memory: str, place: int) -> None:
        """The message at one place, of which the modem has told."""
        if memory != MEMORY:
            await tried(talk, f'AT+CPMS="{memory}"', expect="+CPMS:")
        lines = await tried(talk, f"AT+CMGR={place}") or ()
        if len(lines) > 1:
            await self.hear(lines[1])
            await tried(talk, f"AT+CMGD={place}")
        if memory != MEMORY:
            await tried(talk, f'AT+CPMS="{MEMORY}"', expect="+CPMS:")

    async def hear(self, pdu: str) -> None:
        """One message as it came."""
        try:
            message = parse(pdu)
        except PduError as error:
            self._count_unread(str(error))
            return
        if isinstance(message, Deliver):
            await self._tell(
                IncomingSms(number=message.number, text=message.text, sent_at=message.sent_at)
            )
        else:
            await self._tell(
                DeliveryReport(
                    number=message.number, reference=message.reference, outcome=message.outcome
                )
            )

    def _count_unread(self, why: str) -> None:
        """Anybody can send an SMS, and as many as he pays for: the first is told, the tenth, the
        hundredth and so on."""
        self._unread += 1
        if str(self._unread).strip("0") == "1":
            _log.warning("a message from the network cannot be read", why=why, so_far=self._unread)
