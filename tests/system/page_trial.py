"""Runs in the place of the local page, in its unit: tries what it needs and what it must not have.

Writes what came of each as JSON, one line: `true`, or the name of the error.
"""

from __future__ import annotations

import ctypes
import errno
import json
import mmap
import os
import pathlib
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import partial

if os.getuid() == 0:
    sys.exit("what this tries would be done: it runs in the unit of the page, as its user")

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWUSER = 0x10000000
WRITABLE = ("/tmp", "/var/tmp", "/dev/shm", "/run/heimvakt-page")
NEAR, FAR = ("127.0.0.1", 1883), ("192.0.2.1", 8391)
"""A broker of this box; a host beside it."""


def called(name: str, *arguments: object) -> None:
    if getattr(LIBC, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)


def opened(path: str, mode: str = "r") -> None:
    pathlib.Path(path).open(mode).close()


def listed(path: str) -> None:
    list(pathlib.Path(path).iterdir())


def made(kind: int, how: int = socket.SOCK_STREAM) -> None:
    socket.socket(kind, how).close()


def met(address: tuple[str, int]) -> None:
    socket.create_connection(address, timeout=2).close()


def control() -> None:
    with socket.socket(socket.AF_UNIX) as end:
        end.connect("/run/heimvakt/control")


def own_desk() -> None:
    file = pathlib.Path("/run/heimvakt-page/trial")
    file.touch()
    file.unlink()


def run_a_program_from(folder: str) -> None:
    file = pathlib.Path(folder, "program")
    try:
        file.write_bytes(pathlib.Path("/usr/bin/true").read_bytes())
        file.chmod(0o700)
        subprocess.run([file], check=True)
    finally:
        file.unlink(missing_ok=True)


def code_that_writes_itself() -> None:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()


ALLOWED: dict[str, Callable[[], object]] = {
    "ask the gateway": control,
    "give codes": own_desk,
    "speak over loopback": lambda: met(NEAR),
}
REFUSED: dict[str, Callable[[], object]] = {
    "read the file of the home": lambda: opened("/etc/heimvakt/home.toml"),
    "read the journal": lambda: opened("/var/lib/heimvakt/heimvakt.db"),
    "read the secrets at rest": lambda: listed("/etc/heimvakt/credentials"),
    "read the copies": lambda: listed("/var/backups/heimvakt"),
    "read the passwords of the box": lambda: opened("/etc/shadow"),
    "read a home": lambda: listed("/root"),
    "write where others read": lambda: opened("/var/tmp/../lib/evil", "w"),
    "write a program of the box": lambda: opened("/usr/bin/evil", "w"),
    "open a serial line": lambda: opened("/dev/ttyUSB9", "r+b"),
    **{f"run a program from {folder}": partial(run_a_program_from, folder) for folder in WRITABLE},
    "see other processes": lambda: listed("/proc/1"),
    "kill one": lambda: os.kill(1, 0),
    "hear all packets": lambda: made(socket.AF_PACKET, socket.SOCK_RAW),
    "hear of interfaces": lambda: made(socket.AF_NETLINK, socket.SOCK_RAW),
    "become root": lambda: os.setuid(0),
    "have a namespace": lambda: called("unshare", CLONE_NEWUSER),
    "mount": lambda: called("mount", b"x", b"/tmp", b"tmpfs", 0, None),
    "write code in memory": code_that_writes_itself,
    "rename the box": lambda: socket.sethostname("evil"),
}
OUTSIDE: dict[str, Callable[[], object]] = {"meet another host": lambda: met(FAR)}
"""What the kernel can only refuse where it counts for each unit what goes over the network."""


def came_of(trial: Callable[[], object]) -> bool | str:
    try:
        trial()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error))
    return True


print(
    json.dumps(
        {
            "user": os.getuid(),
            "allowed": {what: came_of(trial) for what, trial in ALLOWED.items()},
            "refused": {what: came_of(trial) for what, trial in REFUSED.items()},
            "outside": {what: came_of(trial) for what, trial in OUTSIDE.items()},
        }
    )
)
