"""A detector is armed by being in the file; how urgent it is can be chosen where that is safe."""

from __future__ import annotations

from pathlib import Path

import pytest

from heimvakt.config import render_findings
from tests.unit.config.homes import CATALOGUE, GOOD, check

DETECTORS = ("smoke", "heat", "carbon-monoxide", "leak", "fall")


def with_detectors(*, less: str = "", more: str = "") -> str:
    """The good home with one of each."""
    devices = "".join(
        f'\n[devices.kitchen-{role}]\nrole = "{role}"\ndriver = "zigbee"\naddress = "d{number}"\n'
        for number, role in enumerate(DETECTORS)
        if role != less
    )
    return GOOD + devices + more


def test_a_detector_needs_no_section_of_a_rule(tmp_path: Path) -> None:
    loaded = check(tmp_path, with_detectors())
    assert not loaded.findings, render_findings(loaded.findings)
    assert loaded.configuration is not None
    home = loaded.configuration.to_home(CATALOGUE.rules)
    for role in DETECTORS:
        assert home.rules_that_need(f"kitchen-{role}") == (role,)


def test_a_route_may_name_dangers(tmp_path: Path) -> None:
    kinds = "".join(f'"{kind}", ' for kind in (*DETECTORS, "tamper"))
    route = f'[[routes]]\npriority = ["high", "medium", "low"]\nkind = [{kinds}]\n'
    route += 'to = [{ receiver = "daughter" }, { receiver = "centre", after = "5m" }]\n\n'
    at = with_detectors().index("[[routes]]")
    loaded = check(tmp_path, with_detectors()[:at] + route + with_detectors()[at:])
    assert not loaded.findings, render_findings(loaded.findings)


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ('[rules.smoke]\npriority = "medium"', "an alarm of kind smoke is always high"),
        ('[rules.fall]\npriority = "low"', "an alarm of kind fall is always high"),
        ('[rules.leak]\npriority = "low"', 'an alarm of kind leak cannot be "low"'),
        ('[rules.tamper]\npriority = "high"', 'an alarm of kind tamper cannot be "high"'),
        ('[rules.heat]\nstays_for = "5s"', "too short"),
    ],
)
def test_what_is_not_safe_cannot_be_chosen(tmp_path: Path, section: str, told: str) -> None:
    loaded = check(tmp_path, with_detectors(more=f"\n{section}\n"))
    (finding,) = loaded.findings
    assert told in finding.what
    assert loaded.configuration is None


def test_a_section_without_a_detector_is_told(tmp_path: Path) -> None:
    section = '\n[rules.smoke]\nstays_for = "20m"\n'
    (finding,) = check(tmp_path, with_detectors(less="smoke", more=section)).findings
    assert finding.what == "rules.smoke: there is no device that it could hear"
