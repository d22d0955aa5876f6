"""A test alarm over one path alone, and the answer of the centre to it.

The copy that a path carries cannot be told from the copy of another path when both are of one
alarm. So each trial is an alarm of its own, that no rule has raised and no disk holds: its number
begins with a nought, which that of no other alarm does, and nothing but the trial hears of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from heimvakt.core.alarms import Alarm, AlarmState, Priority, Step
from heimvakt.core.heard import Acknowledgement, Heard
from heimvakt.core.ports import Clock
from heimvakt.core.uplink import NobodyThere, NotConnected, Sending, Uplink
from heimvakt.core.words import Words

Hear = Callable[[Heard], Awaitable[None]]

WITHIN_S = 20.0
"""Promise 4: no answer in 20 s, and an alarm would go another way."""
GOODBYE_S = 2.0


class TrialFailed(Exception):
    """No answer came; the text says how far it got."""


class Trials:
    """Of one life of the gateway."""

    def __init__(self, gateway_id: str, clock: Clock) -> None:
        self._gateway_id = gateway_id
        self._clock = clock
        self._asked: dict[str, asyncio.Future[None]] = {}
        """By id of the alarm: set when somebody answers."""
        self._count = 0

    def beside(self, hear: Hear) -> Hear:
        """What an uplink is to call: answers to trials are kept, all else goes to `hear`."""

        async def heard(one: Heard) -> None:
            if isinstance(one, Acknowledgement) and self._is_trial(one.alarm_id):
                asked = self._asked.get(one.alarm_id)
                if asked is not None and not asked.done():
                    asked.set_result(None)
                return
            await hear(one)

        return heard

    async def run(self, uplink: Uplink) -> float:
        """Seconds until the centre has answered.

        Raises:
            TrialFailed: it has not.
        """
        loop = asyncio.get_running_loop()
        began, alarm = loop.time(), self._alarm()
        self._asked[alarm.alarm_id] = answered = loop.create_future()
        sent = False
        try:
            async with asyncio.timeout(WITHIN_S):
                await uplink.send(alarm, self._sending(uplink))
                sent = True
                await answered
        except TimeoutError:
            what = f"no answer in {WITHIN_S:.0f} s" if sent else "not taken by the broker"
            raise TrialFailed(what) from None
        except NotConnected:
            raise TrialFailed("not connected") from None
        except NobodyThere:
            raise TrialFailed("the broker says that nobody listens") from None
        finally:
            del self._asked[alarm.alarm_id]
        took_s = loop.time() - began
        await self._end(uplink, alarm)
        return took_s

    async def _end(self, uplink: Uplink, alarm: Alarm) -> None:
        """Nobody at the centre need close it."""
        over = replace(alarm, state=AlarmState.RESET, revision=1)
        with suppress(TimeoutError, NotConnected, NobodyThere):
            async with asyncio.timeout(GOODBYE_S):
                await uplink.send(over, self._sending(uplink))

    def _sending(self, uplink: Uplink) -> Sending:
        return Sending(
            sent_at=self._clock.now(), clock=self._clock.quality(), attempt=1, path=uplink.path
        )

    def _is_trial(self, alarm_id: str) -> bool:
        return alarm_id.startswith(f"{self._gateway_id}-0")

    def _alarm(self) -> Alarm:
        now, self._count = self._clock.now(), self._count + 1
        number = f"0{round(now.timestamp() * 1000)}{self._count:03}"
        return Alarm(
            alarm_id=f"{self._gateway_id}-{number}",
            number=0,
            kind="test",
            priority=Priority.INFORMATION,
            began_at=now,
            raised_at=now,
            clock=self._clock.quality(),
            rule_id="self-test",
            rule_version=1,
            key=number,
            text=Words(
                nb="Prøve av en vei under selvtest: ingen trenger å komme.",
                en="Test of one path in a self-test: nobody need come.",
            ),
            state=AlarmState.RAISED,
            history=(Step(state=AlarmState.RAISED, at=now),),
            test=True,
        )
