"""The command line, one file for each verb."""

from __future__ import annotations

from .root import app


def main() -> None:
    """The command `heimvakt`."""
    app()
