"""The command line, one file for each verb."""

from __future__ import annotations

import sys

from . import lean


def main() -> None:
    """The command `heimvakt`."""
    lean.begin()
    if sys.argv[1:2] == ["run"]:
        from . import service

        if (asked := service.asked(sys.argv[2:])) is not None:
            service.run(asked)
            return
    from .root import app

    app()
