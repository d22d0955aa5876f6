"""What of the settings of a radio is not as it is stored is named, and no key is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from heimvakt.core.checks import Outcome
from heimvakt_drivers.zigbee.checks import Held, judge_settings

STORED = Held(
    channel=15,
    pan_id=0x1234,
    extended_pan_id="aa:bb",
    key=b"secret",
    radio="00:12:4b:00:00:00:00:01",
)


def test_equal_settings_pass() -> None:
    assert judge_settings(STORED, STORED).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"channel": 25}, "channel"),
        ({"pan_id": 1}, "PAN id"),
        ({"extended_pan_id": "cc"}, "extended PAN id"),
        ({"key": b"another"}, "key"),
        ({"radio": "00:12:4b:02", "channel": 11}, "channel, address"),
    ],
)
def test_what_differs_is_named(changes: dict[str, object], named: str) -> None:
    found = judge_settings(STORED, replace(STORED, **changes))  # type: ignore[arg-type]
    assert found.outcome is Outcome.FAIL
    assert found.text.en.endswith(f": {named}")
    assert found.advice
    assert "secret" not in found.text.en + found.text.nb
