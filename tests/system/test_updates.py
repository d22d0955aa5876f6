"""Signed programs on a clean Debian under the real systemd: kept, taken back, across a version of
the database and back, over a reboot and a pulled plug; and the package takes the place of all.

`make package-test` runs these: they take minutes. Figures are printed at the end (`-rP`).
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.armed_box import (
    CENTRE,
    HOME,
    alarm_is_answered,
    configure,
    install,
)
from tests.support.machine import Machine, machine
from tests.support.programs import (
    CRASHES,
    ONE_STEP_MORE,
    REACHES_NOBODY,
    Patch,
    bundled,
    changed,
)

HERE = Path(__file__).parent
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

WITHIN_S = 100
"""A trial of these tests, in place of 15 minutes: more than the minute between two heartbeats."""
GATEWAY = "no-1505-004711"
BUTTONS = {"pendant": "00:12:4b:00:2a:11:02:01", "other-pendant": "00:12:4b:00:2a:11:02:02"}
WITH_RADIO = """
[drivers.zigbee]
port = "socket://127.0.0.1:7001"
radio = "znp"
"""
DROP_IN = "etc/systemd/system/heimvakt-update.service.d/trial.conf"
NOW, NEXT = 2, 3
"""Versions of the database."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """Whoever keeps the gateways."""

    deb: Path
    key: Path
    folder: Path

    def pushes(self, one: Machine, version: str, patches: Mapping[str, Patch]) -> None:
        """A program that differs from that of the package; returns when it is on trial."""
        program = changed(self.deb, self.folder / version, version, patches)
        bundle = bundled(program, self.key, self.folder)
        print(f"{version}: a bundle of {bundle.stat().st_size / 1e6:.1f} MB")
        shutil.move(bundle, one.root / "root/program.heimvakt")
        said = one.ran("heimvakt", "update", "apply", "/root/program.heimvakt")
        assert said.returncode == 0, said.stdout + said.stderr
        one.until(lambda: (stage(one), running(one)) == ("trying", version))


@pytest.fixture(scope="module")
def fleet(deb: Path, tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    folder = tmp_path_factory.mktemp("fleet")
    return Fleet(deb, folder / "fleet.jwk", folder)


@pytest.fixture(scope="module")
def box(
    tree: Path, deb: Path, fleet: Fleet, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    """A home with a button, whose centre has confirmed a heartbeat."""
    key = subprocess.run(
        [
            *(sys.executable, "-m", "heimvakt", "update", "keygen"),
            *("--name", "fleet", "--key", fleet.key),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    with machine(tree, tmp_path_factory.mktemp("updated")) as one:
        install(one, deb)
        (one.root / DROP_IN).parent.mkdir(parents=True)
        serve = f"/usr/lib/heimvakt/bin/heimvakt update serve --within {WITHIN_S}s"
        (one.root / DROP_IN).write_text(f"[Service]\nExecStart=\nExecStart={serve}\n")
        one.said("systemctl", "daemon-reload")
        shutil.copy(HERE / "radio.py", one.root / "root/radio.py")
        configure(one, HOME + key.stdout + WITH_RADIO)
        pair(one, "pendant")
        until_confirmed(one)
        yield one


def pair(one: Machine, name: str) -> None:
    """A new radio, which a boot ends, with a new button."""
    run = ("/usr/lib/heimvakt/bin/python3", "/root/radio.py", BUTTONS[name])
    one.said("systemd-run", "--quiet", "--unit=radio", *run)
    what = ("--as", name, "--role", "button", "--address", BUTTONS[name])
    # It takes some seconds until the network is there.
    one.until(lambda: one.ran("heimvakt", "pair", *what).returncode == 0)


def known(one: Machine) -> dict[str, Any]:
    """What the updater has written down."""
    file = one.root / "var/lib/heimvakt-update/state.json"
    return json.loads(file.read_text()) if file.exists() else {}


def stage(one: Machine) -> str:
    return str((known(one).get("change") or {}).get("stage", ""))


def until_over(one: Machine, version: str) -> Mapping[str, Any]:
    """Its outcome, once the gateway was told."""
    one.until(lambda: not known(one).get("change") and not known(one).get("untold"))
    ended = known(one)["ended"][-1]
    assert ended["version"] == version
    return dict(ended)


def running(one: Machine) -> str:
    """The version of the program that answers."""
    said = one.ran("heimvakt", "update", "status", "--json")
    facts = json.loads(said.stdout).get("facts") if said.returncode == 0 else None
    return str(facts["version"]) if facts else ""


def until_confirmed(one: Machine) -> None:
    """Its centre has confirmed a heartbeat of this life."""

    def is_so() -> bool:
        said = one.ran("heimvakt", "update", "status", "--json")
        facts = (json.loads(said.stdout).get("facts") if said.returncode == 0 else None) or {}
        return any(r["confirmed_ago_s"] is not None for r in facts.get("receivers", {}).values())

    one.until(is_so)


def database(one: Machine) -> int:
    """The version of the file of a service that runs; its log has the rest."""
    with closing(sqlite3.connect(one.root / "var/lib/heimvakt/heimvakt.db")) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def alarms(one: Machine, kind: str) -> set[str]:
    """The ids of all alarms of a kind, open or not."""
    with closing(sqlite3.connect(one.root / "var/lib/heimvakt/heimvakt.db")) as connection:
        rows = connection.execute("SELECT alarm_id, body FROM alarms").fetchall()
    return {alarm_id for alarm_id, body in rows if json.loads(body)["kind"] == kind}


def at_the_centre(one: Machine, kind: str) -> set[str]:
    """The ids of those that the centre has answered for."""
    with closing(sqlite3.connect(one.root / "root/centre.db")) as connection:
        rows = connection.execute("SELECT id, message FROM alarms").fetchall()
    return {alarm_id for alarm_id, said in rows if json.loads(said)["data"]["kind"] == kind}


def close(one: Machine, alarm_id: str) -> None:
    """What an operator does: an open alarm holds every change back."""
    topic = f"heimvakt/v1/{GATEWAY}/ack"
    said = {
        "specversion": "1.0",
        "id": f"closing-{alarm_id}",
        "source": "/centre/1",
        "type": "heimvakt.acknowledgement.v1",
        "data": {"alarm_id": alarm_id, "answer": "closed", "by": "operator-1"},
    }
    send = (
        "import sys; from paho.mqtt.publish import single; "
        "single(sys.argv[1], sys.argv[2], qos=1, hostname='127.0.0.1', port=1884)"
    )
    one.said("/usr/lib/heimvakt/bin/python3", "-c", send, topic, json.dumps(said))
    one.until(lambda: not opened(one))


def opened(one: Machine) -> list[str]:
    """The alarms for which nothing is changed."""
    said = json.loads(one.said("heimvakt", "update", "status", "--json"))
    return list(said["facts"]["open_alarms"])


def set_aside(one: Machine) -> list[str]:
    return [path.name for path in (one.root / "var/lib/heimvakt").glob("heimvakt.db.*e*-*Z")]


def test_one_that_falls_when_it_starts_is_taken_back_by_itself(box: Machine, fleet: Fleet) -> None:
    before = running(box)
    program = changed(fleet.deb, fleet.folder / "99.0.1", "99.0.1", CRASHES)
    bundle = bundled(program, fleet.key, fleet.folder)
    shutil.move(bundle, box.root / "root/program.heimvakt")
    box.said("heimvakt", "update", "apply", "/root/program.heimvakt")
    box.until(lambda: stage(box) == "trying")
    began = time.monotonic()
    ended = until_over(box, "99.0.1")
    print(f"falls at its start: taken back and told {time.monotonic() - began:.0f} s after")
    assert (ended["outcome"], ended["after"]) == ("returned", "99.0.1")
    assert "began anew" in ended["reason"]
    assert running(box) == before
    until_confirmed(box)
    alarm_is_answered(box)
    assert alarms(box, "update")
    box.until(lambda: at_the_centre(box, "update") == alarms(box, "update"))


def test_a_good_one_is_kept_over_a_reboot_until_the_package_takes_its_place(
    box: Machine, fleet: Fleet
) -> None:
    fleet.pushes(box, "99.1.0", ONE_STEP_MORE)
    box.reboot()
    began = time.monotonic()
    box.said(*CENTRE)
    box.until(lambda: running(box) == "99.1.0")
    ended = until_over(box, "99.1.0")
    print(f"kept {time.monotonic() - began:.0f} s after the boot in the middle of its trial")
    assert ended["outcome"] == "kept"
    assert database(box) == NEXT
    process = box.shown("heimvakt", "MainPID")
    assert "/var/lib/heimvakt-update/active/" in box.said("cat", f"/proc/{process}/cmdline")
    assert "heimvakt 99.1.0" in box.said("heimvakt", "--version")
    until_confirmed(box)
    alarm_is_answered(box)

    # The package takes its place, and the database comes back.
    before = alarms(box, "update")
    install(box, fleet.deb)
    box.until(lambda: running(box) not in ("", "99.1.0"))
    assert database(box) == NOW
    assert not (box.root / "var/lib/heimvakt-update/active").is_symlink()
    assert alarms(box, "store") == set()
    assert set_aside(box) == []
    assert alarms(box, "update") == before
    until_confirmed(box)
    alarm_is_answered(box)


def test_an_alarm_under_one_that_reaches_nobody_survives_the_way_back_and_a_pulled_plug(
    box: Machine, fleet: Fleet
) -> None:
    before = running(box)
    if box.shown("radio", "ActiveState") != "active":  # a boot has ended it
        pair(box, "other-pendant")
    fleet.pushes(box, "99.2.0", {**ONE_STEP_MORE, **REACHES_NOBODY})
    assert database(box) == NEXT
    box.until(lambda: "listening" in box.ran("heimvakt", "status").stdout)
    box.said("systemctl", "kill", "--signal=USR1", "radio")
    box.until(lambda: bool(alarms(box, "button")))
    (pressed,) = alarms(box, "button")
    assert at_the_centre(box, "button") == set()
    box.pull_plug()
    box.said(*CENTRE)
    began = time.monotonic()
    ended = until_over(box, "99.2.0")
    print(f"reaches nobody, with a trial of {WITHIN_S} s and a plug pulled in it: taken back and")
    print(f"told {time.monotonic() - began:.0f} s after the boot")
    assert ended["outcome"] == "returned"
    assert running(box) == before
    assert database(box) == NOW
    assert set_aside(box) == []
    box.until(lambda: at_the_centre(box, "button") == {pressed})
    until_confirmed(box)
    alarm_is_answered(box)
    assert alarms(box, "button") == at_the_centre(box, "button") == {pressed}, "not lost, not twice"
    assert alarms(box, "store") == set()
    close(box, pressed)
