"""Mistakes that installers make, and what they are told, word for word (mistakes.txt)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from heimvakt.config import has_errors, render_findings
from tests.unit.config.homes import GOOD, HERE, check


@dataclass(frozen=True)
class Case:
    name: str
    text: str
    report: str


def _changed(text: str, old: list[str], new: list[str]) -> str:
    """The text with the lines `old` replaced by `new`, where they stand first."""
    before, found, after = f"\n{text}".partition("".join(f"\n{line}" for line in old) + "\n")
    assert found, old
    return (before + "".join(f"\n{line}" for line in new) + "\n" + after).removeprefix("\n")


def _cases() -> list[Case]:
    entries = (HERE / "mistakes" / "mistakes.txt").read_text(encoding="utf-8").split("\n=== ")
    return [_case(entry) for entry in entries[1:]]


def _case(entry: str) -> Case:
    name, *lines = entry.rstrip("\n").split("\n")
    text, old, new, report = GOOD, list[str](), list[str](), list[str]()
    for line in [*lines, "."]:
        sign = line[:2].rstrip()
        if new and sign != "+":
            text, old, new = _changed(text, old, new), [], []
        elif old and sign not in ("-", "+"):
            text, old = _changed(text, old, []), []
        if sign == "-":
            old.append(line[2:])
        elif sign == "+":
            new.append(line[2:])
        elif line != ".":
            report.append(line)
    return Case(name, text, "\n".join(report))


CASES = _cases()


def test_the_home_without_mistakes_has_none(tmp_path: Path) -> None:
    loaded = check(tmp_path, GOOD)
    assert loaded.findings == ()
    assert loaded.configuration is not None


@pytest.mark.parametrize("case", [pytest.param(c, id=c.name) for c in CASES])
def test_a_mistake_is_told_in_these_words(case: Case, tmp_path: Path) -> None:
    loaded = check(tmp_path, case.text)
    findings = [replace(finding, file="home.toml") for finding in loaded.findings]
    assert render_findings(findings) == case.report
    assert (loaded.configuration is None) == has_errors(findings)


@pytest.mark.parametrize("case", [pytest.param(c, id=c.name) for c in CASES])
def test_every_finding_says_what_to_do(case: Case, tmp_path: Path) -> None:
    for finding in check(tmp_path, case.text).findings:
        assert finding.hints, finding.what


def test_the_corpus_is_large() -> None:
    assert len(CASES) >= 100
    assert len({case.name for case in CASES}) == len(CASES)


def test_no_secret_is_repeated(tmp_path: Path) -> None:
    secrets = [case for case in CASES if "hunter2" in case.text]
    assert len(secrets) == 2
    for case in secrets:
        assert "hunter2" not in render_findings(check(tmp_path, case.text).findings)


def test_a_key_in_clear_is_found_wherever_it_stands(tmp_path: Path) -> None:
    key = "-----BEGIN EC PRIVATE KEY-----\\nMHcCAQEEIAxyz\\n-----END EC PRIVATE KEY-----"
    text = GOOD.replace('room = "bedroom"', f'room = "{key}"')
    report = render_findings(check(tmp_path, text).findings)
    assert "MHc" not in report
    assert "credential:NAME" in report
