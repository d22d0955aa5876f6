"""The package on a clean Debian under the real systemd: armed from it alone, and back each time.

`make package-test` runs these: they take minutes. Figures are printed at the end (`-rP`).
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.armed_box import (
    CENTRE,
    HOME,
    alarm_is_answered,
    configure,
    install,
    new_process,
    until_connected,
)
from tests.support.machine import Machine, as_version, machine

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

DROP_IN = "run/systemd/system/heimvakt.service.d/trial.conf"


@pytest.fixture(scope="module")
def box(tree: Path, deb: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """One that every test leaves armed."""
    with machine(tree, tmp_path_factory.mktemp("box")) as one:
        install(one, deb)
        configure(one)
        yield one


@contextmanager
def changed(one: Machine, *lines: str) -> Iterator[None]:
    """The unit with some lines more, and as it was afterwards."""
    file = one.root.parent / "trial.conf"
    file.write_text("\n".join(lines) + "\n")
    one.said("mkdir", "-p", f"/{Path(DROP_IN).parent}")
    one.said("sh", "-c", f"cat >/{DROP_IN}", typed=file.read_text())
    one.said("systemctl", "daemon-reload")
    try:
        yield
    finally:
        one.said("rm", f"/{DROP_IN}")
        one.said("systemctl", "daemon-reload")


def test_it_is_armed_and_the_centre_answers_a_test_alarm(box: Machine, deb: Path) -> None:
    until_connected(box)
    alarm_is_answered(box)
    assert box.shown("heimvakt", "User") == "heimvakt"
    assert box.said("stat", "-c", "%U:%G %a", "/var/lib/heimvakt") == "heimvakt:heimvakt 700"
    assert box.said("stat", "-c", "%U:%G %a", "/etc/heimvakt") == "root:heimvakt 750"
    for unit in ("heimvakt", "heimvakt-clock", "heimvakt-backup", "heimvakt-selftest"):
        said = box.said("systemd-analyze", "security", "--no-pager", unit).splitlines()[-1]
        print(re.sub(r"[^ -~]", "", said).strip())
    for unit in ("heimvakt", "heimvakt-clock"):
        status = box.said("cat", f"/proc/{box.shown(unit, 'MainPID')}/smaps_rollup")
        of = {key: int(value) for key, value in re.findall(r"(\w+): +(\d+) kB", status)}
        print(f"{unit}: resident {of['Rss'] / 1024:.0f} MiB, of its own {of['Pss'] / 1024:.0f}")
    print(f"package {deb.stat().st_size / 1e6:.1f} MB")
    print("installed", box.said("du", "-sm", "/usr/lib/heimvakt").split()[0], "MiB")


def test_killed_it_is_back(box: Machine) -> None:
    for _ in range(3):
        before = box.shown("heimvakt", "MainPID")
        box.said("kill", "-KILL", before)
        began = time.monotonic()
        new_process(box, before)
        print(f"killed: connected again after {time.monotonic() - began:.1f} s")
    alarm_is_answered(box)


def test_hung_it_is_ended_by_the_watchdog_and_back(box: Machine) -> None:
    with changed(box, "[Service]", "WatchdogSec=4s"):
        box.said("systemctl", "restart", "heimvakt")
        until_connected(box)
        before = box.shown("heimvakt", "MainPID")
        box.said("kill", "-STOP", before)
        began = time.monotonic()
        new_process(box, before)
        print(
            f"hung, with a watchdog of 4 s: connected again after {time.monotonic() - began:.1f} s"
        )
        log = box.said("journalctl", "--no-pager", "--unit=heimvakt")
        assert "Watchdog timeout" in log
    box.said("systemctl", "restart", "heimvakt")
    until_connected(box)


def test_rebooted_it_is_back_without_a_hand_and_numbers_go_on(box: Machine) -> None:
    until_connected(box)
    before = json.loads(box.said("heimvakt", "status", "--json"))["journal_seq"]
    box.reboot()
    box.said(*CENTRE)
    until_connected(box)
    after = json.loads(box.said("heimvakt", "status", "--json"))["journal_seq"]
    assert after > before
    ready = int(box.shown("heimvakt", "ActiveEnterTimestampMonotonic"))
    asked = int(box.shown("heimvakt", "InactiveExitTimestampMonotonic"))
    first = int(box.shown("basic.target", "ActiveEnterTimestampMonotonic"))
    print(f"boot: armed {(ready - asked) / 1e6:.1f} s after its start, {(ready - first) / 1e6:.1f}")
    alarm_is_answered(box)


def test_what_the_sandbox_gives_and_what_it_refuses(box: Machine) -> None:
    unit = (ROOT / "systemd/heimvakt.service").read_text()
    dropped = r"^(Type|NotifyAccess|ExecStart|ExecReload|Restart\w*|Watchdog\w*|OnFailure)=.*\n"
    unit = re.sub(dropped, "", unit, flags=re.M).replace(
        "[Service]\n",
        "[Service]\nType=oneshot\nStandardOutput=truncate:/root/trial.json\n"
        "ExecStart=/usr/lib/heimvakt/bin/python3 -I /usr/lib/heimvakt/trial.py\n",
    )
    (box.root / "etc/systemd/system/trial.service").write_text(unit)
    shutil.copy(HERE / "sandbox_trial.py", box.root / "usr/lib/heimvakt/trial.py")
    # What stands for a serial line and for pins: the group decides who may open it.
    for node, group in (("ttyUSB9", "dialout"), ("gpiochip9", "gpio")):
        make = f"cd /dev; mknod {node} c 1 3; chgrp {group} {node}; chmod 660 {node}"
        box.said("sh", "-c", make)
    box.said("systemctl", "daemon-reload")
    box.said("systemctl", "start", "trial")
    came = json.loads((box.root / "root/trial.json").read_text())
    print(json.dumps(came, indent=1))
    assert {what for what, is_so in came["allowed"].items() if is_so is not True} == set()
    assert {what for what, is_so in came["refused"].items() if is_so is True} == set()
    assert came["user"] == int(box.said("id", "-u", "heimvakt"))


def test_a_wrong_file_is_told_and_tried_once_where_no_good_one_is_known(box: Machine) -> None:
    file = box.root / "etc/heimvakt/home.toml"
    file.write_text(HOME + "[receivers.centre]\n")
    box.said("systemctl", "restart", "heimvakt")  # goes on by the last file that was good
    until_connected(box)
    box.said("systemctl", "stop", "heimvakt")
    (box.root / "var/lib/heimvakt/last-good.toml").unlink()
    assert box.ran("systemctl", "start", "heimvakt").returncode != 0
    told = ("journalctl", "--no-pager", "--unit=heimvakt-again")
    box.until(lambda: "the file of the home is wrong" in box.said(*told))
    assert box.shown("heimvakt", "ActiveState") == "failed"
    assert box.shown("heimvakt", "ExecMainStatus") == "78"
    file.write_text(HOME)
    box.said("systemctl", "restart", "heimvakt")
    until_connected(box)


def test_a_gateway_that_cannot_start_is_started_again_after_systemd_has_given_up(
    box: Machine,
) -> None:
    again = box.root / "etc/systemd/system/heimvakt-again.service.d"
    again.mkdir(parents=True, exist_ok=True)
    limits = "HEIMVAKT_AGAIN_AFTER_S=2 HEIMVAKT_REBOOT_AFTER_S=99999999"
    (again / "soon.conf").write_text(f"[Service]\nEnvironment={limits}\n")
    fails = ("[Unit]", "StartLimitBurst=3", "[Service]", "ExecStart=", "ExecStart=/bin/false")
    with changed(box, *fails, "RestartSec=100ms"):
        box.ran("systemctl", "restart", "heimvakt")
        box.until(
            lambda: (
                "once more in a minute"
                in box.said("journalctl", "--no-pager", "--unit=heimvakt-again")
            )
        )
    until_connected(box)  # by itself, now that nothing is wrong any more


def test_the_daily_copy_is_made_and_can_be_put_back(box: Machine) -> None:
    box.said("systemctl", "start", "heimvakt-backup")
    kept = sorted((box.root / "var/backups/heimvakt").glob("heimvakt-*.tar.gz"))[-1]
    print(f"backup of an idle home: {kept.stat().st_size / 1e3:.0f} kB")
    refused = box.ran("heimvakt", "restore", "--yes", f"/var/backups/heimvakt/{kept.name}")
    assert refused.returncode == 1
    assert "systemctl stop heimvakt" in refused.stderr
    box.said("systemctl", "stop", "heimvakt")
    box.said("heimvakt", "restore", "--yes", f"/var/backups/heimvakt/{kept.name}")
    assert box.said("stat", "-c", "%U", "/var/lib/heimvakt/heimvakt.db") == "heimvakt"
    box.said("systemctl", "start", "heimvakt")
    until_connected(box)
    alarm_is_answered(box)


def test_the_daily_self_test_is_done_by_the_gateway(box: Machine) -> None:
    before = len(list((box.root / "var/lib/heimvakt/reports").glob("*.json")))
    box.said("systemctl", "start", "heimvakt-selftest")
    assert box.shown("heimvakt-selftest", "Result") == "success"
    assert len(list((box.root / "var/lib/heimvakt/reports").glob("*.json"))) == before + 1


def test_both_timers_wait_and_udev_reads_the_rules(box: Machine) -> None:
    for timer in ("heimvakt-backup.timer", "heimvakt-selftest.timer"):
        assert box.shown(timer, "ActiveState") == "active"
    # There are no devices in it; udev reads all rules before it looks at one, and complains then.
    done = box.ran("udevadm", "test", "/sys/class/mem/null")
    assert "78-heimvakt.rules" in done.stdout + done.stderr
    complaints = re.findall(r"78-heimvakt\.rules:\d+.*", done.stdout + done.stderr)
    assert complaints == []


def test_upgraded_refused_rolled_back_removed_and_purged(
    tree: Path, deb: Path, tmp_path: Path
) -> None:
    newer = as_version(deb, "99.1.0", tmp_path)
    with machine(tree, tmp_path / "upgraded") as one:
        before = everything(one)
        install(one, deb)
        configure(one)
        file = one.root / "etc/heimvakt/home.toml"

        process = one.shown("heimvakt", "MainPID")
        install(one, newer)
        new_process(one, process)
        alarm_is_answered(one)
        assert list((one.root / "var/backups/heimvakt").glob("*.tar.gz")), "before the upgrade"

        # A version that does not take the file of the home leaves the one that runs alone.
        process = one.shown("heimvakt", "MainPID")
        file.write_text(HOME + "[receivers.centre]\n")
        refused = one.ran("dpkg", "--install", "/root/heimvakt.deb")
        assert refused.returncode != 0
        assert "the gateway is not restarted" in refused.stderr
        assert one.shown("heimvakt", "MainPID") == process
        file.write_text(HOME)
        one.said("dpkg", "--configure", "heimvakt")
        new_process(one, process)

        process = one.shown("heimvakt", "MainPID")
        install(one, deb)  # back to the older one
        new_process(one, process)
        alarm_is_answered(one)

        one.said("dpkg", "--remove", "heimvakt")
        assert one.shown("heimvakt", "ActiveState") in ("inactive", "failed")
        assert file.exists()
        assert (one.root / "var/lib/heimvakt/heimvakt.db").exists()
        one.said("dpkg", "--purge", "heimvakt")
        one.said("systemctl", "daemon-reload")
        left = everything(one) - before
        backups = {path for path in left if path.startswith("var/backups/heimvakt")}
        assert backups, "the administrator's"
        assert {path for path in left - backups if "heimvakt" in path} == set()
        for database in ("passwd", "group", "shadow"):
            assert "heimvakt" not in (one.root / "etc" / database).read_text()


def everything(one: Machine) -> set[str]:
    """The name of every file that is on the disk, but for what runs and what the test put there."""
    skipped = ("proc", "sys", "dev", "run", "tmp", "root", "var/log/journal")
    return {
        str(path.relative_to(one.root))
        for path in one.root.rglob("*")
        if not str(path.relative_to(one.root)).startswith(skipped)
    }
