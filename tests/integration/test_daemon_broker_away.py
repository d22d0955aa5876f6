"""The broker is not there when the daemon starts, and comes later.

HEIMVAKT_AWAY_S says after how many seconds (3 without it; the product speaks of a minute).
"""

from __future__ import annotations

import asyncio
import os

import pytest

from tests.support.command import heimvakt
from tests.support.home import home

AWAY_S = float(os.environ.get("HEIMVAKT_AWAY_S", "3"))
KINDS = ["button", "night-door", "night-wandering"]


@pytest.mark.slow
@pytest.mark.timeout(120 + AWAY_S)
async def test_all_works_here_and_alarms_arrive_when_the_broker_comes() -> None:
    async with home() as h:
        await h.broker.stop()
        async with h.running() as service, service.link() as (link, watched):
            await h.pendant.press()
            await h.bed.leave()
            await h.door.open()
            await watched.until(lambda: len(watched.alarms()) == 3)
            assert sorted(a["kind"] for a in watched.alarms().values()) == KINDS
            await asyncio.sleep(AWAY_S)

            control = ("--socket", service.command.control)
            said = await heimvakt("status", *control)
            assert said.code == 0
            why = f"({h.broker.url}: Connection refused)"
            assert f"NOT CONNECTED {why}, 3 waiting" in said.out
            listed = await heimvakt("alarms", *control)
            assert listed.code == 0
            assert listed.out.count("not delivered yet") == 3

            await h.broker.start()
            # Its session at the centre is older than the outage; at amqtt it is not, and then the
            # first copy may come before the centre does and the next one 30 s later.
            await watched.until(
                lambda: all(a["accepted_by"] for a in watched.alarms().values()), within_s=60
            )
            assert (await link.ask("status"))["receivers"]["centre"]["waiting"] == 0
        assert sorted(h.centre.kinds()) == KINDS
        connected = [line for line in service.logged() if line["event"] == "broker-not-connected"]
        assert 1 <= len(connected) <= 2, "an outage is told, not repeated with every attempt"
