"""Devices that rules name by what they are: found anew whenever the file is read."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heimvakt.app import catalogue
from heimvakt.config import Configuration, Severity, device_changes
from heimvakt.rules import KINDS
from tests.unit.config.homes import GOOD, check

EXAMPLE = (Path(__file__).parents[3] / "config" / "home.toml").read_text()
DOOR = {"role": "door", "driver": "zigbee", "address": "00:12:4b:00:22:c1:11:11", "room": "hall"}
DOORS = 'doors = ["front-door"]'


def loaded(tmp_path: Path, text: str) -> Configuration:
    configuration = check(tmp_path, text).configuration
    assert configuration is not None
    return configuration


def settings_of(configuration: Configuration, rule_id: str) -> Any:
    return next(one.settings for one in configuration.rules if one.rule_id == rule_id)


def home(doors: Mapping[str, str | None], choice: str) -> str:
    """The example with these doors in these rooms, and a rule about those that are chosen."""
    sections = "".join(
        f'[devices.{name}]\nrole = "door"\ndriver = "zigbee"\naddress = "1{number}"\n'
        + (f'room = "{room}"\n' if room else "")
        for number, (name, room) in enumerate(doors.items())
    )
    return GOOD.replace(DOORS, f"doors = {choice}") + "\n" + sections


def test_role_and_room_find_devices_in_the_order_of_the_file(tmp_path: Path) -> None:
    doors = {"cellar": "cellar", "hall-1": "hall", "nowhere": None, "hall-2": "hall"}
    in_hall = loaded(tmp_path, home(doors, '[{ role = "door", room = "hall" }]'))
    assert settings_of(in_hall, "night-door").doors == ("hall-1", "hall-2")
    everywhere = loaded(tmp_path, home(doors, '[{ role = "door" }]'))
    assert settings_of(everywhere, "night-door").doors == ("front-door", *doors)
    assert everywhere.to_home().rules["night-door"].needs == {"front-door", *doors}


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from(["hall", "cellar", None]), max_size=4),
    st.lists(st.sampled_from(["hall", "cellar", "attic", None, "front-door", "d0"]), min_size=1),
)
def test_each_device_is_named_once_whatever_names_it(
    tmp_path_factory: pytest.TempPathFactory, rooms: list[str | None], items: list[str | None]
) -> None:
    doors = {f"d{number}": room for number, room in enumerate(["hall", *rooms])}
    items = list(dict.fromkeys(items))  # an id that is named twice is told elsewhere
    written = [
        f'"{item}"'
        if item in ("front-door", "d0")
        else '{ role = "door" }'
        if item is None
        else f'{{ role = "door", room = "{item}" }}'
        for item in items
    ]
    text = home(doors, f"[{', '.join(written)}]")
    configuration = loaded(tmp_path_factory.mktemp("home"), text)
    meant = {
        name
        for name, room in {"front-door": None, **doors}.items()
        if name in items or None in items or (room and room in items)
    }
    armed = "night-door" in configuration.to_home().rules
    assert armed is bool(meant)
    if armed:
        found = settings_of(configuration, "night-door").doors
        assert set(found) == meant
        assert len(found) == len(meant)


def test_where_one_device_stands_there_must_be_one(tmp_path: Path) -> None:
    text = GOOD.replace('out_of = "bed"', 'out_of = { role = "bed", room = "bedroom" }')
    assert settings_of(loaded(tmp_path, text), "night-wandering").out_of == "bed"


def test_a_rule_that_would_name_nothing_is_armed_when_there_is_something(tmp_path: Path) -> None:
    text = GOOD.replace("[rules.night-door]\n" + DOORS, "[rules.left-home]\n" + DOORS)
    text = text.replace(DOORS, DOORS + '\ninside = [{ role = "motion", room = "attic" }]')
    found = check(tmp_path, text)
    assert [f.severity for f in found.findings] == [Severity.WARNING]
    assert "the rule is armed when one is paired, and not before" in found.findings[0].hints
    # Never with every sensor, which is what this setting means when it is left out.
    assert "left-home" not in loaded(tmp_path, text).to_home().rules
    attic = '[devices.attic]\nrole = "motion"\ndriver = "zigbee"\naddress = "9"\nroom = "attic"\n'
    assert settings_of(loaded(tmp_path, text + "\n" + attic), "left-home").inside == ("attic",)


def test_a_rule_that_every_home_has_stays_armed_for_all(tmp_path: Path) -> None:
    own = '\n[rules.missed-dose]\ndispenser = { role = "dispenser", room = "attic" }\n'
    assert settings_of(loaded(tmp_path, GOOD + own), "missed-dose").dispenser is None


def test_conditions_of_a_rule_of_the_homes_own_find_theirs(tmp_path: Path) -> None:
    own = """
