"""Runs in the place of the gateway, in its unit: tries what it needs and what it must not have.

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
import time
from collections.abc import Callable
from functools import partial
from typing import Any

if os.getuid() == 0:
    sys.exit("what this tries would be done: it runs in the unit of the gateway, as its user")

LIBC = ctypes.CDLL(None, use_errno=True)
SECRETS = os.environ["CREDENTIALS_DIRECTORY"]
CLONE_NEWUSER = 0x10000000
WRITABLE = ("/var/lib/heimvakt", "/run/heimvakt", "/tmp", "/var/tmp", "/dev/shm")


def called(name: str, *arguments: object) -> None:
    if getattr(LIBC, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)


def opened(path: str, mode: str = "r") -> None:
    pathlib.Path(path).open(mode).close()


def listed(path: str) -> None:
    list(pathlib.Path(path).iterdir())


def own_file() -> None:
    file = pathlib.Path("/var/lib/heimvakt/trial")
    file.write_text("x")
    file.unlink()


def run_a_program_from(folder: str) -> None:
    file = pathlib.Path(folder, "program")
    try:
        file.write_bytes(pathlib.Path("/usr/bin/true").read_bytes())
        file.chmod(0o700)
        subprocess.run([file], check=True)
    finally:
        file.unlink(missing_ok=True)


def talk(family: int, kind: int = socket.SOCK_STREAM, to: Any = None) -> None:
    with socket.socket(family, kind) as end:
        if to is not None:
            end.connect(to)


def code_that_writes_itself() -> None:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()


def set_user_bit() -> None:
    file = pathlib.Path("/var/lib/heimvakt/bit")
    file.touch()
    try:
        file.chmod(0o4700)
    finally:
        file.unlink()


def real_time() -> None:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))


ALLOWED: dict[str, Callable[[], object]] = {
    "write its state": own_file,
    "read the file of the home": lambda: opened("/etc/heimvakt/home.toml"),
    "read a credential": lambda: opened(f"{SECRETS}/sealed_centre-password"),
    "read a plain credential": lambda: opened(f"{SECRETS}/heimvakt_plain"),
    "open a serial line of the group dialout": lambda: opened("/dev/ttyUSB9", "r+b"),
    "open pins of the group gpio": lambda: opened("/dev/gpiochip9", "r+b"),
    "call out": lambda: talk(socket.AF_INET, to=("127.0.0.1", 1883)),
    "be called over a Unix socket": lambda: talk(socket.AF_UNIX),
    "speak with the bus": lambda: talk(socket.AF_UNIX, to="/run/dbus/system_bus_socket"),
    "hear of interfaces": lambda: talk(socket.AF_NETLINK, socket.SOCK_RAW),
    "know the boot": lambda: opened("/proc/sys/kernel/random/boot_id"),
    "know how the clock is kept": lambda: opened("/run/heimvakt-clock/kernel"),
    "have threads and children": lambda: subprocess.run(["/bin/true"], check=True),
}
REFUSED: dict[str, Callable[[], object]] = {
    "read a home": lambda: listed("/home"),
    "write a program of the box": lambda: opened("/usr/bin/evil", "w"),
    "write the file of the home": lambda: opened("/etc/heimvakt/home.toml", "a"),
    "write beside it": lambda: opened("/etc/evil", "w"),
    "read the secrets at rest": lambda: listed("/etc/heimvakt/credentials"),
    "read the passwords of the box": lambda: opened("/etc/shadow"),
    **{f"run a program from {folder}": partial(run_a_program_from, folder) for folder in WRITABLE},
    "read the log of the kernel": lambda: opened("/dev/kmsg"),
    "load a module": lambda: called("syscall", 313, -1, b"", 0),
    "see other processes": lambda: listed("/proc/1"),
    "trace one": lambda: called("ptrace", 16, 1, None, None),
    "kill one": lambda: os.kill(1, 0),
    "hear all packets": lambda: talk(socket.AF_PACKET, socket.SOCK_RAW),
    "speak Bluetooth": lambda: talk(31, socket.SOCK_RAW),
    "become root": lambda: os.setuid(0),
    "set the clock": lambda: time.clock_settime(time.CLOCK_REALTIME, 0),
    "ask the kernel about the clock": lambda: called("adjtimex", bytes(208)),
    "have a namespace": lambda: called("unshare", CLONE_NEWUSER),
    "mount": lambda: called("mount", b"x", b"/tmp", b"tmpfs", 0, None),
    "write code in memory": code_that_writes_itself,
    "leave a program that is somebody else": set_user_bit,
    "go before all others": real_time,
    "change a setting of the kernel": lambda: opened("/proc/sys/kernel/hostname", "w"),
    "rename the box": lambda: socket.sethostname("evil"),
}


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
        }
    )
)
