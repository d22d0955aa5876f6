"""A small disk of one's own: it may be filled, and all that reaches it is counted."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.hosts import AS_BY_THE_UNIT
from tests.support.small_disk import Disk

MIB = 96
INSIDE = "HEIMVAKT_BENCH_INSIDE"
SECTOR = 512
"""Bytes, in which /sys counts whatever the disk has (Documentation/block/stat.rst of Linux)."""
WRITTEN = 6
"""The place of the sectors written in that file."""


@dataclass(slots=True)
class Mounted(Disk):
    """With what it is: ext4 in a file, or memory where nobody may mount that."""

    kind: str = "ext4"
    device: str = ""
    others: list[Path] = field(default_factory=list)

    def written_bytes(self) -> int | None:
        """To the disk under the file system since it was mounted; None: there is none."""
        if not self.device:
            return None
        stat = Path("/sys/class/block", Path(self.device).name, "stat").read_text(encoding="ascii")
        return int(stat.split()[WRITTEN]) * SECTOR


def alone(part: str, arguments: Sequence[str]) -> None:
    """Go on in a mount namespace of its own, with the environment that the unit gives."""
    if INSIDE in os.environ:
        return
    user = () if os.geteuid() == 0 else ("--user", "--map-root-user")
    outside = ("unshare", "--mount", "--propagation", "private", *user)
    command = [*outside, sys.executable, "-m", "benchmarks", part, *arguments]
    os.execvpe(command[0], command, {**os.environ, **AS_BY_THE_UNIT, INSIDE: "1"})


@contextmanager
def mounted(folder: Path) -> Iterator[Mounted]:
    """A disk in this folder. `alone` comes first."""
    place, image = folder / "disk", folder / "disk.img"
    place.mkdir(exist_ok=True)
    with image.open("wb") as file:
        file.truncate(MIB << 20)
    disk = Mounted(place)
    if _ran("mkfs.ext4", "-q", "-F", image) and _ran("mount", "-o", "loop", image, place):
        found = subprocess.run(
            ["findmnt", "--noheadings", "--output", "SOURCE", place],
            capture_output=True,
            text=True,
            check=True,
        )
        disk.device = found.stdout.strip()
    else:
        disk.kind = "memory"
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MIB}m", "tmpfs", place], check=True)
    try:
        yield disk
    finally:
        _ran("umount", place)


def _ran(*command: str | Path) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
