"""Two centres are told of a press, and an operator of one closes it: the other hears that it is
over, also when its line or the gateway was down meanwhile, and nothing waits for it then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from heimvakt.demo.receiver import Behaviour
from heimvakt.demo.scene import GATEWAY_ID
from tests.support.broker import Broker, broker, needs_mosquitto
from tests.support.centre import Centre, centre
from tests.support.home import PENDANT, Home, home
from tests.support.service import Service

NOBODY_ACCEPTS = Behaviour(accept_after_s=None)
SECOND = """
[receivers.second]
kind = "mqtt"
brokers = ["{url}"]
"""


@asynccontextmanager
async def two_centres() -> AsyncIterator[tuple[Home, Centre, Broker]]:
    """A home, its second centre, and the broker of that."""
    async with AsyncExitStack() as stack:
        h = await stack.enter_async_context(
            home(things=(PENDANT,), rules="", behaviour=NOBODY_ACCEPTS)
        )
        theirs = await stack.enter_async_context(broker("mosquitto"))
        second = await stack.enter_async_context(centre(theirs.url, NOBODY_ACCEPTS))
        h.write(more=SECOND.format(url=theirs.url))
        yield h, second, theirs


async def _both_have_it(h: Home, second: Centre) -> str:
    """The id of the alarm."""
    await h.pendant.press()
    alarm = await h.centre.alarm("button")
    await second.alarm("button")
    return str(alarm["alarm_id"])


def _states(at: Centre, alarm_id: str) -> dict[int, str]:
    """By revision, as it was told last."""
    told = at.alarms.get(alarm_id, ())
    return {each["revision"]: each["state"] for each in told}


async def _nothing_waits(service: Service) -> dict[str, Any]:
    return await service.status_when(
        lambda s: all(one["waiting"] == 0 for one in s["receivers"].values())
    )


@needs_mosquitto
async def test_the_other_centre_hears_that_it_is_closed() -> None:
    async with two_centres() as (h, second, _), h.running() as service:
        alarm_id = await _both_have_it(h, second)
        h.centre.receiver.answer(GATEWAY_ID, alarm_id, "closed", by="op-3")
        await second.until(lambda: _states(second, alarm_id).get(1) == "closed")
        await _nothing_waits(service)
        assert set(_states(h.centre, alarm_id)) == {0}, "who has said so is not told"


@needs_mosquitto
async def test_who_was_away_hears_it_afterwards_and_a_kill_in_between_loses_nothing() -> None:
    async with two_centres() as (h, second, theirs):
        async with h.running() as service:
            alarm_id = await _both_have_it(h, second)
            await theirs.stop()
            await service.status_when(lambda s: not s["receivers"]["second"]["connected"])
            h.centre.receiver.answer(GATEWAY_ID, alarm_id, "closed", by="op-3")
            await service.status_when(lambda s: s["receivers"]["second"]["waiting"] == 1)
            await service.kill()
        async with h.running() as service:
            await theirs.start()
            await second.until(lambda: _states(second, alarm_id).get(1) == "closed")
            await _nothing_waits(service)
