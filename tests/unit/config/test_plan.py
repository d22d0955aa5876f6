"""A plan names what differs, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from heimvakt.config.configuration import Configuration
from heimvakt.config.plan import Change, Difference, changes
from tests.unit.config.homes import GOOD, check


def home(folder: Path, text: str) -> Configuration:
    found = check(folder, text).configuration
    assert found is not None
    return found


def planned(folder: Path, old: str, new: str) -> tuple[Change, ...]:
    assert old in GOOD
    return changes(home(folder, GOOD), home(folder, GOOD.replace(old, new, 1)))


def test_the_same_home_has_none(tmp_path: Path) -> None:
    assert planned(tmp_path, "version = 1", "# other words\nversion = 1") == ()


@pytest.mark.parametrize(
    ("old", "new", "where", "told"),
    [
        (
            'back_within = "20m"',
            'back_within = "25m"',
            "rules.night-wandering",
            ("back_within", "20m", "25m"),
        ),
        ('address = "04"', 'address = "05"', "devices.pendant", ("address", "04", "05")),
        ('cancel = "10s"\n', "", "devices.pendant", ("cancel", "10s", "nothing")),
        (
            '"/dev/ttyS1"',
            '"/dev/ttyS2"',
            "drivers.osdp.front",
            ("port", "/dev/ttyS1", "/dev/ttyS2"),
        ),
        ('language = "nb"', 'language = "en"', "gateway", ("language", "nb", "en")),
        (
            '"+4799999999"',
            '"+4788888888"',
            "receivers.daughter",
            ("number", "(not shown)", "(not shown)"),
        ),
        (
            'signs = ["hall-motion", "front-door"]',
            'signs = ["hall-motion"]',
            "rules.night-wandering",
            ("signs", "hall-motion, front-door", "hall-motion"),
        ),
    ],
)
def test_a_changed_key_is_told_with_both_values(
    tmp_path: Path, old: str, new: str, where: str, told: tuple[str, str, str]
) -> None:
    key, before, after = told
    one = Difference(key=key, before=before, after=after)
    assert planned(tmp_path, old, new) == (Change(where=where, what="changed", keys=(one,)),)


def test_what_is_added_and_removed_is_told_by_its_name(tmp_path: Path) -> None:
    one = '[rules.night-door]\ndoors = ["front-door"]\n'
    found = planned(tmp_path, one, '[rules.door-open]\ndoors = ["front-door"]\nafter = "15m"\n')
    assert [(c.what, c.where) for c in found] == [
        ("removed", "rules.night-door"),
        ("added", "rules.door-open"),
    ]


def test_routes_are_one(tmp_path: Path) -> None:
    old = 'to = [{ receiver = "centre" }, { receiver = "daughter" }]'
    (change,) = planned(tmp_path, old, 'to = [{ receiver = "daughter" }, { receiver = "centre" }]')
    assert (change.where, change.what) == ("routes", "changed")


def test_a_public_key_is_shown_as_it_stands_in_the_file(tmp_path: Path) -> None:
    key = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    section = f'[updates.keys.f]\nkey = "{key}"\nmay = ["program", "keys", "configuration"]\n'
    (change,) = planned(tmp_path, "[rules.night-door]\n", f"{section}[rules.night-door]\n")
    (keys,) = (one for one in change.keys if one.key == "keys")
    assert key in keys.after
