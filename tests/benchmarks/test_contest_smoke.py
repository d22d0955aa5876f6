"""The contest yields figures, and it sees a loss where there is one."""

from __future__ import annotations

import asyncio
import io
import json
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
ALL_ELSE = Plan(kills=0, hole_s=1.0, records=(20,), rest_s=0.0, down_s=1.0, more_s=0.0)


@needs_mosquitto
@pytest.mark.slow
async def test_what_a_bridge_keeps_in_memory_is_lost_and_what_was_committed_is_not(
    tmp_path: Path,
) -> None:
    killed = Contest([Heimvakt, QuickBridge], KILLED, tmp_path / "killed", lambda _: None)
    all_else = Contest([Heimvakt], ALL_ELSE, tmp_path / "else", lambda _: None)
    await asyncio.gather(killed.run(), all_else.run())
    ours, bridge = (asdict(killed.figures[each.name]) for each in (Heimvakt, QuickBridge))

    assert ours["failed"] == bridge["failed"] == ""
    assert ours["trials"]["kill"][0]["taken"] > 0
    assert ours["trials"]["kill"][0]["lost"] == 0
    assert bridge["trials"]["kill"][0]["lost"] == bridge["trials"]["kill"][0]["taken"] > 0

    quiet = asdict(all_else.figures[Heimvakt.name])
    assert quiet["failed"] == ""
    assert set(quiet["trials"]) == {"backlog 20", "black hole", "reconnect"}
    backlog, hole = quiet["trials"]["backlog 20"][0], quiet["trials"]["black hole"][0]
    assert (backlog["taken"], backlog["lost"]) == (20, 0)
    assert 0 < backlog["alarm_s"] < 60
    assert (hole["taken"], hole["lost"]) == (10, 0)
    assert 0 < quiet["trials"]["reconnect"][0]["first_s"] < 60

    machine = dict.fromkeys(("processor", "cores", "kernel", "python", "file_system", "at"), "")
    results = {
        "machine": {**machine, "load_before": 0.0, "load_after": 0.0},
        "mosquitto": "",
        "thingsboard": "",
        "plan": json.loads(json.dumps(asdict(ALL_ELSE))),
        "contest": {"Heimvakt": quiet, "bridge": bridge},
    }
    printed = io.StringIO()
    show(results, Console(file=printed, width=110))
    assert "black hole of 1 s: lost" in printed.getvalue()
