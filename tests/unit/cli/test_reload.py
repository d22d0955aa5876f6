"""What a person is told of a reload, and when he is asked."""

from __future__ import annotations

from typing import Any

import pytest

from heimvakt.cli.reload import is_grave, lines

PLAN: dict[str, Any] = {
    "file": "home.toml",
    "same": False,
    "digest": "2",
    "light": False,
    "changes": [
        {
            "where": "rules.night-wandering",
            "what": "changed",
            "keys": [{"key": "back_within", "before": "20m", "after": "25m"}],
        }
    ],
    "lost": [],
    "not_in_use": {},
    "restart": [],
    "open_alarms": 0,
}
REMOVED = {"where": "rules.inactivity", "what": "removed", "keys": []}
LOST = {"where": "rules.inactivity", "what": "what it has learned in 5 weeks"}


def test_it_is_told_as_it_is() -> None:
    told = {
        **PLAN,
        "changes": [*PLAN["changes"], REMOVED],
        "lost": [LOST],
        "not_in_use": {"devices.bed": "address is missing (line 7)"},
        "restart": ["credential:x: it is not there"],
        "open_alarms": 1,
    }
    assert list(lines(told)) == [
        "home.toml: 2 changes",
        "  changed   rules.night-wandering",
        "            back_within: 20m -> 25m",
        "  removed   rules.inactivity",
        "  LOST      rules.inactivity: what it has learned in 5 weeks",
        "  NOT USED  devices.bed: address is missing (line 7)",
        "  RESTART   credential:x: it is not there",
        "the service begins anew: radios and connections are closed for some seconds, rules go on "
        "where they were",
        "1 alarm open: they stay so",
    ]
    assert list(lines({**PLAN, "same": True})) == ["home.toml is in use as it is"]


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        ({}, False),
        ({"changes": [REMOVED]}, True),
        ({"lost": [LOST]}, True),
        ({"not_in_use": {"devices.bed": "x"}}, True),
        ({"open_alarms": 1}, True),
        ({"restart": ["x"]}, False),
    ],
)
def test_it_is_asked_where_somebody_should_think(more: dict[str, Any], asked: bool) -> None:
    assert is_grave({**PLAN, **more}) is asked
