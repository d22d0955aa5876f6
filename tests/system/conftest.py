"""The clean Debian, and the package of these sources: made once for all that boots a machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.machine import debian, needs_a_machine, package

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache/machine"


@pytest.fixture(scope="session")
def tree() -> Path:
    needs_a_machine()
    CACHE.mkdir(parents=True, exist_ok=True)
    return debian(CACHE)


@pytest.fixture(scope="session")
def deb(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    del tree
    return package(tmp_path_factory.mktemp("package"), ROOT)
