"""Kill the daemon of a home with a dispenser and a button, around doses and presses of the button.

Three lives go with each dose: one that is killed as it is offered, one as it is taken or left, one
as its window ends. In each the button may be pressed too, and in some the dispenser's power goes.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from heimvakt.core.doses import doses
from heimvakt.core.events import DoseMissed, DoseTaken, LoggedEvent
from heimvakt.core.records import Records, is_known, taken
from heimvakt.demo.link import Link, ServiceGone
from heimvakt.demo.scene import GATEWAY_ID
from heimvakt.rules.missed_dose import State as Doses
from heimvakt_drivers.serial.dispenser.schedule import to_minute
from heimvakt_drivers.virtual.dispenser import VirtualDispenser

from .beside import beside
from .dispenser import KEY, OSLO, moment, plan
from .dispenser_book import books_agree, given_once
from .home import Home
from .kept import Kept, kept, replay
from .kills import kept_or_nothing, settled, told_events
from .lives import journal
from .promises import (
    Death,
    centre_and_store_agree,
    centre_has_every_report,
    journal_explains_all,
    no_alarm_has_two_ids,
    nothing_told_is_lost,
)
from .service import Service
from .watched import Watched

WAIT_S = 300.0
"""The machine may be busy; a dispenser that never answers is a failure all the same."""
LOOK_S = 0.02
START_S_MAX = 1.6
"""A kill while it starts comes at any time up to this."""
AFTER_S_MAX = 0.4
"""A kill comes within this of what it is to hit: a commit takes some milliseconds, a poll 0.2 s."""
FILL_EVERY = 14
"""Doses; it has 28 sections."""
MINUTE = timedelta(minutes=1)
PLAN = plan(("09:00", "60"))
FIRST = moment("02 09:00")

MEDICINE = """reports = "telemetry"

[store]
event_days = 366

[drivers.dispenser]
port = "{folder}/medicine"
baudrate = 115200
key = "file:{folder}/dispenser-key"

