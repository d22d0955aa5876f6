"""What only one of the clocks does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from heimvakt.runtime import clock as clocks
from heimvakt.runtime.clock import DrivenClock, SystemClock, boot_id
from tests.support.homes import EVENING


def test_a_driven_clock_never_goes_back() -> None:
    clock = DrivenClock(EVENING)
    clock.drive(EVENING + timedelta(hours=1))
    clock.drive(EVENING)
    assert clock.now() == EVENING + timedelta(hours=1)
    assert clock.monotonic() == 3600.0
    assert clock.quality() == "synchronised"


def test_the_machine_says_how_sure_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "BUILT", datetime(2020, 1, 1, tzinfo=UTC))
    monkeypatch.setattr(clocks, "SYNCHRONISED", tmp_path / "synchronized")
    assert SystemClock().quality() == "holdover"
    (tmp_path / "synchronized").touch()
    assert SystemClock().quality() == "synchronised"
    monkeypatch.setattr(clocks, "BUILT", datetime(9000, 1, 1, tzinfo=UTC))
    assert SystemClock().quality() == "unknown", "no true time is before the software was made"


def test_a_boot_has_a_name_that_stays() -> None:
    assert boot_id() == boot_id() != ""
