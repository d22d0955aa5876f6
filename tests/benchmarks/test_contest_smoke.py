"""The contest yields figures, and it sees a loss where there is one."""

from __future__ import annotations

import asyncio
import io
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.contest.bridge import QuickBridge
from benchmarks.contest.ours import Heimvakt
from benchmarks.contest.plan import Plan
from benchmarks.contest.run import Contest
from benchmarks.contest.table import show
from tests.support.broker import needs_mosquitto

KILLED = Plan(kills=1, kill_events=20, kill_per_s=40.0, runs=0)
ALL_ELSE = Plan(kills=0, hole_s=0.5, records=(20,), rest_s=0.0, down_s=1.0, more_s=0.0)
MEMORY = Path("/dev/shm")


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory where there is such a place: a daemon starts with a dozen flushes, and a disk that
    is busy with what other tests have written can keep each of them for seconds."""
    there = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="heimvakt-contest-", dir=there) as made:
        yield Path(made)


@needs_mosquitto
@pytest.mark.slow
async def test_what_a_bridge_keeps_in_memory_is_lost_and_what_was_committed_is_not(
    folder: Path,
) -> None:
    killed = Contest([Heimvakt, QuickBridge], KILLED, folder / "killed", lambda _: None)
    # With the bridge, which starts in no time: what the daemon does in these, others test.
    all_else = Contest([QuickBridge], ALL_ELSE, folder / "else", lambda _: None)
    await asyncio.gather(killed.run(), all_else.run())  # they wait more than they work

    ours, bridge = (killed.figures[each.name] for each in (Heimvakt, QuickBridge))
    assert ours.failed == ""
    assert bridge.failed == ""
    (kept,), (forgotten,) = (asdict(each)["trials"]["kill"] for each in (ours, bridge))
    assert kept["lost"] == 0 < kept["taken"]
    assert forgotten["lost"] == forgotten["taken"] > 0

    quiet = asdict(all_else.figures[QuickBridge.name])
    assert quiet["failed"] == ""
    assert set(quiet["trials"]) == {"backlog 20", "black hole", "reconnect"}
    backlog, hole = quiet["trials"]["backlog 20"][0], quiet["trials"]["black hole"][0]
    assert (backlog["taken"], backlog["lost"]) == (20, 0)
    assert 0 < backlog["alarm_s"] < 60
    assert (hole["taken"], hole["lost"]) == (5, 0)
    assert 0 < quiet["trials"]["reconnect"][0]["first_s"] < 60

    machine = dict.fromkeys(("processor", "cores", "kernel", "python", "file_system", "at"), "")
    results = {
        "machine": {**machine, "load_before": 0.0, "load_after": 0.0},
        "mosquitto": "",
        "thingsboard": "",
        "plan": json.loads(json.dumps(asdict(ALL_ELSE))),
        "contest": {"Heimvakt": asdict(ours), "bridge": quiet},
    }
    printed = io.StringIO()
    show(results, Console(file=printed, width=110))
    assert "black hole of 0.5 s: lost" in printed.getvalue()
