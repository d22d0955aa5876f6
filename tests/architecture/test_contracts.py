"""The architecture is a test: import-linter holds the contracts of `pyproject.toml`."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS: list[dict[str, object]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"][
    "importlinter"
]["contracts"]


@pytest.fixture(scope="module")
def report() -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=ROOT,
        env={"COLUMNS": "200", "NO_COLOR": "1", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@pytest.mark.parametrize("name", [contract["name"] for contract in CONTRACTS])
def test_contract_is_kept(name: str, report: subprocess.CompletedProcess[str]) -> None:
    lines = report.stdout.splitlines()
    verdicts = [line for line in lines if line.startswith((f"{name} KEPT", f"{name} BROKEN"))]
    assert verdicts, f"no verdict:\n{report.stdout}{report.stderr}"
    assert " KEPT" in verdicts[0], report.stdout.partition("Broken contracts")[2]


def test_no_contract_is_broken(report: subprocess.CompletedProcess[str]) -> None:
    assert report.returncode == 0, report.stdout + report.stderr
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in report.stdout
