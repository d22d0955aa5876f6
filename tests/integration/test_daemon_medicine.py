"""The real daemon with a dispenser at its wire: what becomes of each dose is known, once, by those
who live there and by the centre; also of what happens while the wire is cut."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from heimvakt.demo.link import Link
from heimvakt.rules.missed_dose import NOT_KNOWN
from heimvakt_drivers.serial.dispenser.schedule import to_minute
from tests.support.broker import needs_mosquitto
from tests.support.dispenser import moment
from tests.support.dispenser_book import given_once
from tests.support.medicine_home import (
    GRACE,
    WAIT_S,
    WINDOW,
    MedicineHome,
    medicine_home,
)
from tests.support.service import Service
from tests.support.watched import Watched

DOSES = [moment(f"{day:02} 09:00") for day in range(2, 7)]
MINUTE = timedelta(minutes=1)


async def offered(home: MedicineHome, link: Link, watched: Watched, dose: datetime) -> None:
    """It is time for a dose, and the dispenser holds it out."""
    count = len(watched.events("dose-offered"))
    await link.advance(dose + MINUTE)
    await home.until(lambda: home.device.offered() == to_minute(dose))
    told = await watched.event("dose-offered", count + 1, WAIT_S)
    assert dose_of(told) == dose


async def shown(service: Service, sign: str) -> None:
    """Those who live there are shown this."""
    await service.status_when(lambda status: status["sign"] == sign, WAIT_S)


async def contact(service: Service, *, there: bool) -> None:
    """The dispenser answers, or does no more, as far as the gateway knows. Of events there may be
    more on a busy machine, where it answers too late."""
    await service.status_when(
        lambda status: status["dispensers"]["medicine"]["contact"] is there, WAIT_S
    )


def dose_of(told: dict[str, Any]) -> datetime:
    """Which dose an event is about."""
    return datetime.fromisoformat(told["dose"])


def doubts(watched: Watched) -> list[str]:
    """The states of the alarms that say that nobody knows of a dose."""
    return [a["state"] for a in watched.alarms().values() if a["key"].endswith(NOT_KNOWN)]


@needs_mosquitto
@pytest.mark.timeout(300)
async def test_doses_are_offered_reminded_of_taken_missed_and_settled_after_an_outage() -> None:
    taken, missed, unseen, early, last = DOSES
    async with medicine_home() as home:
        device, there = home.device, home.centre
        async with home.running(taken - MINUTE) as service, service.link() as (link, watched):
            # Taken, after a reminder at half of its time.
            await offered(home, link, watched, taken)
            await shown(service, "connected")
            await link.advance(taken + WINDOW / 2)
            await shown(service, "reminder")
            assert device.take()
            await watched.event("dose-taken", 1, WAIT_S)
            await shown(service, "connected")

            # Missed: locked away, and the centre knows.
            await offered(home, link, watched, missed)
            await link.advance(missed + WINDOW + MINUTE)
            await watched.event("dose-missed", 1, WAIT_S)
            alarm = await there.alarm("missed-dose", within_s=WAIT_S)
            assert alarm["thresholds"]["dose"] == missed.isoformat()
            assert not device.take(), "it is locked away"

            # The wire is cut, and the dose taken meanwhile: nobody knows until it is whole.
            await offered(home, link, watched, unseen)
            device.faults.cut_after = 0
            await contact(service, there=False)
            assert device.take()
            await link.advance(unseen + WINDOW + GRACE + MINUTE)
            await there.alarm("dispenser-lost", 2, WAIT_S)
            await watched.until(lambda: doubts(watched) == ["accepted"], WAIT_S)
            assert there.kinds().count("missed-dose") == 1, "nobody knows that it was not taken"
            assert len(watched.events("dose-taken")) == 1
            device.faults.mend()
            await watched.event("dose-taken", 2, WAIT_S)
            await watched.until(lambda: "reset" in doubts(watched), WAIT_S)

            # Early, by an order; given once, also when its own time comes.
            now = early - timedelta(hours=3)
            await link.advance(now)
            await contact(service, there=True)
            answer = await home.orders.told(token := home.release(early, now))
            assert answer["result"] == "accepted", answer
            assert (await home.orders.answer(2))[1]["result"] == "done"
            assert device.take()
            told = await watched.event("dose-taken", 3, WAIT_S)
            assert (told["how"], dose_of(told)) == ("early", early)
            assert (await home.orders.told(token))["code"] == "used-before"
            await link.advance(early + WINDOW + GRACE + MINUTE)
            await offered(home, link, watched, last)
            assert device.take()
            await watched.event("dose-taken", 4, WAIT_S)
            status = await service.status_when(lambda s: s["outbox"]["reports"] == 0, WAIT_S)
            said = status["dispensers"]["medicine"]
            assert (said["today"], said["fates"], said["contact"]) == (1, {"taken": 1}, True)
            balance = {what: count for what, count in said["balance"].items() if count}
            assert balance == {"planned": 5, "in_time": 3, "early": 1, "missed": 1}

        given_once(device)
        assert [given.dose for given in device.given] == [
            to_minute(dose) for dose in (taken, unseen, early, last)
        ]
        assert [dose_of(event) for event in watched.events("dose-missed")] == [missed]
        assert there.kinds().count("missed-dose") == 1
