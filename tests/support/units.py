"""The unit files, and what stands in them."""

from __future__ import annotations

from pathlib import Path

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNITS = sorted(
    unit for kind in ("service", "timer", "socket", "path") for unit in SYSTEMD.glob(f"*.{kind}")
)


def directives(name: str) -> dict[str, list[str]]:
    """Every directive of a unit with its values, in their order."""
    found: dict[str, list[str]] = {}
    for line in (SYSTEMD / name).read_text().splitlines():
        key, separator, value = line.partition("=")
        if separator and not line.startswith(("#", ";")):
            found.setdefault(key, []).append(value)
    return found