[devices.medicine]
role = "dispenser"
driver = "dispenser"
address = 1
doses = [{{ at = "09:00", window = "60m" }}]
"""


class At(Enum):
    """What a life is killed around, and its time from the dose on: begin, and end."""

    OFFER = (-MINUTE, timedelta(seconds=6))
    HAND = (timedelta(seconds=6), timedelta(seconds=6))
    END = (10 * MINUTE, 61 * MINUTE)


@dataclass(slots=True)
class DoseKills:
    """One home, many lives."""

    home: Home
    device: VirtualDispenser
    chance: random.Random
    deaths: list[Death] = field(default_factory=list)
    phases: Counter[str] = field(default_factory=Counter)
    now: datetime = FIRST - MINUTE

    async def one(self, number: int) -> None:
        """One life and its end."""
        day, which = divmod(number, len(At))
        around = list(At)[which]
        due = doses(PLAN, OSLO, FIRST, FIRST + timedelta(days=day + 2))
        dose = [each.at for each in due][day]
        if around is At.OFFER and day and day % FILL_EVERY == 0:
            self.device.refill()
        began = self.deaths[-1].on_disk.last_seq if self.deaths else 0
        death = Death(on_disk=kept_or_nothing(self.home), told=[], began_seq=began)
        self.now = dose + around.value[0]
        async with self.home.start(driven_from=self.now) as service:
            if number and self.chance.random() < 0.2:
                self.phases["while it started"] += 1
                await asyncio.sleep(self.chance.uniform(0.0, START_S_MAX))
                await service.kill()
            else:
                self.phases[f"around the {around.name.lower()}"] += 1
                async with self._living(service) as (link, watched):
                    self.now = dose + around.value[1]
                    await self._die(service, link, around, dose)
                    await watched.ended.wait()
                death.told = watched.lines
        death.on_disk = kept_or_nothing(self.home)
        self.deaths.append(death)

    @asynccontextmanager
    async def _living(self, service: Service) -> AsyncIterator[tuple[Link, Watched]]:
        """It hears its button and its dispenser, which has the time and the plan of this life."""
        before = self.device.requests
        await service.ready()
        await service.hears()
        await service.hears("dispenser")
        await self.home.join(service)
        memory = self.device.machine.memory
        await until(lambda: memory.plan and self.device.requests > before)
        async with service.link() as (link, watched):
            yield link, watched

    async def _die(self, service: Service, link: Link, around: At, dose: datetime) -> None:
        async with beside(_drive(link, self.now)):
            if around is At.HAND:
                await until(lambda: self._is_over(dose) or self.device.offered() is not None)
            elif self.chance.random() < 0.3:
                self.phases["without power to the dispenser"] += 1
                await asyncio.sleep(self.chance.uniform(0.0, AFTER_S_MAX))
                self.device.restart()
            if around is not At.OFFER and self.chance.random() < 0.6 and self.device.take():
                self.phases["a hand takes it"] += 1
            if self.chance.random() < 0.5:
                self.phases["the button is pressed"] += 1
                await self.home.pendant.press()
            await asyncio.sleep(self.chance.uniform(0.0, AFTER_S_MAX))
            await service.kill()

    def _is_over(self, dose: datetime) -> bool:
        known = self.device.machine.memory.doses.get(to_minute(dose))
        return known is not None and known.settled

    async def live_on_until_settled(self) -> None:
        """A last life, on the next day, in which everything comes right; then it is killed too."""
        self.now += timedelta(hours=12)
        async with self.home.start(driven_from=self.now) as service:
            async with self._living(service) as (link, watched):
                memory = self.device.machine.memory
                await until(lambda: not memory.records)
                await self.home.pendant.press()
                await watched.event("button-pressed", within_s=WAIT_S)
                self.now += 10 * MINUTE
                await link.advance(self.now)
                await service.status_when(settled, WAIT_S)
                await service.kill()
                await watched.ended.wait()
            if self.deaths:
                self.deaths[-1].told += watched.lines

    def check(self) -> str:
        """Everything that was promised; figures for people."""
        final = kept(self.home.database)
        nothing_told_is_lost(self.deaths, final)
        no_alarm_has_two_ids(final)
        centre = self.home.centre
        centre_and_store_agree(centre.alarms, final)
        centre_has_every_report(
            centre.numbers[GATEWAY_ID], told_events(centre.received), final.journal
        )
        configuration = self.home.command.configuration
        journal_explains_all(self.deaths, final, configuration, self.now)
        return self._doses_are_true(final)

    def _doses_are_true(self, final: Kept) -> str:
        told = _taken_once(self.home)
        given_once(self.device)
        books_agree(self.device, told)
        planned = [each.at for each in doses(PLAN, OSLO, FIRST, self.now)]
        ended = [e for e in told if isinstance(e, DoseTaken | DoseMissed)]
        assert [e.dose for e in ended] == planned, "each ends once, in its turn"
        by_hand = {given.dose for given in self.device.given}
        took = {e.dose for e in ended if isinstance(e, DoseTaken)}
        assert {to_minute(dose) for dose in took} == by_hand
        missed = {dose.isoformat() for dose in planned if dose not in took}
        alarms = Counter(
            m[0]["thresholds"]["dose"]
            for m in self.home.centre.alarms.values()
            if m[0]["kind"] == "missed-dose"
        )
        assert alarms == Counter(missed), "the centre is told of each that was missed, once"
        doubts = [a for a in final.alarms.values() if a["kind"] == "dispenser-lost"]
        assert all(a["state"] == "reset" for a in doubts), "nobody knows is not said for ever"
        last = list(replay(final.journal, self.home.command.configuration))[-1]
        ledger = last.state.rules["missed-dose"]
        assert isinstance(ledger, Doses)
        entries = ledger.dispensers["medicine"].ledger.entries
        assert not [at for at, entry in entries.items() if entry.fate.is_open]
        kinds = Counter(messages[0]["kind"] for messages in self.home.centre.alarms.values())
        return (
            f"{len(self.deaths)} kills: {dict(self.phases)}; {len(planned)} doses, {len(took)} "
            f"taken, {len(missed)} missed, {len(doubts)} not known for a while; "
            f"{len(final.journal)} events; alarms at the centre: {dict(kinds)}"
        )


@asynccontextmanager
async def medicine(home: Home) -> AsyncIterator[VirtualDispenser]:
    """A dispenser in this home, filled and on."""
    key = home.folder / "dispenser-key"
    key.touch(0o600)
    key.write_text(KEY.hex())
    home.write(more=MEDICINE.format(folder=home.folder))
    device = VirtualDispenser(key=KEY)
    device.refill()
    device.start()
    async with device.serve(home.folder / "medicine"):
        yield device


async def until(true: Callable[[], object]) -> None:
    """Return when it is so; no event tells what a dispenser knows."""
    async with asyncio.timeout(WAIT_S):
        while not true():  # noqa: ASYNC110 - see above
            await asyncio.sleep(LOOK_S)


async def _drive(link: Link, to: datetime) -> None:
    with suppress(ServiceGone):  # killed while it was at it
        await link.advance(to)


def _taken_once(home: Home) -> list[LoggedEvent]:
    """What the dispenser told, as the engine took it."""
    told: list[LoggedEvent] = []
    records: Records = {}
    for event in journal(home.command.state):
        if isinstance(event, LoggedEvent) and not is_known(records, event):
            records = taken(records, event)
            told.append(event)
    return told
