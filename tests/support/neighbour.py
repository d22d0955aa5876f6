"""Another host on a wire to a machine of `machine`: a network of its own, and a cable between."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .machine import Machine

BOX, HERE = "192.0.2.2", "192.0.2.1"
"""Addresses of the book (RFC 5737); the one of the machine, and that of the other host."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Its processes are in a network in which there is nothing but the cable."""

    pid: int

    def ran(self, *command: str) -> subprocess.CompletedProcess[str]:
        """What became of a command on it."""
        return _ran(self.pid, *command)


@contextmanager
def neighbour(one: Machine) -> Iterator[Neighbour]:
    """It is there for so long."""
    box = one.leader()
    with subprocess.Popen(["unshare", "--net", "sleep", "infinity"]) as other:
        try:
            here, there = Path("/proc/self/ns/net"), Path(f"/proc/{other.pid}/ns/net")
            one.until(lambda: there.readlink() != here.readlink())
            host = Neighbour(other.pid)
            made = ("ip", "link", "add", "wire0", "type", "veth")
            _said(box, *made, "peer", "name", "wire1", "netns", str(other.pid))
            for pid, name, address in ((box, "wire0", BOX), (other.pid, "wire1", HERE)):
                _said(pid, "ip", "address", "add", f"{address}/24", "dev", name)
                _said(pid, "ip", "link", "set", name, "up")
            yield host
        finally:
            other.kill()  # and the cable goes with its network


def _said(pid: int, *command: str) -> None:
    done = _ran(pid, *command)
    assert done.returncode == 0, done.stderr


def _ran(pid: int, *command: str) -> subprocess.CompletedProcess[str]:
    into = ("nsenter", f"--target={pid}", "--net", "--", *command)
    return subprocess.run(into, capture_output=True, text=True, check=False)
