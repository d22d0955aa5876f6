"""The process stands still for a while, as when the machine is suspended or has far too much to do:
a press that came meanwhile is told as soon as it goes on, and nothing is made of the pause.

HEIMVAKT_FROZEN_S says for how long (1 without it; in full size longer than a broker waits for us).
"""

from __future__ import annotations

import asyncio
import os
import signal
import time

import pytest

from heimvakt.demo.receiver import Behaviour
from heimvakt.demo.scene import GATEWAY_ID
from tests.support.broker import needs_mosquitto
from tests.support.home import DOOR, PENDANT, home
from tests.support.kept import kept
from tests.support.kills import settled, told_events
from tests.support.promises import (
    centre_and_store_agree,
    centre_has_every_report,
    no_alarm_has_two_ids,
)
from tests.support.restless import tell_all
from tests.support.timed import in_time, timed

FROZEN_S = float(os.environ.get("HEIMVAKT_FROZEN_S", "1"))
ALARM_S_MAX = 5.0
"""Promise 2, from the moment that it goes on."""

pytestmark = [pytest.mark.fault, needs_mosquitto, pytest.mark.timeout(300 + 3 * FROZEN_S)]


@timed
async def test_a_press_while_it_stands_still_is_told_when_it_goes_on() -> None:
    behaviour = Behaviour(accept_after_s=0.0, keep_events=True)
    async with home(things=(PENDANT, DOOR), rules="", behaviour=behaviour) as h:
        tell_all(h)
        async with h.running() as service:
            await service.status_when(lambda s: s["receivers"]["centre"]["connected"])
            service.process.send_signal(signal.SIGSTOP)
            try:
                await h.door.open()
                await h.pendant.press()
                await asyncio.sleep(FROZEN_S)
            finally:
                service.process.send_signal(signal.SIGCONT)
            began = time.monotonic()
            await h.centre.alarm("button")
            took_s = time.monotonic() - began
            status = await service.status_when(settled)
            lost = status["receivers"]["centre"]["counts"].get("connections-lost", 0)
            await service.kill()  # a clean end would be an event that nobody can hear
        print(
            f"it stood still for {FROZEN_S:.0f} s: a press from then at the centre {took_s:.2f} s "
            f"after it goes on; the broker had given it up {lost} times"
        )
        final = kept(h.database)
        assert h.centre.kinds() == ["button"], "and nothing is made of the pause"
        no_alarm_has_two_ids(final)
        centre_and_store_agree(h.centre.alarms, final)
        numbers = h.centre.numbers[GATEWAY_ID]
        centre_has_every_report(numbers, told_events(h.centre.received), final.journal)
    in_time(took_s, ALARM_S_MAX)