[rules.mine]
kind = "custom"
when = { opened = [{ role = "door" }], motion = [{ role = "motion" }] }
unless = { entered = [{ role = "bed" }, { role = "chair" }] }
text = { en = "x" }
"""
    mine = settings_of(loaded(tmp_path, GOOD + own), "mine")
    assert mine.when.opened == ("front-door",)
    assert mine.when.motion == ("hall-motion",)
    assert mine.unless.entered == ("bed",)


@pytest.mark.parametrize("name", KINDS)
def test_every_setting_that_names_devices_takes_a_choice(name: str) -> None:
    """Wires begin where the schema lets a choice stand, and nowhere else."""
    kind = KINDS[name]
    keys = kind.settings.model_json_schema()["properties"]
    takes = {key for key, shape in keys.items() if '"role": {"enum"' in _text(shape)}
    named: dict[str, Any] = {
        key: f"{key}-device" if "array" not in _text(shape) else [f"{key}-device"]
        for key, shape in keys.items()
        if key in takes
    }
    plain = {"type": "array", "items": {"type": "string"}}
    others: dict[str, Any] = {
        key: ["x"] for key, shape in keys.items() if plain.items() <= shape.items()
    }
    others |= {"at": ["01:00"], "visits": [{"between": "08:00-09:00"}], "text": {"en": "x"}}
    needed = {key: value for key, value in others.items() if key in keys}
    if name == "custom":
        named = {"when": {"opened": ["when-device"]}}
    elif name == "daily-test":
        needed = {}
    made = kind.settings.model_validate(needed | named)
    assert {wire.field[0] for wire in kind.wiring(made)} == set(named)


def _text(shape: object) -> str:
    return json.dumps(shape)


# --- changes of the file --------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "home.toml"
    text = EXAMPLE.replace(DOORS, 'doors = [{ role = "door", room = "hall" }]')
    assert text != EXAMPLE
    file.write_text(text)
    return file


def armed_with(tmp_path: Path, text: str) -> set[str] | None:
    rules = loaded_with(tmp_path, text).to_home().rules
    return set(rules["night-door"].needs) if "night-door" in rules else None


def loaded_with(tmp_path: Path, text: str) -> Configuration:
    beside = tmp_path / "beside"
    beside.mkdir(exist_ok=True)
    configuration = check(beside, text, catalogue()).configuration
    assert configuration is not None
    return configuration


def test_a_device_that_is_paired_joins_the_rules_that_mean_it(file: Path, tmp_path: Path) -> None:
    changed = device_changes.with_device(file, catalogue(), "garden-door", DOOR)
    assert armed_with(tmp_path, changed.text) == {"front-door", "garden-door"}
    elsewhere = device_changes.with_device(
        file, catalogue(), "attic-door", DOOR | {"room": "attic"}
    )
    assert armed_with(tmp_path, elsewhere.text) == {"front-door"}


def test_a_rename_leaves_what_is_meant_by_its_role_as_it_stands(file: Path, tmp_path: Path) -> None:
    changed = device_changes.renamed(file, catalogue(), "front-door", "main-door")
    assert 'doors = [{ role = "door", room = "hall" }]' in changed.text
    assert armed_with(tmp_path, changed.text) == {"main-door"}


def test_one_that_goes_leaves_its_rule_in_the_file_waiting_for_another(
    file: Path, tmp_path: Path
) -> None:
    gone = device_changes.without(file, catalogue(), "front-door")
    assert (gone.rules_narrowed, gone.rules_dropped, gone.rules_waiting) == (
        ("night-wandering",), (), ("night-door",),
    )  # fmt: skip
    assert "night-door" in tomllib.loads(gone.changed.text)["rules"]
    assert armed_with(tmp_path, gone.changed.text) is None
    with_two = device_changes.with_device(file, catalogue(), "garden-door", DOOR)
    file.write_text(with_two.text)
    gone = device_changes.without(file, catalogue(), "front-door")
    assert (gone.rules_narrowed, gone.rules_waiting) == (("night-wandering", "night-door"), ())
    assert armed_with(tmp_path, gone.changed.text) == {"garden-door"}


def test_a_device_in_a_rule_of_the_homes_own_is_renamed_there_too(file: Path) -> None:
    own = '\n[rules.mine]\nkind = "custom"\nwhen = { opened = ["front-door"], for = "10m" }\n'
    file.write_text(file.read_text() + own + 'text = { en = "x" }\n')
    changed = device_changes.renamed(file, catalogue(), "front-door", "main-door")
    assert 'when = { opened = ["main-door"], for = "10m" }' in changed.text
