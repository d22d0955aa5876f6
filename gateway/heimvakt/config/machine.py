"""What there is on this machine that a file may name. Warnings only: it may be plugged in yet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SYS = Path("/sys/class")


@dataclass(frozen=True, slots=True)
class Machine:
    """Names as the kernel has them."""

    interfaces: tuple[str, ...]
    lamps: tuple[str, ...]


def this_machine(sys: Path = SYS) -> Machine:
    """What the kernel shows now."""
    return Machine(
        interfaces=tuple(name for name in _names(sys / "net") if name != "lo"),
        lamps=_names(sys / "leds"),
    )


def _names(folder: Path) -> tuple[str, ...]:
    try:
        return tuple(sorted(entry.name for entry in folder.iterdir()))
    except OSError:
        return ()
