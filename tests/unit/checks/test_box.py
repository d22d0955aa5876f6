"""What the machine says of itself is read as the kernel writes it; the whole of the box with one
thing out of order names that and nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from heimvakt.checks import disk as disk_module
from heimvakt.checks.board import board_checks, read_memory, read_temperature, read_throttled
from heimvakt.checks.clock import Clocks, clock_checks
from heimvakt.checks.disk import Room, disk_checks, read_wear
from heimvakt.checks.running import Nobody, run_checks
from heimvakt.core.checks import Check, Outcome, Result
from heimvakt.core.events import ClockQuality
from heimvakt.core.power import Power

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SLOW = ("store/flush",)
"""May be a warning on a busy machine."""


class Machine:
    """Files as a kernel shows them, of a board that is well; a test changes one."""

    def __init__(self, folder: Path) -> None:
        self.sys, self.proc, self.state = folder / "sys", folder / "proc", folder / "state"
        self.state.mkdir(parents=True)
        self.write("class/thermal/thermal_zone0/temp", "41200")
        self.write("devices/platform/soc/soc:firmware/get_throttled", "0")
        self.write("devices/system/clocksource/clocksource0/current_clocksource", "arch_sys")
        device = self.state.stat().st_dev
        self.block = f"dev/block/{os.major(device)}:{os.minor(device)}"
        self.write(f"{self.block}/device/life_time", "0x01 0x02")
        self.write(f"{self.block}/device/pre_eol_info", "0x01")
        self.proc.mkdir()
        (self.proc / "meminfo").write_text("MemTotal: 1000000 kB\nMemAvailable: 500000 kB\n")
        self.power = Power(on_mains=True, battery_percent=98.0)
        self.quality = ClockQuality.SYNCHRONISED
        self.rtc: datetime | None = NOW
        self.drift_ppm = -12.0
        self.room = Room(wanted_bytes=0, full=False)

    def write(self, name: str, text: str) -> None:
        file = self.sys / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n")

    def checks(self) -> list[Check]:
        async def room() -> Room:
            return self.room

        clocks = Clocks(
            now=lambda: NOW,
            quality=lambda: self.quality,
            error_s=lambda: 0.02,
            drift_ppm=lambda: self.drift_ppm,
            rtc=lambda: self.rtc,
        )
        return [
            *board_checks(lambda: self.power, sys=self.sys, proc=self.proc),
            *clock_checks(clocks, sys=self.sys),
            *disk_checks(self.state, room, sys=self.sys),
        ]

    async def examine(self) -> dict[str, Result]:
        found = await run_checks(
            self.checks(), hand=Nobody(), allowed=frozenset(), begins=_nothing, ends=_nothing
        )
        return {one.check_id: one for one in found}


async def _nothing(_: object) -> None: ...


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def named(results: dict[str, Result]) -> dict[str, Outcome]:
    return {
        i: one.outcome
        for i, one in results.items()
        if one.outcome is Outcome.FAIL or (one.outcome is Outcome.WARN and i not in SLOW)
    }


async def test_a_box_that_is_well_passes_all_of_it(machine: Machine) -> None:
    results = await machine.examine()
    assert named(results) == {}
    assert not [i for i, one in results.items() if one.outcome is Outcome.SKIPPED]
    assert results["box/temperature"].measured == 41.2
    assert results["store/wear"].measured == 10.0
    assert list(machine.state.iterdir()) == [], "nothing is left behind"


def _full(machine: Machine, patch: pytest.MonkeyPatch) -> None:
    here = os.statvfs(machine.state)
    values = (here.f_bsize, here.f_frsize, here.f_blocks, 0, 0, *tuple(here)[5:10])
    patch.setattr("heimvakt.checks.disk.os.statvfs", lambda _: os.statvfs_result(values))


def _set(**changes: object) -> Callable[[Machine, pytest.MonkeyPatch], None]:
    def change(machine: Machine, _: pytest.MonkeyPatch) -> None:
        for name, value in changes.items():
            setattr(machine, name, value)

    return change


def _says(name: str, text: str) -> Callable[[Machine, pytest.MonkeyPatch], None]:
    return lambda machine, _: machine.write(name.format(block=machine.block), text)


def _is_read_only(machine: Machine, patch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise OSError(30, "Read-only file system")

    patch.setattr(disk_module, "TemporaryFile", refuse)


@pytest.mark.parametrize(
    ("fault", "check_id", "outcome"),
    [
        (_full, "store/free", Outcome.FAIL),
        (_is_read_only, "store/writable", Outcome.FAIL),
        (_says("{block}/device/life_time", "0x0b 0x01"), "store/wear", Outcome.WARN),
        (_says("{block}/device/pre_eol_info", "0x03"), "store/wear", Outcome.FAIL),
        (_set(quality=ClockQuality.UNKNOWN), "clock/source", Outcome.FAIL),
        (_set(quality=ClockQuality.HOLDOVER), "clock/source", Outcome.WARN),
        (_set(rtc=NOW - timedelta(days=400)), "clock/rtc", Outcome.FAIL),
        (_set(drift_ppm=300.0), "clock/drift", Outcome.WARN),
        (_set(power=Power(on_mains=False, battery_percent=98.0)), "box/mains", Outcome.FAIL),
        (_set(power=Power(on_mains=True, battery_percent=12.0)), "box/battery", Outcome.FAIL),
        (_says("class/thermal/thermal_zone0/temp", "84000"), "box/temperature", Outcome.FAIL),
        (
            _says("devices/platform/soc/soc:firmware/get_throttled", "50005"),
            "box/throttling",
            Outcome.FAIL,
        ),
    ],
)
async def test_one_thing_out_of_order_is_named_alone(
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[Machine, pytest.MonkeyPatch], None],
    check_id: str,
    outcome: Outcome,
) -> None:
    fault(machine, monkeypatch)
    assert named(await machine.examine()) == {check_id: outcome}


async def test_a_board_that_tells_nothing_is_skipped_with_the_reason(tmp_path: Path) -> None:
    sys = proc = tmp_path / "empty"
    assert read_temperature(sys) is None
    assert read_throttled(sys) is None
    assert read_memory(proc) is None
    assert read_wear(tmp_path, sys).percent is None
    checks = board_checks(Power, sys=sys, proc=proc)
    found = await run_checks(
        list(checks), hand=Nobody(), allowed=frozenset(), begins=_nothing, ends=_nothing
    )
    assert {one.outcome for one in found} == {Outcome.SKIPPED}
    assert all(one.text.nb and one.text.en for one in found)


def test_a_voltage_is_read_from_its_own_watch_where_the_firmware_says_nothing(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "class/hwmon/hwmon0"
    folder.mkdir(parents=True)
    (folder / "name").write_text("rpi_volt\n")
    (folder / "in0_lcrit_alarm").write_text("1\n")
    assert read_throttled(tmp_path) == 1


def test_the_part_of_a_disk_is_as_worn_as_the_disk(tmp_path: Path) -> None:
    disk = tmp_path / "devices/mmcblk0"
    (disk / "device").mkdir(parents=True)
    (disk / "device/life_time").write_text("0x09 0x00\n")
    (disk / "mmcblk0p2").mkdir()
    number = tmp_path.stat().st_dev
    link = tmp_path / "dev/block" / f"{os.major(number)}:{os.minor(number)}"
    link.parent.mkdir(parents=True)
    link.symlink_to(disk / "mmcblk0p2")
    assert read_wear(tmp_path, tmp_path).percent == 80.0
