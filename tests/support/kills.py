"""Kill the daemon of a restless home at random moments, and hold it to what it had told."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from heimvakt.core.ledger import COUNTER

from .beside import beside
from .home import Home
from .kept import Kept, Record, Replayed, kept, replay
from .restless import Restless
from .service import Link, Service, ServiceGone, Watched

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


@dataclass(slots=True, kw_only=True)
class Death:
    """The daemon at the moment of its end."""

    on_disk: Kept
    told: list[dict[str, Any]]
    """What it had told as committed."""
    began_seq: int
    """The last event of the life before."""
    timers: dict[str, datetime] | None = None
    """The deadlines that it said it had when it was ready, if it got so far."""
    timers_seq: int = 0
    """No later than after this event."""


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
            await self.home.join()
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
            "deadlines armed": bool(disk.timers),
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

    # ------------------------------------------------------------------------------- what must hold

    def check(self) -> None:
        """Everything that was promised; an assertion for each."""
        assert self.final is not None
        self._nothing_told_is_lost(self.final)
        self._no_alarm_has_two_ids(self.final)
        self._the_centre_and_the_store_agree(self.final)
        self._the_journal_explains_all(self.final)

    def _nothing_told_is_lost(self, final: Kept) -> None:
        gaps = [
            seq
            for seq, event in final.journal.items()
            # After an end that was not clean numbers may go on higher, never lower.
            if seq - 1 not in final.journal and event["kind"] != "gateway-started"
        ]
        assert not gaps, f"there is no event before these: {gaps}"
        for death in self.deaths:
            for line in death.told:
                assert final.journal[line["event"]["seq"]] == line["event"]
                for alarm in line["alarms"]:
                    assert raising_facts(final.alarms[alarm["alarm_id"]]) == raising_facts(alarm)
            for seq, event in death.on_disk.journal.items():
                assert final.journal[seq] == event
            for alarm_id, alarm in death.on_disk.alarms.items():
                assert raising_facts(final.alarms[alarm_id]) == raising_facts(alarm)

    def _no_alarm_has_two_ids(self, final: Kept) -> None:
        ids = Counter(
            (a["rule_id"], a["key"], a["raised_at"], *(e["seq"] for e in a["evidence"]))
            for a in final.alarms.values()
        )
        assert not [what for what, count in ids.items() if count > 1]

    def _the_centre_and_the_store_agree(self, final: Kept) -> None:
        got = self.home.centre.alarms
        for alarm_id, messages in got.items():
            for message in messages:
                assert facts_told(message) == facts_told(final.alarms[alarm_id]), alarm_id
        for alarm_id, alarm in final.alarms.items():
            if not any(step["state"] == "raised" for step in alarm["history"]):
                assert alarm_id not in got, "a pre-alarm that was taken back is nobody's business"
                continue
            assert alarm_id in got
            assert alarm["delivered_at"] is not None, alarm
            assert alarm["accepted_by"] is not None or not is_open(alarm), alarm
        assert not final.waiting

    def _the_journal_explains_all(self, final: Kept) -> None:
        """The rules' states, deadlines and alarms on disk at each death, and at the end, are what
        the journal gives without any store: no kill came between an event and what it led to."""
        by_seq = {r.event.seq: r for r in replay(final.journal, self.home.command.configuration)}
        for death in (d for d in self.deaths if d.on_disk.journal):
            explained(death.on_disk, by_seq[death.on_disk.last_seq])
            if death.timers is not None:
                seqs = range(death.began_seq + 1, death.timers_seq + 1)
                said = [by_seq[seq].state.timers for seq in seqs if seq in by_seq]
                assert death.timers in said, "a restart moved a deadline, or forgot it"
        last = by_seq[final.last_seq]
        explained(final, last)
        overdue = {n: at for n, at in last.state.timers.items() if at <= self.life.now}
        assert not overdue, "a deadline that has passed was forgotten"
        for fired in final.of_kind("timer-fired"):
            assert fired["at"] >= fired["due"], "a deadline came too early"

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


def explained(disk: Kept, replayed: Replayed) -> None:
    """What is on disk is what the journal leads to."""
    rows, stored = replayed.rows, replayed.initial | disk.rows
    counted, counter = rows.pop(COUNTER, {"n": 0}), stored.pop(COUNTER, {"n": 0})
    # A start reserves numbers before its first event; none is ever given back.
    assert counter["n"] >= counted["n"] or not disk.alarms
    for what, found, due in (
        ("the state", stored, rows),
        ("the alarms", disk.alarms, replayed.alarms),
    ):
        other = [key for key in {*found, *due} if found.get(key) != due.get(key)]
        where = [f"{key}: {found.get(key)} where {due.get(key)} is due" for key in other]
        assert not other, f"{what} after event {disk.last_seq}:\n" + "\n".join(where)


def late_deadlines(final: Kept) -> int:
    """Deadlines that were due while no daemon ran."""
    late, started = 0, ""
    for event in final.journal.values():
        if event["kind"] == "gateway-started":
            started = event["at"]
        late += event["kind"] == "timer-fired" and event["due"] < started
    return late


def raising_facts(alarm: Record) -> Record:
    """What never changes of an alarm."""
    changing = ("state", "history", "delivered_at", "accepted_by", "revision")
    return {key: value for key, value in alarm.items() if key not in changing}


def facts_told(alarm: Record) -> dict[str, Any]:
    """The same of a message and of a stored alarm, as far as messages carry them."""
    evidence = [(e["seq"], e["at"], e["kind"], e.get("device_id")) for e in alarm["evidence"]]
    names = ("number", "kind", "priority", "began_at", "raised_at", "rule_id", "text")
    return {
        "evidence": evidence,
        "device_id": alarm.get("device_id"),
        "thresholds": dict(alarm["thresholds"]),
        **{name: alarm[name] for name in names},
    }


def is_open(alarm: Record) -> bool:
    """Whether a person still has to do something about it."""
    return alarm["state"] in ("pending", "raised", "delivered", "accepted")


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
