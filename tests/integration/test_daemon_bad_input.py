"""What is wrong on the serial line or at the broker is counted, logged once, and stops nothing."""

from __future__ import annotations

import json
from typing import Any

from heimvakt.demo.receiver import Behaviour
from heimvakt.demo.scene import GATEWAY_ID
from tests.support.home import home

TIMES = 3
"""Everything comes so often, to see that it is logged once."""


async def test_a_bad_serial_line_is_counted_and_logged_once_and_stops_nothing() -> None:
    async with home() as h, h.running() as service, service.link() as (link, watched):
        for _ in range(TIMES):
            assert await h.radio.send_rubbish()
            assert await h.radio.send_oversized()
            assert await h.radio.send_from_stranger()
        assert await h.pendant.press()
        alarm = await h.centre.alarm("button")
        assert alarm["device_id"] == "pendant"

        counted = (await link.ask("status"))["drivers"]["zigbee"]["counts"]
        # Rubbish of some lengths and frames that are too long: all of it is no frame.
        assert counted["garbage on the line"] >= 2 * TIMES
        assert counted["frame of an unknown device"] == TIMES
        assert not watched.events("radio-lost")
    told = [line for line in service.logged() if "told once" in str(line["event"])]
    about = [line.get("what") or line["message"].partition(" AddrMode")[0] for line in told]
    assert sorted(about) == ["Unknown device", "garbage on the line"]


async def test_bad_answers_are_counted_and_logged_once_and_stop_nothing() -> None:
    async with (
        home(behaviour=Behaviour(accept_after_s=None)) as h,
        h.running() as service,
        service.link() as (link, watched),
    ):
        await h.pendant.press()
        alarm = await h.centre.alarm("button")
        await watched.event("alarm-delivered")
        mine, other = alarm["alarm_id"], "no-0000-000001-1"
        for number in range(TIMES):
            for payload in (
                b'\xff\x00{"alarm_id": ',
                _answer(number, mine, more="x" * 70_000),
                _answer(number, other),
                _answer(number, f"{GATEWAY_ID}-999999"),
                _answer(number, mine, revision=77),
                _answer(number, mine),
                b"[]",
            ):
                h.centre.receiver.say(GATEWAY_ID, payload)
        due = {
            "refused-not-json": TIMES,
            "refused-too-large": TIMES,
            "refused-other-gateway": TIMES,
            "refused-wrong-shape": TIMES,
            "unknown-alarm": TIMES,
            "unknown-revision": TIMES,
            "nothing-new": TIMES,
        }
        status = await service.status_when(
            lambda s: due.items() <= s["receivers"]["centre"]["counts"].items()
        )
        assert status["receivers"]["centre"]["connected"]

        await h.door.open()
        await h.centre.alarm("night-door")
        await watched.event("alarm-delivered", 2)
        stored = {a["alarm_id"]: a for a in (await link.ask("alarms"))["alarms"]}
        assert stored[mine]["accepted_by"] is None
    logged = [
        line["reason"]
        for line in service.logged()
        if line["event"] in ("answer-refused", "answer ignored")
    ]
    told = {reason.removeprefix("refused-") for reason in due} - {"nothing-new"}
    assert sorted(logged) == sorted(told)


def _answer(number: int, alarm_id: str, *, revision: int | None = None, more: str = "") -> bytes:
    """Well-formed, all of them; `received` again is what a receiver says to a repeat."""
    data: dict[str, Any] = {"alarm_id": alarm_id, "answer": "received", "by": "other-centre"}
    if revision is not None:
        data["revision"] = revision
    event = {
        "specversion": "1.0",
        "id": f"{number}/{alarm_id}/{revision}",
        "source": "/other-centre",
        "type": "heimvakt.acknowledgement.v1",
        "data": data,
        "more": more,
    }
    return json.dumps(event).encode()
