"""One wrong device costs itself: the rest of the home is read, and what is left out is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from heimvakt.config import Loaded, has_errors, load
from heimvakt.config.configuration import Configuration
from heimvakt.core.devices import Role, own_driver
from tests.unit.config.homes import CATALOGUE, GOOD
from tests.unit.config.test_mistakes import CASES, Case

PLACES = ("devices", "drivers")


def isolated(folder: Path, text: str) -> Loaded:
    file = folder / "home.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, CATALOGUE, isolating=True)


def home(folder: Path, old: str, new: str) -> Configuration:
    assert GOOD.count(old) >= 1
    loaded = isolated(folder, GOOD.replace(old, new, 1))
    assert has_errors(loaded.findings), "all that is wrong is told all the same"
    assert loaded.configuration is not None
    loaded.configuration.to_home()
    return loaded.configuration


@pytest.mark.parametrize("case", [pytest.param(c, id=c.name) for c in CASES])
def test_of_each_mistake_it_is_known_whether_the_home_can_do_without(
    case: Case, tmp_path: Path
) -> None:
    strict, found = load_strictly(tmp_path, case.text), isolated(tmp_path, case.text)
    assert found.findings == strict.findings
    errors = [f for f in found.findings if f.severity == "error"]
    if not errors:
        assert found.configuration is not None
        assert found.configuration.unusable == ()
        return
    # The corpus has one file that is wrong nearly everywhere; all others are wrong in one place.
    spared = all(len(f.path) > 1 and f.path[0] in PLACES for f in errors)
    assert (found.configuration is not None) is spared
    if found.configuration is not None:
        assert found.configuration.unusable
        found.configuration.to_home()


def load_strictly(folder: Path, text: str) -> Loaded:
    file = folder / "home.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, CATALOGUE)


def test_a_wrong_address_costs_the_device_and_its_rules_know(tmp_path: Path) -> None:
    made = home(tmp_path, 'address = "01"', 'address = "bad"')
    (wrong,) = made.unusable
    assert (wrong.where, wrong.driver) == ("devices.bed", own_driver("bed"))
    assert wrong.reason == 'address: "bad" is no address (line 17)'
    assert made.devices["bed"].driver == own_driver("bed")
    assert made.devices["bed"].room == "bedroom", "whoever comes to help is told where"
    assert "night-wandering" in made.to_home().rules_that_need("bed")
    assert made.devices["pendant"].driver == "zigbee"


def test_a_key_that_a_button_is_heard_without_costs_no_button(tmp_path: Path) -> None:
    made = home(tmp_path, 'cancel = "10s"', 'cancel = "2m"')
    assert [one.where for one in made.unusable] == ["devices.pendant.cancel"]
    assert made.devices["pendant"].driver == "zigbee"
    assert made.devices["pendant"].cancel is None


def test_a_wrong_driver_is_one_thing_and_not_one_for_each_device(tmp_path: Path) -> None:
    made = home(tmp_path, 'port = "/dev/ttyUSB0"', 'port = "COM3"')
    assert [(one.where, one.driver) for one in made.unusable] == [("drivers.zigbee", "zigbee")]
    assert set(made.drivers) == {"osdp.front"}
    assert {made.devices[i].driver for i in ("bed", "hall-motion", "pendant")} == {"zigbee"}


def test_one_line_of_several_costs_that_line(tmp_path: Path) -> None:
    made = home(tmp_path, 'port = "/dev/ttyS1"', 'port = "COM3"')
    assert [(one.where, one.driver) for one in made.unusable] == [
        ("drivers.osdp.front", "osdp.front")
    ]
    assert set(made.drivers) == {"zigbee"}


@pytest.mark.parametrize(
    ("word", "role"),
    [("dor", Role.DOOR), ("dør", Role.DOOR), ("gadget", Role.REPEATER)],
)
def test_the_role_that_was_meant_is_kept(tmp_path: Path, word: str, role: Role) -> None:
    made = home(tmp_path, 'role = "door"', f'role = "{word}"')
    assert made.devices["front-door"].role is role


def test_no_name_of_anybody_leaves_the_box(tmp_path: Path) -> None:
    made = home(
        tmp_path,
        "[devices.bed]",
        '[devices."Ola Nordmann"]\nrole = "bed"\ndriver = "zigbee"\naddress = "9"\n\n[devices.bed]',
    )
    (wrong,) = made.unusable
    assert wrong.where.startswith("devices.line-")
    assert "Ola" not in repr(wrong)
    assert "Ola Nordmann" not in made.devices


def test_a_driver_that_falls_in_its_check_costs_itself(tmp_path: Path) -> None:
    class Falling:
        name, settings, device_settings = (
            "zigbee",
            CATALOGUE.drivers["zigbee"]().settings,
            None,
        )

        def check(self, *_: object) -> list[object]:
            raise RuntimeError("nobody tried this")

    file = tmp_path / "home.toml"
    file.write_text(GOOD, encoding="utf-8")
    drivers = {**CATALOGUE.drivers, "zigbee": Falling}
    loaded = load(file, replace(CATALOGUE, drivers=drivers), isolating=True)  # type: ignore[arg-type]
    assert loaded.configuration is not None
    (wrong,) = loaded.configuration.unusable
    assert "nobody tried this" in wrong.why


def test_more_than_devices_is_refused(tmp_path: Path) -> None:
    assert isolated(tmp_path, GOOD.replace('"23:00-06:00"', '"23-6"')).configuration is None
    assert isolated(tmp_path, GOOD + "\n[").configuration is None
