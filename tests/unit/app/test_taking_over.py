"""What can change while the gateway goes on, and what takes a new life."""

from __future__ import annotations

from pathlib import Path

import pytest

from heimvakt.app import catalogue
from heimvakt.app.taking_over import is_light
from heimvakt.config.configuration import Configuration
from heimvakt.config.loader import load

EXAMPLE = (Path(__file__).parents[3] / "config" / "home.toml").read_text()


def configuration(folder: Path, before: str = "", after: str = "") -> Configuration:
    assert before in EXAMPLE
    file = folder / "home.toml"
    file.write_text(EXAMPLE.replace(before, after) if before else EXAMPLE)
    found = load(file, catalogue()).configuration
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("before", "after", "light"),
    [
        ("", "", True),
        ("# --- what is in", "# - what is in", True),
        ('room = "bedroom"', 'room = "living room"', True),
        ("00:15:8d:00:02:3a:4b:5c", "00:15:8d:00:02:3a:4b:5d", True),
        ("[devices.pendant] ", "[devices.wrist] ", True),
        ('back_within = "20m"', 'back_within = "25m"', False),
        ('language = "nb"', 'language = "en"', False),
        ("usb-ITead_Sonoff", "usb-other", False),
    ],
)
def test_only_devices_may_differ(tmp_path: Path, before: str, after: str, light: bool) -> None:
    changed = configuration(tmp_path, before, after)
    assert is_light(configuration(tmp_path), changed) is light
