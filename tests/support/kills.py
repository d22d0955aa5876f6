"""Kill the daemon of a restless home at random moments, and hold it to what it had told."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from heimvakt.demo.link import Link, ServiceGone

from .beside import beside
from .home import Home
from .kept import Kept, kept
from .promises import (
    Death,
    centre_and_store_agree,
    journal_explains_all,
    late_deadlines,
    no_alarm_has_two_ids,
    nothing_told_is_lost,
)
from .restless import Restless
from .service import Service
from .watched import Watched

ACTS_MAX = 12
"""In one life."""
DELAYS_S = (0.0, 0.004, 0.010, 0.030, 0.150)
"""Upper ends of the pause between the last act and the kill: commit, publication and answer each
take some milliseconds here."""
START_S_MAX = 1.6
"""A kill while it starts comes at any time up to this; ready takes about a second."""
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


@dataclass(slots=True)
class Kills:
    """One home, many lives."""

    home: Home
    chance: random.Random
    deaths: list[Death] = field(default_factory=list)
    phases: Counter[str] = field(default_factory=Counter)
    began: float = field(default_factory=time.monotonic)
    final: Kept | None = None
    life: Restless = field(init=False)

    def __post_init__(self) -> None:
        self.life = Restless(self.home, self.chance)

    async def one(self) -> None:
        """One life and its end."""
        began_seq = self.deaths[-1].on_disk.last_seq if self.deaths else 0
        death = Death(on_disk=kept_or_nothing(self.home), told=[], began_seq=began_seq)
        async with self.home.start(driven_from=self.life.now) as service:
            if self.deaths and self.chance.random() < 0.25:
                await self._die_starting(service)
            else:
                await self._die_living(service, death)
        death.on_disk = kept_or_nothing(self.home)
        self.deaths.append(death)
        if self.chance.random() < 0.4:  # the home's time goes on without it
            self.life.now += timedelta(minutes=self.chance.choice((1, 10, 45)))

    async def _die_starting(self, service: Service) -> None:
        try:
            async with asyncio.timeout(self.chance.uniform(0.0, START_S_MAX)):
                await service.process.wait()
        except TimeoutError:
            pass
        await service.kill()
        self.phases["while starting" if not service.notices.of("READY") else "just ready"] += 1

    async def _die_living(self, service: Service, death: Death) -> None:
        await service.ready()
        async with service.link() as (link, watched):
            status = await link.ask("status")
            death.timers = {n: datetime.fromisoformat(d) for n, d in status["timers"].items()}
            death.timers_seq = status["journal_seq"]
            await service.hears()
            await self.home.join(service)
            before = self.life.told
            for _ in range(self.chance.randrange(1, ACTS_MAX)):
                await link.advance(self.life.later())
                await self.life.act()
                await asyncio.sleep(self.chance.uniform(0.0, 0.02))
            await self._last_act(service, link)
            had = frozenset(self.home.centre.alarms)
            await service.kill()
            await watched.ended.wait()
        death.told = watched.lines
        self._note_phases(death, watched, had, self.life.told - before)

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

    def _note_phases(self, death: Death, watched: Watched, had: frozenset[str], acts: int) -> None:
        disk = kept_or_nothing(self.home)
        heard = [e for s, e in disk.journal.items() if s > death.began_seq]
        events = sum(e.get("device_id") is not None and e["kind"] not in NOT_ACTS for e in heard)
        told = max((line["event"]["seq"] for line in watched.lines), default=0)
        hit = {
            "a frame on the line, not committed": events < acts,
            "committed, not told to the watcher": told < disk.last_seq,
            "alarm committed, not at the centre": bool(disk.waiting - had),
            "alarm at the centre, answer not committed": bool(disk.waiting & had),
            "alarm delivered, not accepted": any(
                a["delivered_at"] and not a["accepted_by"] and a["state"] == "delivered"
                for a in disk.alarms.values()
            ),
            "pre-alarm waiting": any(a["state"] == "pending" for a in disk.alarms.values()),
            "deadlines armed": any(row.startswith("timer:") for row in disk.rows),
        }
        self.phases.update(phase for phase, is_hit in hit.items() if is_hit)
        if not any(is_hit for phase, is_hit in hit.items() if phase != "deadlines armed"):
            self.phases["nothing under way"] += 1

    async def live_on_until_settled(self) -> None:
        """A last life, without a kill, in which everything has to come right."""
        self.life.now += timedelta(minutes=5)
        async with self.home.running(driven_from=self.life.now) as service:
            self.life.now += timedelta(minutes=5)
            async with service.link() as (link, watched):
                await link.advance(self.life.now)
                await service.status_when(
                    lambda s: s["receivers"]["centre"]["waiting"] == 0 and s["not_accepted"] == 0,
                    SETTLE_S_MAX,
                )
            self.deaths[-1].told += watched.lines
        self.final = kept(self.home.database)

    def check(self) -> None:
        """Everything that was promised."""
        assert self.final is not None
        nothing_told_is_lost(self.deaths, self.final)
        no_alarm_has_two_ids(self.final)
        centre_and_store_agree(self.home.centre.alarms, self.final)
        journal_explains_all(
            self.deaths, self.final, self.home.command.configuration, self.life.now
        )

    def report(self) -> str:
        """Figures for people."""
        assert self.final is not None
        late = late_deadlines(self.final)
        repeats = sum(r.duplicate and r.kind == "alarm" for r in self.home.centre.received)
        lines = [
            f"{len(self.deaths)} kills in {time.monotonic() - self.began:.0f} s",
            f"{len(self.final.journal)} events, {len(self.final.alarms)} alarms, "
            f"{len(self.home.centre.alarms)} at the centre, {repeats} repeats under their id",
            f"{len(self.final.of_kind('timer-fired'))} deadlines came, {late} of them late: "
            "they were due while the daemon was down",
            *(f"  {count:4} {phase}" for phase, count in self.phases.most_common()),
        ]
        return "\n".join(lines)


def kept_or_nothing(home: Home) -> Kept:
    """What is on disk, also before there was ever a database."""
    if home.database.exists():
        return kept(home.database)
    return Kept(journal={}, alarms={}, rows={}, waiting=frozenset())


async def _advance(link: Link, to: datetime) -> None:
    try:
        await link.advance(to)
    except ServiceGone:
        return  # killed while it was at it
