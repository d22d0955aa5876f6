"""A machine with the package on it, armed: a broker that wants a password, and a centre."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from .machine import Machine

ROOT = Path(__file__).parents[2]
HOME = """\
version = 1
[gateway]
id = "no-1505-004711"
[receivers.centre]
kind = "mqtt"
brokers = ["mqtt://127.0.0.1:1883"]
username = "no-1505-004711"
password = "credential:centre-password"
"""
BROKER = """\
per_listener_settings true
listener 1883 127.0.0.1
allow_anonymous false
password_file /etc/mosquitto/passwords
listener 1884 127.0.0.1
allow_anonymous true
"""
CENTRE = (
    *("systemd-run", "--quiet", "--unit=centre", "--property=Restart=always"),
    *("/usr/lib/heimvakt/bin/python3", "/root/receiver.py"),
    *("mqtt://127.0.0.1:1884", "/root/centre.db"),
)


def install(one: Machine, deb: Path) -> str:
    shutil.copy(deb, one.root / "root/heimvakt.deb")
    done = one.ran("dpkg", "--install", "/root/heimvakt.deb")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def configure(one: Machine, home: str = HOME) -> None:
    """A broker that wants a password, which only an encrypted credential has; a centre."""
    (one.root / "etc/mosquitto/conf.d/box.conf").write_text(BROKER)
    shutil.copy(ROOT / "examples/receivers/receiver.py", one.root / "root/receiver.py")
    one.said("touch", "/etc/mosquitto/passwords")
    one.said("mosquitto_passwd", "-b", "/etc/mosquitto/passwords", "no-1505-004711", "hemmelig")
    one.said("chown", "mosquitto", "/etc/mosquitto/passwords")
    one.said("systemctl", "restart", "mosquitto")
    one.said(*CENTRE)
    one.said(
        *("systemd-creds", "encrypt", "--with-key=host", "--name=sealed_centre-password"),
        *("-", "/etc/heimvakt/sealed/centre-password"),
        typed="hemmelig",
    )
    (one.root / "etc/heimvakt/credentials/plain").write_text("x")
    (one.root / "etc/heimvakt/home.toml").write_text(home)
    one.said("systemctl", "start", "heimvakt")
    until_connected(one)


def until_connected(one: Machine) -> None:
    one.until(lambda: one.shown("heimvakt", "ActiveState") == "active")
    one.until(lambda: one.shown("heimvakt", "StatusText").startswith("connected"))
    # Between two lives of one process nobody answers, and systemd still says so.
    one.until(lambda: one.ran("heimvakt", "status").returncode == 0)


def alarm_is_answered(one: Machine) -> None:
    """A test alarm, up to the answer of the centre."""
    said = one.ran("heimvakt", "selftest", "--only", "path", "--json")
    (result,) = [
        each for each in json.loads(said.stdout)["results"] if each["check_id"].endswith("/test")
    ]
    assert result["outcome"] == "pass", said.stdout


def new_process(one: Machine, before: str) -> None:
    one.until(lambda: one.shown("heimvakt", "MainPID") not in ("0", before))
    until_connected(one)
