"""The plan of a dispenser and the door of a lock, as they come out of a file."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from heimvakt.config import render_findings
from heimvakt.core.doses import DosePlan
from tests.unit.config.homes import CATALOGUE, GOOD, check

MORE = """
[devices.medicine]
role = "dispenser"
driver = "zigbee"
address = "07"
doses = [
  { at = "08:30", window = "45m" },
  { at = "21:00", window = "1h", days = ["sat", "sun"] },
]

[devices.front-lock]
role = "lock"
driver = "osdp.front"
address = 1
door = "front-door"
"""


def test_they_come_out_as_they_were_written(tmp_path: Path) -> None:
    loaded = check(tmp_path, GOOD + MORE)
    assert not loaded.findings, render_findings(loaded.findings)
    assert loaded.configuration is not None
    devices = loaded.configuration.devices
    assert devices["medicine"].doses == (
        DosePlan(at=time(8, 30), window=timedelta(minutes=45)),
        DosePlan(at=time(21), window=timedelta(hours=1), days=frozenset({5, 6})),
    )
    assert devices["front-lock"].door == "front-door"


def test_a_home_with_them_is_armed_without_a_section(tmp_path: Path) -> None:
    configuration = check(tmp_path, GOOD + MORE).configuration
    assert configuration is not None
    home = configuration.to_home(CATALOGUE.rules)
    assert {"missed-dose", "dispenser-lost", "dispenser-fault"} <= set(
        home.rules_that_need("medicine")
    )
    assert "lock-fault" in home.rules_that_need("front-lock")
    assert "lock-left-open" not in home.rules


@pytest.mark.parametrize(
    ("zone", "wrong"), [("Europe/Oslo", 1), ("America/New_York", 1), ("Asia/Tokyo", 0)]
)
def test_only_where_clocks_are_set_a_night_can_bring_two_doses_together(
    tmp_path: Path, zone: str, wrong: int
) -> None:
    """New York sets its clocks at the same hour of the wall, three weeks earlier."""
    plan = 'doses = [{ at = "02:30", window = "20m" }, { at = "03:30", window = "20m" }]\n'
    text = GOOD.replace("Europe/Oslo", zone)
    text += MORE[: MORE.index("doses")] + plan
    assert len(check(tmp_path, text).findings) == wrong
