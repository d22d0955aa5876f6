"""The whole demo: set up, play, settle, count, and say whether every alarm got through."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from heimvakt_drivers.virtual.zigbee import Face

from .broker import NoBroker
from .daemon import DaemonFailed
from .link import ServiceGone
from .play import journalled, play
from .scene import Scene
from .screens import Screen
from .stage import NotStaged, Tally, staged

SETTLE_S_MAX = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How the demo is to be played."""

    speed: float
    for_s: float | None
    mosquitto: Path | None
    keep: Path | None
    driven: bool
    radio: Face


async def show(scene: Scene, wishes: Wishes, screen: Screen) -> bool:
    """Whether every alarm was delivered and accepted, and no change was lost on the way."""
    if wishes.keep is not None:
        wishes.keep.mkdir(parents=True, exist_ok=True)
        return await _show_in(wishes.keep, scene, wishes, screen)
    with tempfile.TemporaryDirectory(prefix="heimvakt-demo-") as folder:
        return await _show_in(Path(folder), scene, wishes, screen)


async def _show_in(folder: Path, scene: Scene, wishes: Wishes, screen: Screen) -> bool:
    screen.stage(f"{scene.title}\nsetting up: broker, radio, daemon, {len(scene.things)} devices")
    fast = wishes.speed == 0 or wishes.speed > 1_000
    tally: Tally | None = None
    settled = False
    failed: Sequence[BaseException] = ()
    try:
        async with staged(
            scene,
            folder,
            tell=lambda _, line: screen.committed(line),
            driven=wishes.driven,
            mosquitto=wishes.mosquitto,
            accept_after_s=0.0 if fast else 1.0,
            radio=wishes.radio,
        ) as stage:
            tally = stage.tally
            screen.stage("all devices have joined")
            await play(
                stage,
                speed=wishes.speed,
                for_s=wishes.for_s,
                show_time=screen.time,
                before=screen.life,
            )
            settled = await stage.settle(SETTLE_S_MAX)
    except* (NoBroker, DaemonFailed, ServiceGone, NotStaged) as group:
        failed = group.exceptions
    screen.close()
    for error in failed:
        screen.stage(f"the demo cannot go on: {error}")
    return not failed and tally is not None and _sum_up(folder, tally, settled, screen)


def _sum_up(folder: Path, tally: Tally, settled: bool, screen: Screen) -> bool:
    held = journalled(folder, tally.seqs)
    kinds = Counter(alarm["kind"] for alarm in tally.alarms.values())
    listed = ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "none"
    screen.stage(f"\nevents in {tally.changes_in}, journalled {held}")
    screen.stage(f"alarms: {listed}")
    for lost in tally.frames_lost[:10]:
        screen.stage(f"  lost: {lost}")
    for alarm in tally.unsettled[:10]:
        screen.stage(f"  not delivered and accepted: {alarm['alarm_id']} {alarm['kind']}")
    whole = held == tally.changes_in and not tally.frames_lost
    good = settled and whole
    if good:
        screen.stage("every alarm was delivered and accepted")
    else:
        screen.stage("NOT every alarm or event got through")
    return good
