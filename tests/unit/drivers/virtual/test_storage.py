"""A radio in a file is the same radio."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from heimvakt_drivers.virtual.zigbee import (
    FACES,
    ContactSensor,
    DamagedFileError,
    Face,
    OnOffButton,
    VirtualRadio,
    storage,
)
from heimvakt_drivers.virtual.zigbee.ezsp.tokens import Tokens
from heimvakt_drivers.virtual.zigbee.zcl import Reporting, Zcl
from heimvakt_drivers.virtual.zigbee.zdo import Binding

EMPTY = {"version": 2, "seed": 1, "ieee": "00:12:4b:00:00:00:00:03", "memory": {}, "devices": []}
DAMAGED = Tokens().to_json() | {"parameters": "00"}


def lived_in(speaks: Face = "znp") -> VirtualRadio:
    radio = VirtualRadio(seed=3, ieee="00:12:4b:00:00:00:00:03", speaks=speaks)
    radio.coordinator.start()
    door = radio.add(ContactSensor("00:11:22:33:44:55:66:01", model="MCT-1", retries=2))
    radio.coordinator.admit(door, rejoin=False)
    door.receive(0x0500, 1, 1, Zcl(0x11, 9, 0x00, bytes((0, 7))).encode())
    door.bindings.add(Binding(1, 1, radio.coordinator_ieee, 1))
    door.reporting[1, 0x21] = Reporting(0x20, 60, 3600, 2)
    door.set_battery(55.5)
    radio.add(OnOffButton("00:11:22:33:44:55:66:02")).silent = True
    return radio


@pytest.mark.parametrize("speaks", FACES)
def test_it_comes_back_as_it_was(tmp_path: Path, speaks: Face) -> None:
    radio = lived_in(speaks)
    radio.save(tmp_path / "radio.json")
    again = VirtualRadio.load(tmp_path / "radio.json")
    assert again.coordinator.network == radio.coordinator.network
    assert (again.ieee, again.speaks) == (radio.ieee, speaks)
    door = again.device("00:11:22:33:44:55:66:01")
    assert isinstance(door, ContactSensor)
    assert (door.model, door.joined, door.enrolled, door.retries) == ("MCT-1", True, True, 2)
    assert door.battery_percent == 55.5
    assert storage.device_to_json(door) == storage.device_to_json(radio.devices[0])
    assert again.devices[1].silent
    again.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_text() == (tmp_path / "radio.json").read_text()


def test_a_file_of_the_first_version_is_read(tmp_path: Path) -> None:
    radio, file = lived_in(), tmp_path / "radio.json"
    radio.save(file)
    content = json.loads(file.read_text())
    del content["speaks"]
    file.write_text(json.dumps({**content, "version": 1, "nv": content.pop("memory")}))
    again = VirtualRadio.load(file)
    assert again.speaks == "znp"
    assert again.coordinator.network == radio.coordinator.network


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        json.dumps({"version": 3}),
        json.dumps(EMPTY | {"speaks": "morse"}),
        json.dumps(EMPTY | {"speaks": "ezsp", "memory": {}}),
        json.dumps(EMPTY | {"speaks": "ezsp", "memory": DAMAGED}),
        json.dumps({"version": 1, "seed": 1, "ieee": "", "nv": {}, "devices": [{"kind": "?"}]}),
    ],
)
def test_what_is_no_radio_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "radio.json"
    file.write_text(content)
    with pytest.raises(DamagedFileError):
        VirtualRadio.load(file)


def test_nothing_is_left_beside_the_file(tmp_path: Path) -> None:
    lived_in().save(tmp_path / "radio.json")
    assert [path.name for path in tmp_path.iterdir()] == ["radio.json"]
