"""The figures of a month as people and programs read them, and what is wrong said in a line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from heimvakt.cli.report_lines import lines
from heimvakt.cli.root import app

RUNNER = CliRunner()
HOME = Path(__file__).parents[3] / "config" / "home.toml"
SUMMARY: dict[str, Any] = {
    **{"month": "2026-10", "first_day": "2026-10-14", "last_day": "2026-10-31"},
    **{"is_over": True, "elapsed_s": 1_540_800, "on_s": 1_533_600, "cut_off_s": 780},
    "alarms": [
        {
            **{"rule": "night-wandering", "kind": "night-wandering", "priority": "high"},
            **{"raised": 3, "tests": 0, "delivered": 3, "accepted": 3, "cancelled": 0, "reset": 0},
            **{"closed_true": 2, "closed_false": 1, "closed_test": 0, "closed_unknown": 0},
        },
        {
            **{"rule": "technical", "kind": "radio", "priority": "low"},
            **{"raised": 4, "tests": 1, "delivered": 3, "accepted": 0, "cancelled": 0, "reset": 4},
            **{"closed_true": 0, "closed_false": 0, "closed_test": 1, "closed_unknown": 1},
        },
    ],
    "delivered": [
        {"priority": "high", "count": 3, "median_s": 0.41, "p95_s": 3.0, "worst_s": 61.27}
    ],
    "accepted": [],
    "doses": {"in_time": 30, "early": 1, "travel": 2, "missed": 3, "unknown": 4},
    **{"visits": 17, "visits_missed": 1, "devices_silent": 2, "batteries_low": 1},
    **{"paths_lost": 3, "mains_lost": 0},
}
DOCUMENT = Path(__file__).parents[3] / "docs" / "statistics.md"


def report(*words: object) -> Result:
    return RUNNER.invoke(app, ["report", *map(str, words)])


def shown(language: str, **changed: Any) -> str:
    answer = {"gateway": "no-1505-004711", "language": language, "months": ["2026-10"]}
    return "\n".join(lines({**answer, "summary": {**SUMMARY, **changed}}))


def test_the_table_in_english_is_that_of_the_document() -> None:
    example = re.search(
        r"<!-- example: report -->\n```\n(.*?)\n```\n", DOCUMENT.read_text(), re.DOTALL
    )
    assert example is not None
    assert shown("en") == example[1]


def test_the_table_in_norwegian() -> None:
    told = shown("nb", is_over=False)
    assert told.startswith("no-1505-004711  2026-10-14 til 2026-10-31, ikke over ennå\n")
    assert "17 d 18 t av 17 d 20 t" in told
    assert "30 i tide, 1 tidlig, 2 til reise, 3 ikke tatt, 4 ukjent" in told
    assert "ikke lukket" in told


def test_a_rule_that_told_two_false_high_alarms_is_one_to_look_at() -> None:
    alarms: list[dict[str, Any]] = [{**each, "closed_false": 2} for each in SUMMARY["alarms"]]
    *_, blank, first, last = shown("en", alarms=alarms).splitlines()
    assert blank == ""
    assert first.startswith("night-wandering: 2 false high alarms. When does the resident rise,")
    assert last == "Try other settings on what happened: heimvakt replay --against."
    assert "night-wandering: 2 falske alarmer med høy prioritet. " in shown("nb", alarms=alarms)
    medium = [{**each, "priority": "medium"} for each in alarms]
    assert "heimvakt replay" not in shown("en", alarms=medium), "whoever looks within the hour"


def test_a_month_of_nothing_is_told_without_empty_tables() -> None:
    told = shown("en", alarms=[], delivered=[], elapsed_s=0, on_s=0)
    assert "alarms" not in told
    assert "on       0 s of 0 s\n" in told


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--month", "October"), 2, '"October" is no month\n  write it as 2026-10'),
        (("--month", "2026-13"), 2, '"2026-13" is no month'),
        (("--json", "--csv"), 2, "--json or --csv, not both"),
        (("--config", HOME), 1, "no service answers, and there is no "),
    ],
)
def test_what_cannot_be_reported_is_said_in_a_line(
    words: tuple[object, ...], code: int, said: str, tmp_path: Path
) -> None:
    ended = report(*words, "--state", tmp_path)
    assert ended.exit_code == code
    assert said in ended.output


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "heimvakt.db").write_text("a shopping list")
    ended = report("--state", tmp_path, "--config", HOME)
    assert ended.exit_code == 1
    assert "is it the heimvakt.db of a gateway, and may you read it?" in ended.output


def test_the_help_has_an_example() -> None:
    told = report("--help").output
    assert "heimvakt report --month 2026-10" in told
    assert "No name and no hour is in it" in " ".join(told.split())
