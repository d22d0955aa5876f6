"""Replay equals live, bit for bit, whatever happens to the gateway meanwhile (see `support.weeks`).

HEIMVAKT_WEEKS says how many weeks are lived (2 without it), HEIMVAKT_SEED which is the first.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from heimvakt.app import catalogue
from heimvakt.cli.export import command as export
from heimvakt.config.loader import load
from heimvakt.core.alarms import Alarm
from heimvakt.core.devices import Home
from heimvakt.replay.again import Again
from heimvakt.replay.source import open_source
from tests.support.weeks import FILE, TROUBLES, Week

WEEKS = int(os.environ.get("HEIMVAKT_WEEKS", "2"))
SEED = int(os.environ.get("HEIMVAKT_SEED", "1"))
MEMORY = Path("/dev/shm")
"""Where there is one; what a flush is worth is the matter of other tests."""

pytestmark = pytest.mark.fault


@pytest.fixture(scope="module")
def home() -> Home:
    configuration = load(FILE, catalogue()).configuration
    assert configuration is not None
    return configuration.to_home()


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="weeks-", dir=MEMORY if MEMORY.is_dir() else None) as made:
        yield Path(made)


def gives_the_same_with_nobody_in_it(directory: Path, folder: Path) -> None:
    """The journal given away with neutral names, at other times."""
    case = folder / "case.jsonl"
    export(redacted=True, config=FILE, state=directory, out=case)
    before, after = anew(FILE, directory), anew(case.with_suffix(".toml"), case)
    assert len({b.raised_at - a.raised_at for a, b in zip(before, after, strict=True)}) == 1
    assert [(a.kind, a.priority) for a in before] == [(a.kind, a.priority) for a in after]


def anew(config: Path, source: Path) -> list[Alarm]:
    """What comes of it, but for what the number of the gateway chooses the time of."""
    configuration = load(config, catalogue()).configuration
    assert configuration is not None
    again = Again(configuration.to_home())
    for _ in again.anew(open_source(source).events(again.home)):
        pass
    return [a for a in again.alarms.values() if a.kind not in ("test", "test-failed", "mains")]


@pytest.mark.timeout(120 + 60 * WEEKS)
async def test_what_was_live_comes_again_to_the_letter(home: Home, folder: Path) -> None:
    total, kinds = Counter[str](), Counter[str]()
    for seed in range(SEED, SEED + WEEKS):
        week = Week(seed, folder / f"{seed}", home)
        await week.live()
        source = open_source(week.directory)
        again = Again(home)
        for _ in again.as_it_was(source.events(home)):
            pass
        assert source.unread == 0
        stored = {i: alarm for i, alarm in (source.alarms() or {}).items() if alarm.was_raised}
        assert again.alarms.keys() == stored.keys(), f"seed {seed}"
        for alarm_id, alarm in stored.items():
            assert again.alarms[alarm_id] == alarm, f"seed {seed}"
        # A start leaves numbers of alarms out. What is known of a clock that was set just before it
        # may count them or not, which no alarm can tell.
        assert replace(again.state, clock=None) == replace(week.state, clock=None), f"seed {seed}"
        if seed == SEED:
            gives_the_same_with_nobody_in_it(week.directory, folder)
        total += week.happened
        total["journalled"] += again.events
        kinds += Counter(alarm.kind for alarm in stored.values())
    assert total.keys() >= TROUBLES.keys()
    assert kinds["night-wandering"] + kinds["device-silent"] + kinds["button"]
    print(f"weeks {WEEKS} from seed {SEED}: {dict(total)}; {kinds.total()} alarms: {dict(kinds)}")
