"""How findings look on a terminal and to a program."""

from __future__ import annotations

import json

from heimvakt.config import Finding, Severity, as_json, render_findings
from heimvakt.config.findings import dotted, either, in_order, nearest, quoted

FINDINGS = (
    Finding(
        file="home.toml",
        line=47,
        column=9,
        what="devices.front-dor is used by rules.night-door but there is no such device",
        hints=('did you mean "front-door" (line 33)?',),
        path=("rules", "night-door", "doors", 0),
    ),
    Finding(
        file="home.toml",
        line=118,
        column=12,
        severity=Severity.WARNING,
        what="drivers.zigbee.port: nothing is plugged in",
        hints=("plugged in now: nothing", "plug it in"),
        path=("drivers", "zigbee", "port"),
    ),
)


def test_the_report_is_aligned() -> None:
    assert render_findings(FINDINGS) == (
        "home.toml:47:9    error    devices.front-dor is used by rules.night-door"
        " but there is no such device\n"
        '                           did you mean "front-door" (line 33)?\n'
        "home.toml:118:12  warning  drivers.zigbee.port: nothing is plugged in\n"
        "                           plugged in now: nothing\n"
        "                           plug it in\n"
        "1 error, 1 warning"
    )


def test_nothing_wrong() -> None:
    assert render_findings(()) == "0 errors, 0 warnings"


def test_a_program_gets_the_same() -> None:
    read = json.loads(as_json(FINDINGS))
    assert (read["errors"], read["warnings"]) == (1, 1)
    assert read["findings"][0] == {
        "file": "home.toml",
        "line": 47,
        "column": 9,
        "severity": "error",
        "what": "devices.front-dor is used by rules.night-door but there is no such device",
        "hints": ['did you mean "front-door" (line 33)?'],
        "path": ["rules", "night-door", "doors", 0],
    }


def test_a_file_as_a_whole_has_no_line() -> None:
    whole = Finding(file="home.toml", what="the file is empty")
    assert render_findings([whole]).startswith("home.toml  error    the file is empty\n")


def test_they_stand_in_the_order_of_the_file_and_once() -> None:
    first, second = FINDINGS
    assert in_order([second, first, second]) == (first, second)


def test_values_are_shown_short_and_on_one_line() -> None:
    assert quoted("a\nb\x1b") == '"a\\x0ab\\x1b"'
    assert len(quoted("x" * 1000)) < 70
    values: list[object] = [True, 7, [], [1], {}]
    assert [quoted(v) for v in values] == [
        "true", "7", "an empty list", "a list", "a table",
    ]  # fmt: skip
    assert dotted(("routes", 0, "to", 1, "receiver")) == "routes[0].to[1].receiver"


def test_the_nearest_word() -> None:
    assert nearest("front-dor", ["hall-motion", "front-door"]) == "front-door"
    assert nearest("Night_Door", ["night-door"]) == "night-door"
    assert nearest("sofa", ["bed", "door"]) is None
    assert nearest("", []) is None
    assert either(["a"]) == "a"
    assert either(["a", "b", "c"]) == "a, b or c"
