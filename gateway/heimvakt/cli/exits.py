"""What the commands end with, and how they say that something went wrong."""

from __future__ import annotations

import sys
from enum import IntEnum
from typing import NoReturn


class Exit(IntEnum):
    """Exit codes, the same for every command."""

    GOOD = 0
    FOUND = 1
    """Something is wrong, and the command said what."""
    USAGE = 2
    NO_SERVICE = 3
    CONFIGURATION = 78
    """EX_CONFIG of sysexits.h; systemd does not start the service again and again."""


def fail(code: Exit, what: str, hint: str = "") -> NoReturn:
    """Say on standard error what is wrong and what to do, and end."""
    from typer import Exit as Ended  # the service has its exit codes from here, and no typer

    tell(what, hint)
    raise Ended(code)


def tell(what: str, hint: str = "") -> None:
    """Say on standard error what is wrong and what to do."""
    print(f"heimvakt: {what}", file=sys.stderr)
    if hint:
        print(f"  {hint}", file=sys.stderr)
