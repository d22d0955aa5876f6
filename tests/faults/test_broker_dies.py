"""SIGKILL of the broker at any moment, while the gateway fills, drains and is answered.

A broker that is killed forgets what it had confirmed: mosquitto keeps its memory for half an hour
before it writes. Only the receiver's own answer counts, so none of that may cost an alarm or a
report. HEIMVAKT_BROKER_KILLS says how often (4 without it), HEIMVAKT_RETURNS how many times a
broker is away and comes back while a high alarm waits (2), HEIMVAKT_SEED which life is lived.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from heimvakt.demo.link import Link
from heimvakt.demo.receiver import Behaviour
from heimvakt.demo.scene import GATEWAY_ID
from tests.support.broker import needs_mosquitto
from tests.support.home import Home, home
from tests.support.kept import kept
from tests.support.kills import settled, told_events
from tests.support.promises import (
    centre_and_store_agree,
    centre_has_every_report,
    no_alarm_has_two_ids,
)
from tests.support.restless import RESTLESS, Restless, tell_all
from tests.support.service import Service
from tests.support.timed import in_time, timed

KILLS = int(os.environ.get("HEIMVAKT_BROKER_KILLS", "4"))
RETURNS = int(os.environ.get("HEIMVAKT_RETURNS", "2"))
SEED = int(os.environ.get("HEIMVAKT_SEED", "1"))
KEPT_MAX = 60
"""Acts while the broker is away, so that it takes a moment to bring what was kept."""
DRAINS_S_MAX = 3.0
SETTLE_S_MAX = 120.0 if KILLS <= 6 else 700.0
"""What the broker had confirmed and forgot is sent again after 30 s; reports that it forgot again
and again after up to 10 minutes."""
AWAY_S_MAX = 3.0 if RETURNS <= 2 else 10.0
RETURN_S_MAX = 2.0
EACH_PRESS = '[rules.button]\none_alarm_within = "0s"\n'

pytestmark = [pytest.mark.fault, needs_mosquitto]


@pytest.mark.timeout(900 + 20 * KILLS)
async def test_a_broker_that_is_killed_at_any_moment_costs_nothing() -> None:
    chance, hit = random.Random(SEED), Counter[str]()
    behaviour = Behaviour(accept_after_s=0.0, keep_events=True)
    async with home(things=RESTLESS, behaviour=behaviour) as h:
        tell_all(h)
        life = Restless(h, chance)
        async with h.running(driven_from=life.now) as service, service.link() as (link, watched):
            for _ in range(KILLS):
                await _live(life, link, chance.randrange(1, 8), chance)
                if chance.random() < 0.5:
                    await _starts_to_drain(link)
                await asyncio.sleep(chance.uniform(0.0, chance.choice((0.0, 0.01, 0.05, 0.5))))
                outbox = (await link.ask("status"))["outbox"]
                await h.broker.kill()
                hit["with alarms under way"] += outbox["alarms"] > 0
                hit["with reports under way"] += outbox["reports"] > 0
                await _live(life, link, chance.randrange(0, KEPT_MAX), chance)
                await asyncio.sleep(chance.uniform(0.0, 1.5))
                await h.broker.start()
            began = time.monotonic()
            life.now += timedelta(minutes=1)
            await link.advance(life.now)  # past every pre-alarm
            await service.status_when(_is_empty, SETTLE_S_MAX)
            settled_s = time.monotonic() - began
            # A person's word that the broker took and forgot is lost: she sees the alarm told again
            # after five minutes, and says it again.
            for alarm_id in h.centre.alarms:
                h.centre.receiver.answer(GATEWAY_ID, alarm_id, "accepted", by="operator-1")
            await service.status_when(settled)
            await service.kill()  # a clean end would be an event that nobody can hear
        final, numbers = kept(h.database), h.centre.numbers[GATEWAY_ID]
        repeats = sum(r.duplicate and r.kind == "alarm" for r in h.centre.received)
        print(
            f"seed {SEED}, {KILLS} kills of the broker, {dict(hit)}: "
            f"{len(final.alarms)} alarms in the store, "
            f"{len(h.centre.alarms)} at the centre, {repeats} repeats under their id, "
            f"{numbers.count} reports at the centre, {numbers.repeats} repeats under their number, "
            f"settled {settled_s:.1f} s after the last"
        )
        assert watched.lines, "the watcher saw what was committed"
        no_alarm_has_two_ids(final)
        centre_and_store_agree(h.centre.alarms, final)
        centre_has_every_report(numbers, told_events(h.centre.received), final.journal)


@pytest.mark.timeout(3 * (60 + 30 * RETURNS))
@timed
async def test_a_high_alarm_that_waits_is_there_two_seconds_after_the_broker_is_back() -> None:
    chance, took_s = random.Random(SEED), []
    async with home(rules=EACH_PRESS, broker_there=False) as h:
        await h.broker.start()
        async with h.running() as service:
            async with h.open_centre():
                await service.status_when(lambda s: s["receivers"]["centre"]["connected"])
            for _ in range(RETURNS):
                await h.broker.stop()
                await asyncio.sleep(chance.uniform(0.0, AWAY_S_MAX))
                await _press(h, service)
                await asyncio.sleep(chance.uniform(0.0, AWAY_S_MAX))
                await h.broker.start()
                began = time.monotonic()
                # Its session is at the broker; the program comes anew, without a pause of its own.
                async with h.open_centre() as centre:
                    await centre.alarm("button", within_s=10 * RETURN_S_MAX)
                    took_s.append(time.monotonic() - began)
                    await service.status_when(lambda s: not s["outbox"]["alarms"])
        print(
            f"seed {SEED}, {RETURNS} returns of the broker: {sorted(round(s, 2) for s in took_s)} s"
        )
    in_time(max(took_s), RETURN_S_MAX)


def _is_empty(status: dict[str, Any]) -> bool:
    return not (status["outbox"]["alarms"] or status["outbox"]["reports"])


async def _live(life: Restless, link: Link, acts: int, chance: random.Random) -> None:
    for _ in range(acts):
        await link.advance(life.later())
        await life.act()
        await asyncio.sleep(chance.uniform(0.0, 0.02))


async def _starts_to_drain(link: Link) -> None:
    """Return when a batch has gone out, or none came in time: there may be none."""
    had, until = await _batches(link), time.monotonic() + DRAINS_S_MAX
    while await _batches(link) == had and time.monotonic() < until:  # noqa: ASYNC110 - no event
        await asyncio.sleep(0.005)


async def _batches(link: Link) -> int:
    counts = (await link.ask("status"))["receivers"]["centre"]["counts"]
    return int(counts.get("batches-sent", 0))


async def _press(h: Home, service: Service) -> None:
    """A new alarm, that is on disk when this returns."""
    async with service.link() as (_, watched):
        await h.pendant.press()
        await watched.until(lambda: bool(watched.alarms()))
    await h.pendant.release()
