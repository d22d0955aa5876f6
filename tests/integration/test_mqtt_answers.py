"""What is published where answers are heard: good ones count, all else is counted and ignored."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from heimvakt.demo.receiver import Behaviour, Manners, Receiver
from heimvakt.runtime.clock import SystemClock
from tests.support.broker import BOTH, MOSQUITTO, broker
from tests.support.uplinks import GATEWAY, alarm, mqtt_uplink, running, sending, until

both = pytest.mark.parametrize("kind", BOTH)
GOOD: dict[str, Any] = {
    "specversion": "1.0",
    "id": "1",
    "source": "/centre",
    "type": "heimvakt.acknowledgement.v1",
    "data": {"alarm_id": f"{GATEWAY}-1", "answer": "received", "by": "centre"},
}
BAD: list[tuple[bytes, str]] = [
    (b"", "not-json"),
    (b"received", "not-json"),
    (b"\xff\xfe\x00", "not-json"),
    (b"{" * 5000, "not-json"),
    (b'{"a":' * 5000, "not-json"),
    (b"[]", "wrong-shape"),
    (b"null", "wrong-shape"),
    (b"{}", "wrong-shape"),
    (json.dumps({**GOOD, "data": {}}).encode(), "wrong-shape"),
    (json.dumps({**GOOD, "data": {**GOOD["data"], "answer": "yes"}}).encode(), "wrong-shape"),
    (json.dumps({**GOOD, "type": "heimvakt.alarm.v1"}).encode(), "wrong-kind"),
    (json.dumps({**GOOD, "type": "heimvakt.acknowledgement.v2"}).encode(), "wrong-version"),
    (json.dumps({**GOOD, "specversion": "0.3"}).encode(), "wrong-version"),
    (
        json.dumps({**GOOD, "data": {**GOOD["data"], "alarm_id": "no-2-1"}}).encode(),
        "other-gateway",
    ),
    (json.dumps({**GOOD, "more": "x" * 70_000}).encode(), "too-large"),
]


@both
async def test_every_kind_of_bad_answer_is_counted_and_the_next_good_one_is_heard(
    kind: str,
) -> None:
    expected: dict[str, int] = {}
    async with broker(kind) as one:
        uplink = mqtt_uplink(one.url)
        centre = Receiver(one.url, clock=SystemClock(), behaviour=Behaviour(manners=Manners.NEVER))
        async with centre.open(), running(uplink) as heard:
            await uplink.wait_connected()
            for payload, reason in BAD:
                centre.say(GATEWAY, payload)
                expected[f"refused-{reason}"] = expected.get(f"refused-{reason}", 0) + 1
            centre.say(GATEWAY, json.dumps(GOOD).encode())
            answer = await heard.get()
            await uplink.send(alarm(), sending())
            await centre.next("alarm")
    assert (answer.answer, answer.by, answer.revision) == ("received", "centre", None)
    counted = {key: n for key, n in uplink.counts().items() if key.startswith("refused-")}
    assert counted == expected
    assert heard.empty()


@both
@pytest.mark.parametrize(
    ("manners", "refused"),
    [(Manners.GARBAGE, "refused-not-json"), (Manners.WRONG_ID, "refused-other-gateway")],
)
async def test_a_receiver_out_of_its_mind_delivers_nothing(
    kind: str, manners: Manners, refused: str
) -> None:
    async with broker(kind) as one:
        uplink = mqtt_uplink(one.url)
        centre = Receiver(one.url, clock=SystemClock(), behaviour=Behaviour(manners=manners))
        async with centre.open(), running(uplink) as heard:
            await uplink.wait_connected()
            await uplink.send(alarm(), sending())
            await until(uplink, refused)
    assert heard.empty()


@pytest.mark.parametrize("kind", [MOSQUITTO])
async def test_answers_given_twice_are_heard_twice_and_late_ones_late(kind: str) -> None:
    """Harmless above: the life of an alarm has a move for it."""
    async with broker(kind) as one:
        uplink = mqtt_uplink(one.url)
        twice = Behaviour(manners=Manners.TWICE, accept_after_s=None)
        centre = Receiver(one.url, clock=SystemClock(), behaviour=twice)
        async with centre.open(), running(uplink) as heard:
            await uplink.wait_connected()
            await uplink.send(alarm(), sending())
            assert [(await heard.get()).answer for _ in range(2)] == ["received", "received"]
            centre.behaviour = Behaviour(manners=Manners.LATE, accept_after_s=0.1)
            await uplink.send(alarm(2), sending())
            assert {(await heard.get()).answer for _ in range(2)} == {"received", "accepted"}


@pytest.mark.parametrize("kind", [MOSQUITTO])
async def test_a_flood_of_answers_is_taken_in_its_own_time_and_none_is_lost(kind: str) -> None:
    async with broker(kind) as one:
        uplink = mqtt_uplink(one.url)
        centre = Receiver(one.url, clock=SystemClock(), behaviour=Behaviour(manners=Manners.NEVER))
        taken: list[str] = []
        done = asyncio.Event()

        async def slowly(answer: Any) -> None:
            await asyncio.sleep(0.001)
            taken.append(answer.alarm_id)
            if len(set(taken)) == 500:
                done.set()

        async with centre.open(), asyncio.TaskGroup() as group:
            run = group.create_task(uplink.run(slowly))
            await uplink.wait_connected()
            for number in range(500):
                centre.answer(GATEWAY, f"{GATEWAY}-{number}", "received", by="centre")
            await done.wait()
            run.cancel()
    assert uplink.counts()["connections"] == 1
