"""A receiver out of its mind: it answers twice, late, for others, in garbage, or not at all.

Nothing counts as delivered that was not answered for by its own id; nothing is lost or told under
two ids; and when the receiver has come to its senses all is as it should be. The daemon, the
broker and the radio are real.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from heimvakt.demo.receiver import Behaviour, Manners
from heimvakt.demo.scene import GATEWAY_ID
from tests.support.broker import needs_mosquitto
from tests.support.home import Home, home
from tests.support.kept import Kept, kept
from tests.support.kills import settled, told_events
from tests.support.promises import (
    centre_and_store_agree,
    centre_has_every_report,
    no_alarm_has_two_ids,
)
from tests.support.restless import RESTLESS, Restless, tell_all
from tests.support.service import Service
from tests.support.watched import Watched

SEED = int(os.environ.get("HEIMVAKT_SEED", "1"))
ACTS = 12
MIND_S = 1.0
"""How long it is watched in that state of mind."""
SETTLE_S_MAX = 60.0
AGAIN_S = 30.0
"""After this an alarm that nobody has answered for is told again."""
AT_ONCE = 5

pytestmark = [pytest.mark.fault, needs_mosquitto]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mind:
    """How a receiver behaves at first, and what has to come of it."""

    behaviour: Behaviour
    delivers: bool = False
    counted: tuple[str, ...] = ()
    """What the gateway has counted of it."""
    unasked: bool = False
    """It answers for alarms and batches that nobody has sent, before there is any."""
    comes_to_accept: bool = False
    """In the end it accepts each alarm without ever having said `received`."""


def _mind(manners: Manners, accept_after_s: float = 0.0) -> Behaviour:
    return Behaviour(manners=manners, accept_after_s=accept_after_s, keep_events=True)


MINDS: dict[str, Mind] = {
    "never": Mind(behaviour=_mind(Manners.NEVER)),
    "accepts, never received": Mind(behaviour=_mind(Manners.NEVER), comes_to_accept=True),
    "wrong id": Mind(behaviour=_mind(Manners.WRONG_ID), counted=("refused-other-gateway",)),
    "garbage": Mind(behaviour=_mind(Manners.GARBAGE), counted=("refused-not-json",)),
    "twice": Mind(behaviour=_mind(Manners.TWICE), delivers=True, counted=("nothing-new",)),
    "late": Mind(behaviour=_mind(Manners.LATE, 0.5), delivers=True),
    "unasked": Mind(
        behaviour=_mind(Manners.NEVER), unasked=True, counted=("unknown-alarm", "unknown-batch")
    ),
}


async def test_whatever_a_receiver_answers_only_the_answer_for_that_very_id_counts() -> None:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(name: str, mind: Mind) -> str:
        async with places:
            return f"{name:<24} {await live(mind)}"

    async with asyncio.TaskGroup() as group:
        lives = [group.create_task(one(*mind), name=mind[0]) for mind in MINDS.items()]
    print(
        f"seed {SEED}", *(each.result() for each in lives), sep="\n"
    )  # `pytest -s` shows the figures


async def live(mind: Mind) -> str:
    """One home; figures for people."""
    async with home(things=RESTLESS, behaviour=mind.behaviour) as h:
        tell_all(h)
        life = Restless(h, random.Random(SEED))
        began_at = time.monotonic()
        async with h.running(driven_from=life.now) as service, service.link() as (link, watched):
            if mind.unasked:
                _say_what_nobody_asked(h)
                await _counted(service, mind)
            for _ in range(ACTS):
                await link.advance(life.later())
                await life.act()
            await h.centre.until(lambda: _raised(watched) <= set(h.centre.alarms))
            await asyncio.sleep(MIND_S)  # what it does not do in some time is what is tested
            counts = await _counted(service, mind)
            if mind.delivers:
                await service.status_when(settled, SETTLE_S_MAX)
            else:
                _nothing_is_delivered(kept(h.database), watched, h)
                turns = int((time.monotonic() - began_at) / AGAIN_S)  # 0 where nobody is busy
                repeats = h.centre.receiver.messages.repeats
                assert repeats <= turns * len(h.centre.received), "who is silent is not hammered"
            began = time.monotonic()
            _come_to_its_senses(h, mind)
            await service.status_when(settled, SETTLE_S_MAX)
            settled_s = time.monotonic() - began
            assert [line for line in service.logged() if line["event"] == "broker-lost"] == []
            await service.kill()  # a clean end would be an event that nobody can hear
        final, numbers = kept(h.database), h.centre.numbers[GATEWAY_ID]
        no_alarm_has_two_ids(final)
        centre_and_store_agree(h.centre.alarms, final)
        centre_has_every_report(numbers, told_events(h.centre.received), final.journal)
        repeats = sum(r.duplicate for r in h.centre.received if r.kind == "alarm")
        return (
            f"{len(final.alarms)} alarms, {numbers.count} reports, {repeats + numbers.repeats} "
            f"repeats, lost 0, settled {settled_s:.1f} s after it came to its senses; "
            f"counted {counts}"
        )


def _raised(watched: Watched) -> set[str]:
    return {
        alarm_id
        for alarm_id, alarm in watched.alarms().items()
        if any(step["state"] == "raised" for step in alarm["history"])
    }


async def _counted(service: Service, mind: Mind) -> Mapping[str, int]:
    """Return when the gateway has counted what it has to."""

    def has(status: dict[str, Any]) -> bool:
        return set(mind.counted) <= set(status["receivers"]["centre"]["counts"])

    counts = (await service.status_when(has))["receivers"]["centre"]["counts"]
    return {what: counts[what] for what in mind.counted}


def _nothing_is_delivered(disk: Kept, watched: Watched, h: Home) -> None:
    raised = _raised(watched)
    assert raised, "there was something to tell"
    assert disk.waiting == raised
    assert not any(disk.alarms[alarm_id]["delivered_at"] for alarm_id in raised)
    assert disk.answered_to == 0


def _say_what_nobody_asked(h: Home) -> None:
    receiver = h.centre.receiver
    for number in range(1, 30):
        receiver.answer(GATEWAY_ID, f"{GATEWAY_ID}-{number}", "received", by="centre")
    for of in ("information", "telemetry"):
        for first, last in ((1, 1_000_000), (0, 0), (-5, 5)):
            receiver.give_receipt(GATEWAY_ID, f"{GATEWAY_ID}/{of}-{first}-{last}")


def _come_to_its_senses(h: Home, mind: Mind) -> None:
    """It goes through what it has stored, and answers as it should have."""
    receiver = h.centre.receiver
    receiver.behaviour = _mind(Manners.GOOD)
    if mind.delivers:
        return
    for alarm_id in h.centre.alarms:
        if not mind.comes_to_accept:
            receiver.answer(GATEWAY_ID, alarm_id, "received", by="centre")
        receiver.answer(GATEWAY_ID, alarm_id, "accepted", by="operator-1")
    for received in h.centre.received:
        if received.kind == "reports":
            receiver.give_receipt(GATEWAY_ID, received.message["data"]["batch_id"])
