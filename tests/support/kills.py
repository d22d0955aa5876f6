"""Kill the daemon of a restless home at random moments, and hold it to what it had told.

Between the daemon and its broker is a line that is cut and mended, so that some lives only fill,
and in others what was kept goes out in the moment of the kill.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from heimvakt.demo.link import Link, ServiceGone
from heimvakt.demo.receiver import Received
from heimvakt.demo.records import Numbers
from heimvakt.demo.scene import GATEWAY_ID

from .beside import beside
from .home import Home
from .kept import Kept, Record, kept
from .promises import (
    Death,
    centre_and_store_agree,
    centre_has_every_report,
    journal_explains_all,
    late_deadlines,
    no_alarm_has_two_ids,
    nothing_told_is_lost,
    reportable,
)
from .proxy import Proxy
from .restless import Restless
from .service import Service

ACTS_MAX = 12
"""In one life; when nobody can be told, so that more is kept, thrice as many."""
DELAYS_S = (0.0, 0.004, 0.010, 0.030, 0.150)
"""Upper ends of the pause between the last act and the kill: commit, publication and answer each
take some milliseconds here."""
START_S_MAX = 1.6
"""A kill while it starts comes at any time up to this; ready takes about a second."""
NARROW_BYTES_PER_S = 40e3
"""So that what was kept takes longer to go out than a kill to come."""
BACK_S_MAX = 6.0
SETTLE_S_MAX = 60.0
NOT_ACTS = frozenset(
    {
        "battery-measured",
        "device-back",
        "device-seen",
        "device-silent",
        "link-measured",
        "tamper-closed",
    }
)


class Weather(Enum):
    """The line to the broker in one life."""

    FAIR = "fair"
    AWAY = "away"
    """Cut for the whole of it."""
    BACK = "back"
    """Mended just before its end."""


@dataclass(slots=True)
class Tally:
    """Figures for people, of one home or of several."""

    kills: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    phases: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.kills + other.kills, self.counts + other.counts, self.phases + other.phases
        )

    def __str__(self) -> str:
        counted = ", ".join(f"{count} {what}" for what, count in self.counts.items())
        phases = (f"  {count:4} {phase}" for phase, count in self.phases.most_common())
        return "\n".join([f"{self.kills} kills: {counted}", *phases])


@dataclass(slots=True)
class Kills:
    """One home, many lives."""

    home: Home
    line: Proxy
    """Between the daemon and the broker."""
    chance: random.Random
    deaths: list[Death] = field(default_factory=list)
    phases: Counter[str] = field(default_factory=Counter)
    final: Kept | None = None
    life: Restless = field(init=False)

    def __post_init__(self) -> None:
        self.life = Restless(self.home, self.chance)

    @property
    def numbers(self) -> Numbers:
        """The events that the centre has."""
        return self.home.centre.numbers.get(GATEWAY_ID, Numbers())

    async def one(self) -> None:
        """One life and its end."""
        began_seq = self.deaths[-1].on_disk.last_seq if self.deaths else 0
        death = Death(on_disk=NOTHING, told=[], began_seq=began_seq)
        weather = self.chance.choices(list(Weather), (5, 2, 3))[0]
        self._set(weather)
        async with self.home.start(driven_from=self.life.now) as service:
            if self.deaths and self.chance.random() < 0.25:
                await self._die_starting(service, weather)
                death.on_disk = kept_or_nothing(self.home)
            else:
                await self._die_living(service, death, weather)
        self.deaths.append(death)
        if self.chance.random() < 0.4:  # the home's time goes on without it
            self.life.now += timedelta(minutes=self.chance.choice((1, 10, 45)))

    def _set(self, weather: Weather) -> None:
        self.line.mend()
        self.line.bytes_per_s = None if weather is Weather.FAIR else NARROW_BYTES_PER_S
        if weather is not Weather.FAIR:
            self.line.cut()

    async def _die_starting(self, service: Service, weather: Weather) -> None:
        if weather is Weather.BACK:
            self.line.mend()  # what was kept goes out as soon as there is a connection
        try:
            async with asyncio.timeout(self.chance.uniform(0.0, START_S_MAX)):
                await service.process.wait()
        except TimeoutError:
            pass
        await service.kill()
        self.phases["while starting" if not service.notices.of("READY") else "just ready"] += 1

    async def _die_living(self, service: Service, death: Death, weather: Weather) -> None:
        await service.ready()
        async with service.link() as (link, watched):
            status = await link.ask("status")
            death.timers = {n: datetime.fromisoformat(d) for n, d in status["timers"].items()}
            death.timers_seq = status["journal_seq"]
            await service.hears()
            await self.home.join(service)
            before = self.life.told
            acts_max = ACTS_MAX if weather is Weather.FAIR else 3 * ACTS_MAX
            for _ in range(self.chance.randrange(1, acts_max)):
                await link.advance(self.life.later())
                await self.life.act()
                await asyncio.sleep(self.chance.uniform(0.0, 0.02))
            got = len(self.home.centre.received)
            if weather is Weather.BACK:
                await self._mend_and_wait()
            await self._last_act(service, link)
            had = frozenset(self.home.centre.alarms)
            await service.kill()
            await watched.ended.wait()
        death.told = watched.lines
        death.on_disk = kept_or_nothing(self.home)
        drained = any(map(_carries, self.home.centre.received[got:]))
        self._note_phases(death, had, self.life.told - before, weather, drained=drained)

    async def _mend_and_wait(self) -> None:
        """Until the first of what was kept is there."""
        centre, got = self.home.centre, len(self.home.centre.received)
        self.line.mend()
        with suppress(TimeoutError):  # it may have had nothing to tell
            await centre.until(lambda: any(map(_carries, centre.received[got:])), BACK_S_MAX)

    async def _last_act(self, service: Service, link: Link) -> None:
        """The kill comes in the middle of what follows from this."""
        delay_s = self.chance.uniform(0.0, self.chance.choice(DELAYS_S))
        if self.chance.random() < 0.3:
            async with beside(_advance(link, self.life.later())):
                await asyncio.sleep(delay_s)
                await service.kill()
        else:
            await self.life.act()
            await asyncio.sleep(delay_s)

    def _note_phases(
        self, death: Death, had: frozenset[str], acts: int, weather: Weather, *, drained: bool
    ) -> None:
        disk = death.on_disk
        heard = [e for s, e in disk.journal.items() if s > death.began_seq]
        events = sum(e.get("device_id") is not None and e["kind"] not in NOT_ACTS for e in heard)
        told = max((line["event"]["seq"] for line in death.told), default=0)
        reports = reportable({s: e for s, e in disk.journal.items() if s > disk.answered_to})
        at_centre = {seq for seq in reports if seq in self.numbers}
        hit = {
            "filling: the broker away": weather is Weather.AWAY,
            "draining: some of what was kept at the centre, not all": drained
            and bool(disk.waiting - had or reports - at_centre),
            "acknowledging: reports at the centre, receipt not committed": bool(at_centre),
            "acknowledging: alarm at the centre, answer not committed": bool(disk.waiting & had),
            "a frame on the line, not committed": events < acts,
            "committed, not told to the watcher": told < disk.last_seq,
            "alarm committed, not at the centre": bool(disk.waiting - had),
            "alarm delivered, not accepted": any(
                a["delivered_at"] and not a["accepted_by"] and a["state"] == "delivered"
                for a in disk.alarms.values()
            ),
            "pre-alarm waiting": any(a["state"] == "pending" for a in disk.alarms.values()),
            "deadlines armed": any(row.startswith("timer:") for row in disk.rows),
        }
        self.phases.update(phase for phase, is_hit in hit.items() if is_hit)

    async def live_on_until_settled(self) -> None:
        """A last life in which everything has to come right; then it is killed too, so that
        nothing is said that nobody can hear."""
        self._set(Weather.FAIR)
        self.life.now += timedelta(minutes=5)
        async with self.home.start(driven_from=self.life.now) as service:
            await service.ready()
            await service.hears()
            self.life.now += timedelta(minutes=5)
            async with service.link() as (link, watched):
                await link.advance(self.life.now)
                await service.status_when(settled, SETTLE_S_MAX)
            await service.kill()
            self.deaths[-1].told += watched.lines
        self.final = kept(self.home.database)

    def check(self) -> None:
        """Everything that was promised."""
        assert self.final is not None
        nothing_told_is_lost(self.deaths, self.final)
        no_alarm_has_two_ids(self.final)
        centre_and_store_agree(self.home.centre.alarms, self.final)
        centre_has_every_report(
            self.numbers, told_events(self.home.centre.received), self.final.journal
        )
        journal_explains_all(
            self.deaths, self.final, self.home.command.configuration, self.life.now
        )

    def tally(self) -> Tally:
        """Figures for people."""
        assert self.final is not None
        received = self.home.centre.received
        counts = {
            "events": len(self.final.journal),
            "alarms": len(self.final.alarms),
            "of them at the centre": len(self.home.centre.alarms),
            "of them taken back before anybody was called": sum(
                all(step["state"] != "raised" for step in alarm["history"])
                for alarm in self.final.alarms.values()
            ),
            "repeated under their id": sum(r.duplicate and r.kind == "alarm" for r in received),
            "reports at the centre": self.numbers.count,
            "of them repeated under their number": self.numbers.repeats,
            "deadlines came": len(self.final.of_kind("timer-fired")),
            "of them due while it was down": late_deadlines(self.final),
        }
        return Tally(len(self.deaths), Counter(counts), self.phases)


NOTHING = Kept(journal={}, alarms={}, rows={}, waiting=frozenset())


def kept_or_nothing(home: Home) -> Kept:
    """What is on disk, also before there was ever a database."""
    return kept(home.database) if home.database.exists() else NOTHING


def settled(status: Record) -> bool:
    """Whether nobody waits for anything any more."""
    return not any(
        (status["outbox"]["alarms"], status["outbox"]["reports"], status["not_accepted"])
    )


def told_events(received: Iterable[Received]) -> list[Record]:
    """Every event that came as a report, repeats too."""
    of_reports = (r.message["data"]["events"] for r in received if r.kind == "reports")
    return [event for events in of_reports for event in events]


def _carries(received: Received) -> bool:
    return received.kind in ("alarm", "reports")


async def _advance(link: Link, to: datetime) -> None:
    try:
        await link.advance(to)
    except ServiceGone:
        return  # killed while it was at it
