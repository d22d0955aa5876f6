"""The benchmarks yield figures. How good these are is nobody's business here: machines differ."""

from __future__ import annotations

import io
import json
import tempfile
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import drivers
from benchmarks.backlog import worst
from benchmarks.figures import percentile, spread
from benchmarks.plan import Plan
from benchmarks.report import show
from benchmarks.run import PARTS, run

TINY = Plan(
    events=20,
    block=10,
    quiet_s=0.3,
    rounds=1,
    starts=1,
    burst=40,
    commits=20,
    with_peers=False,
    records=(200,),
    presses=2,
    away_s=0.5,
    rtt_ms=10.0,
    down_s=0.5,
    idle_s=0.5,
    week=200,
    lives=1,
    days=2,
)


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(n) for n in range(1, 101)]
    assert [percentile(values, p) for p in (50, 90, 99, 100)] == [50, 90, 99, 100]
    assert percentile([7.0], 99) == 7
    assert spread([]) is None


@pytest.mark.slow
async def test_every_part_yields_figures() -> None:
    # A short folder: the path of a socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="hv-") as folder:
        results = await run(PARTS, TINY, Path(folder), lambda _: None)

    start = results["start"]["heimvakt"]
    assert 0 < start["rules_armed_s"] <= start["ready_s"]
    paced = results["paced"]["heimvakt"]
    assert paced["latency"]["count"] + paced["lost"] == TINY.events
    assert 0 < paced["latency"]["median"] <= paced["latency"]["p99"]
    assert paced["memory"]["rss"] > 0
    assert paced["cpu_ms_per_press"] > 0
    burst = results["burst"]["heimvakt"]
    assert (burst["frames"], burst["presses"]) == (40, 20)
    zigbee = results["zigbee"]["hosts"]
    assert set(zigbee) == {"heimvakt", "raw reader"}
    for host in zigbee.values():
        assert host["paced"]["latency"]["count"] + host["paced"]["lost"] == TINY.events
        assert host["paced"]["cpu_ms_per_frame"] > 0
        assert host["bursts"][0]["frames"] == TINY.burst
        assert host["starts"][0]["ready_s"] > 0
    assert results["floors"]["flush_4_kib"]["count"] == TINY.events
    assert set(results["store"]["events_per_s"]) == {"1", "10", "64"}
    backlog = results["backlog"]["200"]
    assert (backlog["alarms_lost"], backlog["records_lost"]) == (0, 0)
    assert backlog["alarms_waiting"] >= 1
    assert backlog["subscriber_idle"]["count"] == TINY.presses
    assert 0 < results["alarm_seconds_after_broker_return"] < backlog["drained_s"] + 60
    assert results["reconnect"]["connected_s"] > 0
    assert results["reconnect"]["alarm_s"] > 0
    assert results["wear"]["week"]["disk_bytes"] > 0

    assert json.loads(json.dumps(results))["plan"]["events"] == TINY.events
    printed = io.StringIO()
    show(results, Console(file=printed, width=110))
    for said in (
        "press to subscriber",
        "waiting alarms",
        "was away for 0.5 s",
        "a day of nothing",
        "raw reader",
    ):
        assert said in printed.getvalue()


@pytest.mark.slow
async def test_what_drivers_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drivers, "QUIET_S", TINY.quiet_s)
    cost = (await drivers.measure(1, 0.0, ("everything",)))["everything"]
    assert set(cost.drivers) == {"zigbee", "gpio", "osdp", "modbus", "dispenser"}
    assert 0 < cost.ready_s < cost.armed_s
    assert cost.memory.rss > 0
    assert "libosdp" in cost.libraries


def test_an_alarm_that_was_lost_is_no_time() -> None:
    there = {"alarm_seconds_after_broker_return": 0.5}
    assert worst({"10": there, "20": there}) == 0.5
    assert worst({"10": there, "20": {"alarm_seconds_after_broker_return": None}}) is None
