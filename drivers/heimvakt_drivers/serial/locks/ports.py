"""Whether a serial port of the configuration is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from heimvakt.core.ports import Mistake


def check_port(port: str, where: tuple[str | int, ...]) -> Iterator[Mistake]:
    """What is wrong with it: no path, or nothing there now."""
    place = (*where, "port")
    if not port.startswith("/"):
        yield Mistake(
            place, f'"{port}" is no path', "write the whole path, from /dev/serial/by-path/ if any"
        )
    elif not Path(port).exists():
        yield Mistake(
            place,
            f"nothing is plugged in at {port}",
            "plug the adapter in, or see what there is: ls -l /dev/serial/by-path/",
            warning=True,
        )
