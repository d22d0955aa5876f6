"""A home handed over by an installer, beside the real daemon, its radio and a centre: broken off by
a power cut, gone on with, and signed for by what was seen."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from heimvakt.commissioning.record import Record, Step, digest_of
from heimvakt.core.checks import Outcome
from heimvakt.core.codec import decode
from heimvakt_drivers.virtual.zigbee import MotionSensor
from tests.support.command import heimvakt
from tests.support.conversation import Conversation, conversation
from tests.support.home import DOOR, PENDANT, home

pytestmark = pytest.mark.slow

KITCHEN = "00:12:4b:00:de:00:01:01"
POWER = 0x0001
PLANNED = """
[devices.kitchen-motion]
role = "motion"
driver = "zigbee"
room = "kitchen"

[devices.cellar-door]
role = "door"
driver = "zigbee"
room = "cellar"
"""
ENTER, LEAVE, WHY = "then the network opens", "leave it out", "why:"
BROKEN = "the sensor lies in the van"


async def test_a_home_is_handed_over_up_to_the_accepted_alarm_and_the_sheet() -> None:
    async with home(things=(DOOR, PENDANT), rules="") as h:
        file = h.command.configuration
        file.write_text(file.read_text() + PLANNED)
        async with h.running() as service, service.link() as (_, watched):
            there = ("--socket", service.command.control)
            async with conversation("commission", *there) as first:
                await first.until("your number, not your name")
                other = await heimvakt("commission", "--by", "installer-13", *there)
                assert other.code == 1
                assert "somebody else hands this home over" in other.err
                first.answer("Kari Nordmann")
                await first.until("small letters, digits and hyphens")
                first.answer("installer-12")
                await first.until("kitchen-motion (motion, kitchen): take it in your hand")
                await first.until(ENTER)
                first.answer()
                sensor = h.radio.add(MotionSensor(KITCHEN, retries=3))
                await h.radio.wait_permit_join()
                await sensor.join()
                await sensor.wait_bound(POWER)
                await sensor.motion()
                await first.until("paired, " + KITCHEN)
                await first.until("cellar-door")
                await first.until(LEAVE)
                first.answer("s")
                await first.until(WHY)
                first.answer("ok")
                await first.until("say it in 4 to 200 letters")
                await first.until(WHY)
                first.answer(BROKEN)
                await first.until("1/2  front-door")
                await h.door.open()
                await first.until("2/2  kitchen-motion")
                first.process.send_signal(signal.SIGINT)  # Ctrl-C: he waits no longer
                await first.until("not heard")
                await first.until(LEAVE)
                await first.kill()

            async with conversation("commission", *there) as second:
                await second.until("goes on with what installer-12 began")
                await second.until("2 of 6")
                await second.until(f"done before the break: {BROKEN}")
                await second.until("front-door")
                await second.until("done before the break: heard; centre answered")
                await second.until("2/2  kitchen-motion")
                await sensor.clear()
                await sensor.motion()
                await _whatever_the_machine_is_like(second)
                await second.until("test alarm answered in")
                await second.until("1/1  pendant")
                await h.pendant.press()
                await second.until("accepted by centre: operator-1")
                assert await second.ended() == 1, "something was left out"

            folder = h.command.state / "reports" / "commissioning"
            assert not (folder / "unfinished.json").exists()
            (stored,), (page,), (paper,) = (
                list(folder.glob(f"*.{suffix}")) for suffix in ("json", "html", "pdf")
            )
            record: Record = decode(Record, json.loads(stored.read_text()))
            assert [(one.step, one.what) for one in record.remains if one.step is Step.PAIR] == [
                (Step.PAIR, "cellar-door")
            ]
            walked = {one.what: one.outcome for one in record.of(Step.WALK)}
            assert walked == {"front-door": Outcome.PASS, "kitchen-motion": Outcome.PASS}
            answered = {one.outcome for one in record.of(Step.TEST_ALARM)}
            assert answered <= {Outcome.PASS, Outcome.WARN}, "slow, on a busy machine"
            assert answered
            assert [one.outcome for one in record.of(Step.BUTTON)] == [Outcome.PASS]
            assert BROKEN in page.read_text()

            pressed = [first for first, *_ in h.centre.alarms.values() if first["kind"] == "button"]
            assert pressed, "it went the whole way"
            assert all(alarm["test"] for alarm in pressed), "and nobody was sent"
            told = await watched.event("commissioned")
            assert (told["by"], told["configuration"]) == ("installer-12", record.configuration)
            assert "pair: cellar-door" in told["remains"]
            for kind, sheet in (("record", stored), ("page", page), ("paper", paper)):
                assert told[kind] == digest_of(sheet.read_bytes())
            mode = (await service.ask("mode"))["mode"]
            assert mode == "home", "also after a power cut in the middle of the walk"

            said = await heimvakt("commission", "--verify", paper, *there)
            assert (said.code, said.out.startswith("unchanged")) == (0, True), said
            _change_a_word(page)
            changed = await heimvakt("commission", "--verify", page, "--json", *there)
            assert (changed.code, json.loads(changed.out)["unchanged"]) == (1, False)


async def _whatever_the_machine_is_like(hand_over: Conversation) -> None:
    """How full and slow the machine of the tests is, and whether its clock is kept, says nothing of
    the code: what of it has failed is left for a reason."""
    await hand_over.until("4 of 6")
    while await hand_over.until(LEAVE, "5 of 6") == LEAVE:
        hand_over.answer("s")
        await hand_over.until(WHY)
        hand_over.answer("the machine of the tests")


def _change_a_word(page: Path) -> None:
    page.write_text(page.read_text().replace("front-door", "back-door", 1))
