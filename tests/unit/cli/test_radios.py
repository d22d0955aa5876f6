"""What a person reads of radios: which are plugged in, and two networks side by side."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from heimvakt.cli import radio, radios
from heimvakt.cli.root import app
from heimvakt.core.radios import PluggedIn

STICK = PluggedIn(
    port="/dev/serial/by-id/usb-ITead_Sonoff_0001-if00-port0",
    device="/dev/ttyUSB0",
    usb_id="10c4:ea60",
    maker="ITead",
    product="Sonoff Zigbee 3.0 USB Dongle Plus",
    family="znp",
)
CABLE = PluggedIn(
    port="/dev/ttyUSB1",
    device="/dev/ttyUSB1",
    usb_id="1a86:7523",
    maker=None,
    product=None,
    family="unknown",
)
STORED: dict[str, Any] = {
    "channel": 15,
    "pan_id": 0x1A62,
    "extended_pan_id": "8d:31:07:22:9a:0c:11:f4",
    "address": "00:12:4b:00:25:8a:01:02",
    "frame_counter": 1204118,
    "devices": 9,
    "made_at": "2026-11-21T03:12:00Z",
}


def compared(**changed: object) -> dict[str, Any]:
    blank = {"port": "/dev/ttyUSB0", "family": "ezsp", "holds": "nothing", "found": None}
    return {**blank, "stored": STORED, "same_key": None, **changed}


def test_each_port_has_its_path_and_what_it_is() -> None:
    told = radios.lines([STICK, CABLE], {"zigbee": "/dev/ttyUSB0", "zigbee.barn": None})
    assert told == [
        "/dev/serial/by-id/usb-ITead_Sonoff_0001-if00-port0",
        "    10c4:ea60  ITead, Sonoff Zigbee 3.0 USB Dongle Plus  znp      used by zigbee",
        "/dev/ttyUSB1",
        "    1a86:7523  says nothing                              unknown  free",
    ]


def test_a_port_is_used_under_any_of_its_names() -> None:
    assert "used by zigbee" in radios.lines([STICK], {"zigbee": STICK.port})[1]
    assert "used by zigbee" in radios.lines([STICK], {"zigbee": STICK.device})[1]


def test_for_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(radios, "plugged_in", lambda: [STICK])
    result = CliRunner().invoke(app, ["radios", "--json", "--socket", str(tmp_path / "none")])
    assert result.exit_code == 0
    (one,) = json.loads(result.stdout)
    assert one["port"] == STICK.port
    assert one["used_by"] is None


def test_stored_and_found_stand_side_by_side() -> None:
    found = {**STORED, "channel": 25, "pan_id": 7, "frame_counter": 0, "made_at": None}
    assert radio.table(compared(found=found, same_key=False, holds="foreign")) == [
        "                   stored                   at /dev/ttyUSB0 (ezsp)",
        "  made             2026-11-21 03:12 UTC     now",
        "  channel          15                       25",
        "  PAN id           0x1a62                   0x0007",
        "  extended PAN id  8d:31:07:22:9a:0c:11:f4  8d:31:07:22:9a:0c:11:f4",
        "  address          00:12:4b:00:25:8a:01:02  00:12:4b:00:25:8a:01:02",
        "  network key      stored                   ANOTHER",
        "  frame counter    1,204,118                0",
    ]


def test_of_a_blank_radio_there_is_nothing_to_tell() -> None:
    told = radio.table(compared())
    assert all(line.endswith("nothing") for line in told[2:])


class Service:
    """Answers as the service would."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, home: Path, answer: dict[str, Any]) -> None:
        self.asked: list[dict[str, Any]] = []
        self.known: dict[str, dict[str, Any]] = {
            "radio-backup": {"backup": {"asked": "radio-backup"}},
            "radios": {"radios": {"zigbee": "/dev/ttyUSB0"}},
            "home-file": {"file": str(home)},
        }
        self._answer = answer
        monkeypatch.setattr(radio, "follow", self.follow)
        monkeypatch.setattr(radio, "ask", lambda _, request: self.known[request["do"]])

    def follow(self, _: Path | None, request: dict[str, Any], *, quiet_s: float) -> Any:
        self.asked.append(request)
        yield {"doing": "looking at the radio"}
        yield {"done": True, "compared": self._answer}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The file of a home, which names no port."""
    file = tmp_path / "home.toml"
    file.write_text("[drivers.zigbee]\n", encoding="utf-8")
    return file


def run(*words: str, answer: str = "") -> Any:
    return CliRunner().invoke(app, ["radio", *words], input=answer)


def test_it_asks_before_it_writes(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    service = Service(monkeypatch, home, compared())
    assert run("swap", answer="n\n").exit_code == 1
    assert [asked["do"] for asked in service.asked] == ["radio-compare"]
    result = run("swap", answer="y\n")
    assert result.exit_code == 0
    assert "The radio is blank" in result.stdout
    assert f"{home} need not be changed." in result.stdout
    assert service.asked[-1]["do"] == "radio-swap"
    assert service.asked[-1]["port"] == "/dev/ttyUSB0"


def test_a_file_that_cannot_be_changed_is_told_with_what_to_write(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    Service(monkeypatch, home, compared())
    home.unlink()
    assert 'write: port = "/dev/ttyUSB0"' in run("swap", "--yes").stdout


def test_another_network_is_not_erased_without_a_word(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    service = Service(monkeypatch, home, compared(holds="foreign", found=STORED, same_key=False))
    assert run("swap", "--yes").exit_code == 1
    assert len(service.asked) == 1
    assert run("swap", "--yes", "--overwrite").exit_code == 0
    assert service.asked[-1]["overwrite"] is True


def test_a_program_gets_what_was_found(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    Service(monkeypatch, home, compared())
    assert json.loads(run("swap", "--yes", "--json").stdout) == compared()
    assert run("swap", "--json").exit_code == 2


def test_a_copy_is_written_for_its_owner_only_and_over_nothing(
    monkeypatch: pytest.MonkeyPatch, home: Path, tmp_path: Path
) -> None:
    service = Service(monkeypatch, home, compared())
    file = tmp_path / "network.json"
    assert run("backup", str(file)).exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run("backup", str(file)).exit_code == 1
    assert run("restore", str(file), "--yes").exit_code == 0
    assert service.asked[-1]["backup"] == {"asked": "radio-backup"}


@pytest.mark.parametrize("words", [["swap", "file"], ["backup"], ["restore"]])
def test_words_that_do_not_fit_are_wrong_usage(words: list[str]) -> None:
    assert run(*words).exit_code == 2


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("{")
    assert run("restore", str(tmp_path / "file")).exit_code == 1
    assert run("restore", str(tmp_path / "none")).exit_code == 1
