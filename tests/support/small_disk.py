"""A disk that is small, in a mount namespace of its own.

`on_small_disk` runs a scenario of `disk_scenarios` in a child process, which is that file as a
program. What a scenario returns is what it found.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from heimvakt.store.limits import MIB

ROOT = Path(__file__).parents[2]
MEMORY = Path("/dev/shm")
DISK_MIB = 32
CHILD = (sys.executable, "-m", "tests.support.disk_scenarios")
_ALONE = (
    *("unshare", "--mount", "--propagation", "private"),
    *(() if os.geteuid() == 0 else ("--user", "--map-root-user")),
)
NO_DISK = 77
"""What the child ends with where nothing can be mounted."""


class NoDisk(Exception):
    """This machine lets nobody mount a disk; the text says why."""


@dataclass(slots=True)
class Disk:
    """Mounted at `place`."""

    place: Path
    others: list[Path] = field(default_factory=list)

    @property
    def state(self) -> Path:
        return self.place / "state"

    @property
    def image(self) -> Path:
        """Where it is one."""
        return self.place.with_suffix(".img")

    @property
    def free(self) -> int:
        disk = os.statvfs(self.place)
        return disk.f_bavail * disk.f_frsize

    def eat(self) -> int:
        """Somebody else takes every byte that there is."""
        other = self.place / f"other-{len(self.others)}"
        taken = 0
        with other.open("ab", buffering=0) as file:
            for size in (1 << 20, 4096, 512, 1):
                try:
                    while True:
                        taken += file.write(b"\xff" * size)
                except OSError:
                    continue
        self.others.append(other)
        return taken

    def give_back(self) -> None:
        """Somebody makes room."""
        for other in self.others:
            other.unlink()
        self.others.clear()


def on_small_disk(kind: str, scenario: str) -> dict[str, Any]:
    """What a scenario finds on a disk of this kind: `tmpfs` or `ext4`.

    Raises:
        NoDisk: this machine lets nobody mount one.
    """
    # In memory, if there is a place: what a disk can take is asked here, not how fast it is.
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        child = subprocess.run(
            [*_ALONE, *CHILD, kind, str(Path(folder, "disk")), scenario],
            check=False,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), *sys.path))},
        )
    if child.returncode == NO_DISK:
        raise NoDisk(child.stderr.strip())
    if child.returncode:
        raise AssertionError(f"{scenario} on {kind}: {child.stderr}")
    found: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])
    return found


def mount(kind: str, disk: Disk) -> None:
    """At its place."""
    disk.place.mkdir()
    if kind == "tmpfs":
        say("mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", str(disk.place))
        return
    with disk.image.open("wb") as file:
        file.truncate(DISK_MIB * MIB)
    say("mkfs.ext4", "-q", "-m", "0", str(disk.image))
    say("mount", "-o", "loop,errors=remount-ro", str(disk.image), str(disk.place))


def remount(disk: Disk, how: str) -> None:
    """`ro` or `rw`."""
    say("mount", "-o", f"remount,{how}", str(disk.place))


def break_file_system(disk: Disk) -> None:
    """It finds an error in itself, as one does whose disk fails."""
    device = say("findmnt", "-no", "SOURCE", str(disk.place))
    Path("/sys/fs/ext4", Path(device).name, "trigger_fs_error").write_text("1", encoding="ascii")


def say(*words: str) -> str:
    """What the command answers."""
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()
