"""The units mean to systemd what they are meant to mean, by systemd's own tools."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.units import SYSTEMD, UNITS, directives

EXPOSURE_MAX = {
    "heimvakt.service": 13,
    "heimvakt-backup.service": 2,
    "heimvakt-clock.service": 5,
    "heimvakt-page.service": 10,
    "heimvakt-selftest.service": 2,
    "heimvakt-update.service": 15,
}
"""In tenths, as `--threshold` takes it, by systemd 252. What is left open: docs/system.md."""
AS_ROOT = {"heimvakt-again.service"}
"""It starts services and restarts the box, and takes no octet from anybody."""

needs_analyze = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


@needs_analyze
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    # The programs are not installed where the tests run; what is wrong beside that is found.
    for unit in UNITS:
        lines = [
            "ExecStart=/bin/true" if line.startswith("ExecStart=") else line
            for line in unit.read_text().splitlines()
        ]
        (tmp_path / unit.name).write_text("\n".join(lines) + "\n")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(tmp_path / unit.name for unit in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )
    complaints = [line for line in done.stderr.splitlines() if "heimvakt" in line]
    assert (done.returncode, complaints) == (0, [])


@needs_analyze
@pytest.mark.parametrize("name", EXPOSURE_MAX)
def test_a_unit_is_hardened(name: str) -> None:
    done = subprocess.run(
        [
            *("systemd-analyze", "security", "--offline=true", "--no-pager"),
            *(f"--threshold={EXPOSURE_MAX[name]}", SYSTEMD / name),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-300:]


def test_every_service_is_measured_or_has_to_be_root() -> None:
    ours = {unit.name for unit in UNITS if unit.name.startswith("heimvakt")}
    services = {name for name in ours if name.endswith(".service")}
    assert services - AS_ROOT == {*EXPOSURE_MAX}


def test_the_gateway_may_not_set_the_clock_and_what_may_ask_speaks_with_nobody() -> None:
    gateway, clock = directives("heimvakt.service"), directives("heimvakt-clock.service")
    assert gateway["ProtectClock"] == ["yes"]
    assert not [line for line in gateway["SystemCallFilter"] if "adjtime" in line]
    assert clock["SystemCallFilter"][-1] == "adjtimex clock_adjtime clock_adjtime64"
    assert clock["PrivateNetwork"] == ["yes"]
    assert clock["CapabilityBoundingSet"] == [""]


def test_boots_can_be_told_apart_inside_the_sandbox() -> None:
    # ProcSubset=pid would be a tenth less, and would hide /proc/sys/kernel/random/boot_id.
    assert "ProcSubset" not in directives("heimvakt.service")


def test_a_service_that_cannot_start_is_never_left_at_that() -> None:
    gateway = directives("heimvakt.service")
    assert gateway["Restart"] == ["always"]
    assert gateway["OnFailure"] == ["heimvakt-again.service"]
    assert gateway["RestartPreventExitStatus"] == ["78"]


@pytest.mark.parametrize(
    ("status", "up_s", "done"),
    [
        ("78", 9_999, []),
        ("1", 9_999, ["--no-block reboot"]),
        ("1", 60, ["reset-failed heimvakt.service", "--no-block start heimvakt.service"]),
        ("", 60, ["reset-failed heimvakt.service", "--no-block start heimvakt.service"]),
    ],
)
def test_what_is_done_when_starting_has_failed_again_and_again(
    status: str, up_s: int, done: list[str], tmp_path: Path
) -> None:
    # By a systemctl that notes what it is told, and a limit that stands for how long the box is up.
    told = tmp_path / "told"
    (tmp_path / "systemctl").write_text(f'#!/bin/sh\necho "$*" >>{told}\n')
    (tmp_path / "systemctl").chmod(0o755)
    up = float(Path("/proc/uptime").read_text().split()[0])
    limit = 0 if up_s >= 3600 else int(up) + 3600
    environment = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "MONITOR_EXIT_STATUS": status,
        "HEIMVAKT_REBOOT_AFTER_S": str(limit),
        "HEIMVAKT_AGAIN_AFTER_S": "0",
    }
    subprocess.run([SYSTEMD / "again"], env=environment, check=True, capture_output=True)
    assert (told.read_text().splitlines() if told.exists() else []) == done


def test_timers_name_a_service_that_is_there_and_a_time_that_is_one() -> None:
    timers = [unit for unit in UNITS if unit.suffix == ".timer"]
    assert len(timers) == 2
    for timer in timers:
        assert timer.with_suffix(".service").exists()
        (when,) = directives(timer.name)["OnCalendar"]
        if shutil.which("systemd-analyze"):
            subprocess.run(["systemd-analyze", "calendar", when], check=True, capture_output=True)


@pytest.mark.skipif(
    shutil.which("systemd-sysusers") is None, reason="systemd-sysusers is not installed"
)
def test_the_user_and_its_groups_come_into_being(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/group").write_text("dialout:x:20:\n")
    done = subprocess.run(
        ["systemd-sysusers", f"--root={tmp_path}", SYSTEMD / "sysusers.d/heimvakt.conf"],
        capture_output=True,
        text=True,
        check=False,
    )
    if "Operation not permitted" in done.stderr:
        pytest.skip("only root can make users, even in a folder of its own")
    assert done.returncode == 0, done.stderr
    groups = (tmp_path / "etc/group").read_text().splitlines()
    assert "dialout:x:20:heimvakt" in groups
    assert any(line.startswith("gpio:") and line.endswith(":heimvakt") for line in groups)
    (user,) = [
        line
        for line in (tmp_path / "etc/passwd").read_text().splitlines()
        if line.startswith("heimvakt:")
    ]
    assert user.endswith(":/var/lib/heimvakt:/usr/sbin/nologin")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give folders to another user")
@pytest.mark.skipif(
    shutil.which("systemd-tmpfiles") is None, reason="systemd-tmpfiles is not installed"
)
def test_the_folders_come_into_being_for_those_who_may_read_them(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text(
        "root:x:0:0::/root:/bin/sh\nheimvakt:x:990:991::/:/bin/sh\n"
    )
    (tmp_path / "etc/group").write_text("root:x:0:\nheimvakt:x:991:\n")
    configuration = tmp_path / "usr/lib/tmpfiles.d/heimvakt.conf"
    configuration.parent.mkdir(parents=True)
    shutil.copy(SYSTEMD / "tmpfiles.d/heimvakt.conf", configuration)
    subprocess.run(["systemd-tmpfiles", "--create", f"--root={tmp_path}"], check=True)
    made = {
        str(folder.relative_to(tmp_path)): (
            folder.stat().st_mode & 0o7777,
            folder.stat().st_uid,
            folder.stat().st_gid,
        )
        for top in (
            "etc/heimvakt",
            "var/lib/heimvakt",
            "var/lib/heimvakt-update",
            "var/backups/heimvakt",
        )
        for folder in (tmp_path / top, *(tmp_path / top).iterdir())
    }
    assert made == {
        "etc/heimvakt": (0o750, 0, 991),
        "etc/heimvakt/credentials": (0o700, 0, 0),
        "etc/heimvakt/sealed": (0o700, 0, 0),
        "var/lib/heimvakt": (0o700, 990, 991),
        "var/lib/heimvakt/update": (0o700, 990, 991),
        "var/lib/heimvakt-update": (0o755, 0, 0),
        "var/backups/heimvakt": (0o700, 990, 991),
    }
