"""What runs, on what, and what it has logged."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from heimvakt import __version__

UNIT = "heimvakt.service"
ASK_S = 20.0
"""For each program that is asked: one that hangs must not keep the bundle."""
LOG_BYTES_MAX = 1024 * 1024
FILES_MAX = 300

_SHOWN = (
    "ActiveState,SubState,Result,UnitFileState,NRestarts,ExecMainStatus,ExecMainStartTimestamp"
    ",ActiveEnterTimestamp,InactiveEnterTimestamp,MemoryCurrent,MemoryPeak,TasksCurrent,CPUUsageNSec"
    ",WatchdogTimestamp,StatusText,FragmentPath,DropInPaths,NeedDaemonReload,ConditionResult"
)
"""Of the unit; never its environment."""


class NotThere(Exception):
    """What was asked for is not on this machine; the text says what."""


def versions() -> dict[str, Any]:
    """Of all software that matters."""
    return {
        "heimvakt": __version__,
        "python": platform.python_version(),
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "system": _system(),
        "board": _first_line(Path("/proc/device-tree/model")),
        "packages": dict(sorted(_packages())),
    }


def box(state: Path) -> dict[str, Any]:
    """Memory, disk, load, temperatures, what is plugged in."""
    return {
        "up_s": _number(_first_line(Path("/proc/uptime")).split()[:1]),
        "load": list(os.getloadavg()),
        "memory": _memory(),
        "disk": {str(path): _disk(path) for path in (Path("/"), state)},
        "temperatures": {
            zone.name: _number([_first_line(zone / "temp")])
            for zone in sorted(Path("/sys/class/thermal").glob("thermal_zone*"))[:16]
        },
        "serial": _names(Path("/dev/serial/by-id")),
        "by_path": _names(Path("/dev/serial/by-path")),
        "watchdog": Path("/dev/watchdog").exists(),
        "rtc": Path("/dev/rtc0").exists(),
    }


def files(state: Path) -> list[Mapping[str, Any]]:
    """The names in the folder of the state; what is in them stays there."""
    rows: list[Mapping[str, Any]] = []
    for path in sorted(state.rglob("*"))[:FILES_MAX]:
        with suppress(OSError):
            found = path.lstat()
            rows.append(
                {
                    "name": str(path.relative_to(state)),
                    "bytes": found.st_size,
                    "mode": f"{found.st_mode & 0o7777:o}",
                    "owner": found.st_uid,
                }
            )
    return rows


def unit() -> str:
    """What systemd says of the service, of the clock, and of what has failed."""
    asked = (
        ["systemctl", "show", UNIT, f"--property={_SHOWN}"],
        ["systemctl", "list-timers", "heimvakt*", "--all", "--no-pager"],
        ["systemctl", "--failed", "--no-pager", "--no-legend"],
        ["timedatectl", "show"],
    )
    if shutil.which("systemctl") is None:
        raise NotThere("systemd is not here")
    return "\n\n".join(f"$ {' '.join(one[:3])}\n{_said(one)}" for one in asked)


def log(lines: int, file: Path | None) -> bytes:
    """The last lines of the service: of a file, or of the journal of the machine."""
    if file is not None:
        return _tail(_end_of(file), lines)
    if shutil.which("journalctl") is None:
        raise NotThere("journalctl is not here, and no file was named: --log FILE")
    asked = ["journalctl", "-u", UNIT, "-n", str(lines), "--no-pager", "-o", "short-iso"]
    return _tail(_said(asked).encode(errors="replace"), lines)


def _said(asked: Sequence[str]) -> str:
    try:
        done = subprocess.run(
            asked, capture_output=True, timeout=ASK_S, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"could not be had: {type(error).__name__}"
    return (done.stdout + done.stderr)[-LOG_BYTES_MAX:].decode(errors="replace")


def _end_of(file: Path) -> bytes:
    with file.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(size - LOG_BYTES_MAX, 0))
        return stream.read(LOG_BYTES_MAX)


def _tail(content: bytes, lines: int) -> bytes:
    return b"\n".join(content[-LOG_BYTES_MAX:].split(b"\n")[-lines - 1 :])


def _packages() -> Iterator[tuple[str, str]]:
    for one in distributions():
        name = one.metadata["Name"]
        if name:
            yield name, one.version


def _system() -> str:
    with suppress(OSError):
        return platform.freedesktop_os_release().get("PRETTY_NAME", "")
    return ""


def _memory() -> dict[str, str]:
    wanted = ("MemTotal", "MemAvailable", "SwapTotal", "SwapFree")
    with suppress(OSError):
        rows = (line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        return {name: value.strip() for name, value in rows if name in wanted}
    return {}


def _disk(path: Path) -> dict[str, int] | None:
    with suppress(OSError):
        found = os.statvfs(path)
        return {
            "bytes": found.f_blocks * found.f_frsize,
            "free": found.f_bavail * found.f_frsize,
            "files_free": found.f_favail,
            "read_only": int(bool(found.f_flag & os.ST_RDONLY)),
        }
    return None


def _names(folder: Path) -> list[str]:
    with suppress(OSError):
        return sorted(path.name for path in folder.iterdir())[:50]
    return []


def _first_line(file: Path) -> str:
    with suppress(OSError):
        return file.read_text(errors="replace").strip("\0\n ")
    return ""


def _number(words: Sequence[str]) -> float | None:
    with suppress(ValueError, IndexError):
        return float(words[0])
    return None
