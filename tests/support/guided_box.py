"""`heimvakt` as on the box of a guide: `python -m tests.support.guided_box FOLDER pair --as bed`.

All of it is the real thing, but for where the box is: what the kernel says of USB sticks, the
service's socket, its credentials and whom it trusts are below one folder. And its clock is kept.

With `--ready` it has imported what commands need, and begins one in a process of its own for each
line that it is given: twenty commands take as long as four that begin from nothing.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path


@dataclass(slots=True)
class Running:
    """One command."""

    pid: int
    _box: asyncio.subprocess.Process

    async def wait(self) -> int:
        """Its exit code."""
        assert self._box.stdout is not None
        return int(await self._box.stdout.readline())

    def send_signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)


class Box:
    """Begins one command after the other."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def begin(self, *words: str, tty: str, folder: Path) -> Running:
        """Begin one on that terminal; it has to end before the next."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"words": words, "tty": tty, "folder": str(folder)}
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        return Running(int(await self._process.stdout.readline()), self._process)


@asynccontextmanager
async def box(folder: Path, root: Path) -> AsyncIterator[Box]:
    """One that is ready; it ends when its last command has."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, str(folder), "--ready"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=root,
    )
    try:
        yield Box(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


def main() -> None:
    """Run the command line on that box."""
    folder = Path(sys.argv.pop(1))
    os.environ["RUNTIME_DIRECTORY"] = str(folder)
    os.environ["CREDENTIALS_DIRECTORY"] = str(folder / "credentials")
    os.environ["SSL_CERT_FILE"] = str(folder / "authority.pem")

    from heimvakt_drivers.zigbee.sticks.usb import Roots

    Roots.__init__.__defaults__ = (folder / "sys", folder / "dev")

    if "run" in sys.argv:
        _keep_the_clock()

    from heimvakt.cli import main as command

    if sys.argv[1:] == ["--ready"]:
        _be_ready()
    command()


def _keep_the_clock() -> None:
    """On a box at home the network does; on the machine of a test nobody may."""
    from heimvakt.app import serving
    from heimvakt.runtime.clock import SystemClock

    class KeptClock(SystemClock):
        def __init__(self) -> None:
            super().__init__(synchronised=lambda _: True)

    vars(serving)["SystemClock"] = KeptClock


def _be_ready() -> None:
    """Returns in the process of each command, on its terminal; ends this one with its input."""
    for name in ("commission", "device", "explain", "init", "monitor", "radio", "selftest"):
        import_module(f"heimvakt.cli.{name}")
    while line := _line():
        asked = json.loads(line)
        if (pid := os.fork()) == 0:
            _take(asked["tty"])
            os.chdir(asked["folder"])
            sys.argv[1:] = asked["words"]
            return
        os.write(1, b"%d\n" % pid)
        _, status = os.waitpid(pid, 0)
        os.write(1, b"%d\n" % os.waitstatus_to_exitcode(status))
    raise SystemExit


def _line() -> bytes:
    """The next one, and nothing that comes after it."""
    line = b""
    while not line.endswith(b"\n") and (octet := os.read(0, 1)):
        line += octet
    return line


def _take(tty: str) -> None:
    """What stood on the old input and output is not of this process."""
    os.setsid()
    terminal = os.open(tty, os.O_RDWR)
    for number in range(3):
        os.dup2(terminal, number)
    os.environ["TERM"] = "xterm-256color"
    for name in ("COLUMNS", "LINES"):  # the terminal says it
        os.environ.pop(name, None)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", buffering=1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115


if __name__ == "__main__":
    main()
