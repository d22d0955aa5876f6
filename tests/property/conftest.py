"""A property that fails is made small before it is told, which takes longer than a test may."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
SHRINKS_S = 600
"""Hypothesis gives up making it small after five minutes; cut off sooner it would not be told."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.timeout(SHRINKS_S))
