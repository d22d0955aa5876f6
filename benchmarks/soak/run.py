"""The whole week: home, daemon, broker, receiver, life, faults and looks, and what came of it."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any

from heimvakt.demo.receiver import Behaviour
from heimvakt.demo.records import Numbers
from heimvakt.demo.scene import GATEWAY_ID
from tests.support.beside import beside
from tests.support.home import Home, home
from tests.support.kept import kept
from tests.support.kills import settled, told_events
from tests.support.promises import (
    centre_and_store_agree,
    centre_has_every_report,
    no_alarm_has_two_ids,
    nothing_told_is_lost,
)
from tests.support.proxy import Proxy, proxy
from tests.support.small_disk import Disk

from .clock import Pace
from .disk import mounted
from .faults import Faults, rules
from .life import FIRST, MORE, SPARE_BUTTON, Act, generated, things
from .lives import Lives
from .play import Player, held
from .samples import Book, Sample, looked

FILE = "soak.jsonl"
SAID_MAX = 2_000
SETTLE_S_MAX = 180.0
OPERATOR_S = 0.5
"""Real time until an alarm is accepted, and again until it is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much."""

    days: float = 7.0
    speed: float = 60.0
    seed: int = 15
    """Which life, and which faults."""
    sample_s: float = 10.0
    """Real time between two looks."""
    event_days: int = 2
    """So long raw events are kept: the file is to come to its size within the week."""
    with_faults: bool = True


async def soak(plan: Plan, folder: Path) -> dict[str, Any]:
    """Live through it; what is told while it runs is in `folder`."""
    book = Book(folder / FILE)
    book.note("plan", **{name: getattr(plan, name) for name in plan.__slots__})
    behaviour = Behaviour(accept_after_s=OPERATOR_S, close_after_s=OPERATOR_S, keep_events=True)
    with mounted(folder) as disk:
        async with (
            home(things=things(), rules=rules(), behaviour=behaviour) as h,
            proxy(h.broker.port) as line,
        ):
            pace = _prepared(h, line, plan, folder, disk)
            acts = await generated(
                h.command.configuration,
                ceil(plan.days),
                plan.seed,
                folder / "life.jsonl",
            )
            book.note("begun", acts=len(acts), devices=len(h.devices), disk=disk.kind)
            week = _Week(h, line, pace, disk, book, plan, folder)
            return await week.live(acts)


class _Week:
    def __init__(
        self, h: Home, line: Proxy, pace: Pace, disk: Disk, book: Book, plan: Plan, folder: Path
    ) -> None:
        self._home, self._pace, self._book, self._plan = h, pace, book, plan
        self._lives = Lives(h)
        self._player = Player(h.devices, pace)
        self._faults = Faults(
            home=h,
            lives=self._lives,
            line=line,
            pace=pace,
            disk=disk,
            book=book,
            folder=folder,
            chance=random.Random(plan.seed),
            kills_until_h=plan.days * 24 * 0.7,
        )
        self._began_s = asyncio.get_running_loop().time()

    async def live(self, acts: list[Act]) -> dict[str, Any]:
        plan, pace, lives = self._plan, self._pace, self._lives
        for device in self._home.devices.values():
            device.retries = 0  # what is not sent is counted, not sent later
        end = acts[0].at + timedelta(days=plan.days)
        async with beside(lives.live()):
            await self._joined()
            pace.go(plan.speed)
            self._began_s = asyncio.get_running_loop().time()
            faults = asyncio.create_task(self._faults.come()) if plan.with_faults else None
            looks = asyncio.create_task(self._look())
            await self._player.play(act for act in acts if act.at < end)
            if faults is not None:
                await self._over(faults)
            await self._settle()
            looks.cancel()
            took_s = asyncio.get_running_loop().time() - self._began_s
            self._pace.go(1.0)
            lives.read()
            assert lives.service is not None
            await lives.kill(3600.0)
            async with asyncio.timeout(60):
                while len(lives.deaths) < lives.number:  # noqa: ASYNC110 - a thread reads it
                    await asyncio.sleep(0.1)
        return self._found(took_s)

    async def _joined(self) -> None:
        async with asyncio.timeout(90):
            while self._lives.service is None:  # noqa: ASYNC110 - it has just been started
                await asyncio.sleep(0.05)
        await asyncio.wait_for(self._lives.up.wait(), 90)
        await self._home.join(self._lives.service)

    async def _over(self, faults: asyncio.Task[None]) -> None:
        """The one that is on is let come to its end."""
        while self._faults.now and not faults.done():  # noqa: ASYNC110 - it says when
            await asyncio.sleep(0.1)
        faults.cancel()
        await asyncio.wait({faults})
        if not faults.cancelled():
            faults.result()

    async def _look(self) -> None:
        while True:
            try:
                self._lives.read()
                await self._sample()
            except OSError:
                pass  # it is just being killed, or not started again yet
            await asyncio.sleep(self._plan.sample_s)

    async def _sample(self) -> None:
        service, lives, pace = self._lives.service, self._lives, self._pace
        if service is None or not lives.up.is_set():
            return
        now_s = asyncio.get_running_loop().time()
        seen = looked(service.pid, self._home.command.state)
        status: dict[str, Any] = {}
        try:
            async with asyncio.timeout(5):
                status = await service.ask("status")
        except Exception:  # noqa: BLE001 - it may be killed at any moment
            status = {}
        waiting = status.get("outbox", {})
        self._book.sample(
            Sample(
                **seen,
                log_bytes=service.log.stat().st_size,
                home_h=round(pace.gone() / 3600, 3),
                real_s=round(now_s - self._began_s, 1),
                life=lives.number,
                age_s=round(now_s - lives.ready_at_s, 1),
                tasks=pace.tasks,
                seq=status.get("journal_seq"),
                alarms_waiting=waiting.get("alarms"),
                reports_waiting=waiting.get("reports"),
                trouble=self._faults.now,
            )
        )

    async def _settle(self) -> None:
        """Everything is told, and every alarm is accepted or over."""
        service = self._lives.service
        assert service is not None
        receiver = self._home.centre.receiver
        await service.status_when(
            lambda s: not (s["outbox"]["alarms"] or s["outbox"]["reports"]), SETTLE_S_MAX
        )
        # What a person said while the broker died may be lost; she says it again.
        for alarm_id in self._home.centre.alarms:
            receiver.answer(GATEWAY_ID, alarm_id, "accepted", by="operator-1")
        await service.status_when(settled, SETTLE_S_MAX)

    def _found(self, took_s: float) -> dict[str, Any]:
        """The witness: what was sent, what was committed, what the centre has."""
        lives, home_ = self._lives, self._home
        last = kept(home_.database)
        final = replace(last, journal=dict(sorted(lives.journal.items())))
        numbers = home_.centre.numbers.get(GATEWAY_ID, Numbers())
        told = told_events(home_.centre.received)
        frames = held(
            self._player.frames,
            final.journal,
            self._faults.deaf,
            self._plan.speed,
            frozenset({SPARE_BUTTON}),
        )
        wrong = [
            *lives.fell,
            *self._faults.failed,
            *(f"event {seq} changed" for seq in lives.changed),
        ]
        wrong += _broken(
            partial(nothing_told_is_lost, lives.deaths, final),
            partial(no_alarm_has_two_ids, final),
            partial(centre_and_store_agree, home_.centre.alarms, final),
            partial(centre_has_every_report, numbers, told, final.journal),
        )
        evidence = {
            "frames": [(f.device_id, f.kind, f.gone) for f in self._player.frames],
            "deaf": self._faults.deaf,
            "journal": final.journal,
            "alarms": last.alarms,
            "numbers": sorted(numbers),
        }
        (self._faults.folder / "evidence.json").write_text(json.dumps(evidence))
        repeats = sum(r.duplicate and r.kind == "alarm" for r in home_.centre.received)
        result: dict[str, Any] = {
            "took_s": round(took_s, 1),
            "home_h": round(self._pace.gone() / 3600, 2),
            "lives": lives.number,
            "faults": dict(self._faults.counts),
            "backups": self._faults.backups,
            "frames": frames.sent,
            "frames_journalled": frames.journalled,
            "frames_nobody_took": frames.in_trouble,
            "frames_unsent": dict(self._player.unsent),
            "states_told_again": frames.told_again,
            "frames_lost": [f"{f.device_id} {f.kind} at {f.gone:.0f} s" for f in frames.lost],
            "frames_doubled": frames.doubled,
            "behind_s": round(self._player.behind_s, 2),
            "events": len(final.journal),
            "events_still_kept": len(last.journal),
            "alarms": dict(Counter(alarm["kind"] for alarm in last.alarms.values())),
            "alarms_at_centre": len(home_.centre.alarms),
            "alarm_repeats_under_id": repeats,
            "reports_at_centre": numbers.count,
            "report_repeats_under_number": numbers.repeats,
            "centre_dropped": home_.centre.receiver.dropped,
            "wrong": wrong,
        }
        self._book.note("result", **result)
        return result


def _prepared(h: Home, line: Proxy, plan: Plan, folder: Path, disk: Disk) -> Pace:
    """The file of the home, the clock, and where the state is."""
    h.write(more=MORE.replace("{event_days}", str(plan.event_days)))
    file = h.command.configuration
    file.write_text(file.read_text().replace(f'"{h.broker.url}"', f'"{line.url}"'))
    begin = datetime.combine(FIRST, time(), h.scene.zone)
    pace = Pace(folder / "pace", begin - timedelta(seconds=1))
    h.command = replace(
        h.command,
        entry=("benchmarks.soak.clock", str(folder / "pace")),
        state=disk.place / "state",
    )
    return pace


def _broken(*promises: Callable[[], None]) -> Iterator[str]:
    """What is said of each that does not hold."""
    for promise in promises:
        try:
            promise()
        except AssertionError as error:
            yield str(error)[:SAID_MAX]
