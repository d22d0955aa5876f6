"""The kits that a home begins with: each whole, each checked, each made a home's own by answers."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from heimvakt.cli.show import lines
from heimvakt.config import Severity, load
from heimvakt.config.effective import effective
from heimvakt.config.source import read
from heimvakt.config.starting import KITS, QUESTIONS, begun, text_of
from tests.unit.config.test_examples import REAL, ROOT

ANSWERS = {
    "id": "no-1505-004711",
    "timezone": "America/Nuuk",
    "language": "en",
    "radio": "/dev/serial/by-id/usb-radio",
    "centre": "mqtts://in.centre.example:8883",
}
NOT_YET = ("not paired yet", "plugged in", "placeholder")


@pytest.mark.parametrize("kit", KITS)
def test_a_kit_has_no_mistake_but_what_is_still_to_be_brought(kit: str) -> None:
    loaded = load(ROOT / "config" / f"{kit}.toml", REAL)
    assert loaded.configuration is not None
    for finding in loaded.findings:
        assert finding.severity is Severity.WARNING
        assert any(words in finding.what for words in NOT_YET), finding
    assert loaded.configuration.to_home().rules


@pytest.mark.parametrize("kit", KITS)
def test_answers_change_what_was_asked_and_nothing_else(kit: str) -> None:
    before, after = text_of(kit), begun(kit, ANSWERS)
    said, meant = tomllib.loads(after), tomllib.loads(before)
    place: Any
    for question in QUESTIONS:
        place = meant
        for part in question.path[:-1]:
            place = place[part]
        assert place[question.path[-1]] == question.before
        place[question.path[-1]] = ANSWERS[question.name]
    assert said == meant
    assert after.count("#") == before.count("#") - 1, "comments stay, but the name of the schema"


@pytest.mark.parametrize("kit", KITS)
def test_a_trial_on_this_machine_has_no_certificate(kit: str, tmp_path: Path) -> None:
    file = tmp_path / "home.toml"
    file.write_text(begun(kit, {**ANSWERS, "centre": "mqtt://127.0.0.1:18831"}))
    loaded = load(file, REAL)
    assert loaded.configuration is not None, loaded.findings
    centre = tomllib.loads(file.read_text())["receivers"]["centre"]
    assert centre == {"kind": "mqtt", "brokers": ["mqtt://127.0.0.1:18831"]}


@pytest.mark.parametrize("kit", [*KITS, "home"])
def test_what_is_shown_is_a_file_of_the_same_home(kit: str, tmp_path: Path) -> None:
    file = ROOT / "config" / f"{kit}.toml"
    loaded, document = load(file, REAL), read(file).document
    assert loaded.configuration is not None
    assert document is not None
    settings = effective(document, loaded.configuration)
    shown = tmp_path / "shown.toml"
    shown.write_text("version = 1\n" + "\n".join(lines(settings, file.name)))
    again = load(shown, REAL)
    assert again.configuration is not None, again.findings
    assert again.configuration.devices == loaded.configuration.devices
    assert {r.rule_id: r.settings for r in again.configuration.rules} == {
        r.rule_id: r.settings for r in loaded.configuration.rules
    }
    assert again.configuration.receivers == loaded.configuration.receivers
    assert again.configuration.store == loaded.configuration.store
    text = file.read_text().splitlines()
    for setting in settings:
        if setting.line is not None:
            assert str(setting.path[-1]) in text[setting.line - 1]
