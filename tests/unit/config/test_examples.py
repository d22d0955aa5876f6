"""What is committed for installers: the example, its schema, and the examples in the guide."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from heimvakt.config import (
    Catalogue,
    Severity,
    has_errors,
    installed_drivers,
    load,
    render_findings,
)
from heimvakt.config.schema import schema
from heimvakt.core.devices import Role
from heimvakt.uplinks.mqtt_settings import MqttReceiverSettings
from heimvakt.uplinks.sms_settings import SmsReceiverSettings
from tests.unit.config.homes import CATALOGUE, GOOD, check

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "config" / "home.toml"
SCHEMA = ROOT / "config" / "heimvakt.schema.json"
GUIDE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")

REAL = Catalogue(
    drivers=installed_drivers(),
    receivers={"mqtt": MqttReceiverSettings, "sms": SmsReceiverSettings},
)


def in_guide(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def valid(text: str, against: dict[str, Any]) -> bool:
    return bool(jsonschema.Draft7Validator(against).is_valid(tomllib.loads(text)))


def test_the_example_has_no_mistake_but_what_is_not_plugged_in() -> None:
    loaded = load(EXAMPLE, REAL)
    assert loaded.configuration is not None
    assert all(f.severity is Severity.WARNING and "port" in f.path for f in loaded.findings)
    home = loaded.configuration.to_home()
    assert {device.role for device in home.devices.values()} == {
        Role.BED, Role.MOTION, Role.DOOR, Role.BUTTON,
    }  # fmt: skip
    assert {"button", "night-wandering", "night-door", "device-silent"} <= set(home.rules)


def test_the_example_names_its_schema_and_fits_it() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert text.startswith("#:schema ./heimvakt.schema.json\n")
    assert valid(text, json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_the_schema_in_the_repository_is_the_one_that_is_made() -> None:
    made = json.dumps(schema(REAL), indent=2, ensure_ascii=False) + "\n"
    assert SCHEMA.read_text(encoding="utf-8") == made, (
        "write it anew: heimvakt schema > config/heimvakt.schema.json"
    )


def test_the_schema_explains_every_key() -> None:
    made = schema(REAL)
    jsonschema.Draft7Validator.check_schema(made)
    for name, definition in made["definitions"].items():
        for key, field in definition.get("properties", {}).items():
            assert "description" in field or key == "kind", (name, key)
            assert "title" not in field


SMALL = Catalogue(
    drivers={name: CATALOGUE.drivers[name] for name in ("zigbee", "osdp")},
    receivers=CATALOGUE.receivers,
)


def test_what_the_schema_takes_and_what_not() -> None:
    made = schema(SMALL)
    assert valid(GOOD, made)
    assert valid(GOOD.replace("[rules.night-door]", '[rules.x]\nkind = "night-door"'), made)
    chain = '{ receiver = "daughter", after = "5m" }]\nkind = ["button"]\nbetween = "22:00-07:00"'
    assert valid(GOOD.replace('{ receiver = "daughter" }]', chain), made)
    wrong = {
        'role = "door"': 'role = "dor"',
        "outer = true": "outher = true",
        'cancel = "10s"': "cancel = 10",
        'between = "23:00-06:00"': 'between = "23-6"',
        "[rules.night-door]": "[rules.cellar]",
        'doors = ["front-door"]': 'doors = ["front-door"]\npriority = "low"',
        'kind = "sms"': 'kind = "fax"',
        "[devices.pendant]": "[devices.Pendant]",
        "[drivers.zigbee]": "[drivers.zigbe]",
        "version = 1": "version = 2",
        '{ receiver = "daughter" }': '{ receiver = "daughter", after = "soon" }',
        'priority = ["high", "medium"]': 'priority = ["high", "medium"]\nkind = ["earthquake"]',
    }
    for old, new in wrong.items():
        assert old in GOOD
        assert not valid(GOOD.replace(old, new), made), new


def test_several_of_a_driver_fit_the_schema() -> None:
    assert valid(GOOD.replace("[drivers.osdp.front]", "[drivers.osdp]"), schema(SMALL))


# ------------------------------------------------------------------------------------ the guide


def test_the_guide_has_examples() -> None:
    assert len(in_guide("toml")) >= 8


@pytest.mark.parametrize("number", range(len(in_guide("toml"))))
def test_an_example_of_the_guide_is_right(number: int, tmp_path: Path) -> None:
    """Each stands for itself, or is put in place of the same sections of the example home."""
    text = in_guide("toml")[number]
    data = tomllib.loads(text)
    if "version" not in data:
        text = _with_the_rest(text, data)
    file = tmp_path / "home.toml"
    file.write_text(text, encoding="utf-8")
    loaded = load(file, REAL)
    wrong = [f for f in loaded.findings if f.severity is Severity.ERROR]
    assert not wrong, render_findings(wrong)


def _with_the_rest(text: str, data: dict[str, Any]) -> str:
    """The sections of the example home that the text does not have, and the text."""
    kept: list[str] = []
    keep = True
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if header := re.match(r"\[+([\w.-]+)\]", line):
            section, _, name = header[1].partition(".")
            in_text = data.get(section)
            keep = in_text is None or bool(name and name not in in_text)
        if keep:
            kept.append(line)
    return "\n".join([*kept, text])


def test_the_report_in_the_guide_is_what_is_told(tmp_path: Path) -> None:
    (report,) = in_guide("text")
    text = EXAMPLE.read_text(encoding="utf-8")
    text = text.replace('between = "23:00-06:00"', 'between = "23:00-6"')
    text = text.replace('doors = ["front-door"]', 'doors = ["front-dor"]')
    loaded = check(tmp_path, text, REAL)
    errors = [f for f in loaded.findings if f.severity is Severity.ERROR]
    assert has_errors(errors)
    lines = report.splitlines()
    for finding in errors:
        begin = f"home.toml:{finding.line}:{finding.column}"
        (line,) = [n for n, shown in enumerate(lines) if shown.startswith(begin + " ")]
        assert lines[line].endswith(finding.what)
        assert lines[line + 1].strip() == finding.hints[0]


def test_every_key_is_in_the_guide() -> None:
    definitions = schema(REAL)["definitions"]
    keys = {(name, key) for name, one in definitions.items() for key in one.get("properties", {})}
    assert len(keys) > 50
    untold = {
        f"{name}: {key}"
        for name, key in keys
        if f"`{key}`" not in GUIDE and not re.search(rf"\b{key} = ", GUIDE)
    }
    assert not untold


def test_every_role_and_every_rule_is_in_the_guide() -> None:
    for word in [*Role, *REAL.rules]:
        assert f"`{word}`" in GUIDE, word
