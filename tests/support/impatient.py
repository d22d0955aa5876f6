"""`heimvakt run` whose store waits half a second for a disk, and not five: `python -m
tests.support.impatient run ...`. All else is the real thing; so a dead disk is given up in 9 s.
"""

from __future__ import annotations

BUSY = "PRAGMA busy_timeout = 5000"


def main() -> None:
    """Run the command line."""
    from heimvakt.cli import main as command
    from heimvakt.store import database

    assert BUSY in database.PRAGMAS
    shorter = tuple(p.replace("5000", "500") if p == BUSY else p for p in database.PRAGMAS)
    vars(database)["PRAGMAS"] = shorter
    command()


if __name__ == "__main__":
    main()
