"""The command line, one file for each verb."""

from __future__ import annotations

from . import lean


def main() -> None:
    """The command `heimvakt`."""
    lean.begin()
    from .root import app

    app()
