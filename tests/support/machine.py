"""A machine of its own: a clean Debian 12 in a folder, booted under the real systemd.

`mmdebstrap` makes the folder once, from where this machine has its packages; `systemd-nspawn` boots
it, with a network of its own that leads nowhere. Only root can do either.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

INSIDE = "systemd,systemd-sysv,dbus,udev,procps,python3.11,ca-certificates,tzdata,mosquitto"
"""What a box has before the gateway comes: what the package depends on, and a broker."""
BOOT_S_MAX = 300.0
"""It takes some seconds; on a machine that has too much to do as long as it takes."""
POLL_S = 0.2
REBOOTS = 133
"""What systemd-nspawn ends with when the machine in it asks to be booted again."""
SWITCHED_ON = (
    f'pulled=$1; shift; while "$@"; [ $? = {REBOOTS} ] || rm "$pulled" 2>/dev/null; do :; done'
)
"""Also anew after its plug was pulled, which the file that is named first tells from its end."""


def needs_a_machine() -> None:
    """Skip the test, with the reason, where none can be had."""
    if not os.environ.get("HEIMVAKT_MACHINE"):
        pytest.skip("boots a machine, which takes minutes: make package-test")
    if os.geteuid() != 0:
        pytest.skip("only root can boot a machine in a folder")
    for program in ("mmdebstrap", "systemd-nspawn", "nsenter", "dh"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")


def debian(folder: Path) -> Path:
    """A tree as mmdebstrap makes it, packed; made once and kept in `folder`."""
    packed = folder / "debian.tar"
    if not packed.exists():
        new = folder / "debian.new.tar"
        command = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={INSIDE}"]
        done = subprocess.run(
            [*command, "bookworm", str(new)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.skip(f"no Debian can be had here: {done.stderr.splitlines()[-1:]}")
        new.rename(packed)
    return packed


class Machine:
    """See the module."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._pulled = root.parent / "pulled"
        self._nspawn: subprocess.Popen[bytes] | None = None

    def boot(self) -> None:
        """Switch it on; returns when systemd has started all that it wants to."""
        with (self.root.parent / "console.log").open("ab") as console:
            self._nspawn = subprocess.Popen(
                [
                    *("sh", "-c", SWITCHED_ON, "machine", str(self._pulled)),
                    *("systemd-nspawn", "--quiet", f"--directory={self.root}", "--boot"),
                    f"--machine={self.root.parent.name}-{os.getpid()}",
                    *("--register=no", "--keep-unit", "--private-network", "--console=pipe"),
                    # To ask how the clock is kept, which containers may not; to set it nobody may.
                    "--system-call-filter=adjtimex clock_adjtime",
                ],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
            )
        self._until_up()

    def pull_plug(self) -> None:
        """Cut it off in the middle of whatever it does, and give it power again."""
        assert self._nspawn is not None
        nspawn, leader = _child(self._nspawn.pid), self._leader()
        self._pulled.touch()
        for pid in (nspawn, leader):
            if pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.until(lambda: self._leader() not in (None, leader))
        self._until_up()

    def off(self) -> None:
        """Cut it off for good."""
        if self._nspawn is None:
            return
        loop = self._nspawn.pid
        nspawn = _child(loop)
        leader = _child(nspawn) if nspawn else None
        # The loop first, or it would be switched on again.
        for pid in (loop, nspawn, leader):
            if pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self._nspawn.wait()
        self._nspawn = None

    def reboot(self) -> float:
        """As somebody would by `reboot`; gives how long it took until it was up again."""
        before, began = self._leader(), time.monotonic()
        self.said("systemctl", "reboot", check=False)
        self.until(lambda: self._leader() not in (None, before))
        self._until_up()
        return time.monotonic() - began

    def said(self, *command: str, check: bool = True, typed: str = "") -> str:
        """What a command writes that root runs on it."""
        done = self.ran(*command, typed=typed)
        if check and done.returncode:
            pytest.fail(f"{command} ended with {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout.strip()

    def ran(self, *command: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """What became of a command that root runs on it."""
        leader = self._leader()
        if leader is None:
            return subprocess.CompletedProcess(command, 255, "", "the machine is off")
        into = ["nsenter", f"--target={leader}", "--mount", "--uts", "--ipc", "--net", "--pid"]
        return subprocess.run(
            [*into, "--", *command],
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"},
        )

    def shown(self, unit: str, what: str) -> str:
        """A property of a unit."""
        return self.said("systemctl", "show", "--value", f"--property={what}", unit)

    def until(self, true: Callable[[], bool], within_s: float = BOOT_S_MAX) -> None:
        """Wait for something that tells nobody when it comes."""
        give_up = time.monotonic() + within_s
        while not true():
            if time.monotonic() > give_up:
                log = self.ran("journalctl", "--no-pager", "--lines=60").stdout
                pytest.fail(f"it did not come within {within_s:.0f} s\n{log}")
            time.sleep(POLL_S)

    def leader(self) -> int:
        """Its first process, by the number that it has here."""
        leader = self._leader()
        assert leader is not None, "the machine is off"
        return leader

    def _until_up(self) -> None:
        up = ("running", "degraded")
        self.until(lambda: self.said("systemctl", "is-system-running", check=False) in up)

    def _leader(self) -> int | None:
        nspawn = _child(self._nspawn.pid) if self._nspawn else None
        return _child(nspawn) if nspawn else None


def _child(pid: int) -> int | None:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return None
    return int(children[0]) if children else None


@contextmanager
def machine(packed: Path, folder: Path) -> Iterator[Machine]:
    """A machine that is on while this lasts."""
    root = folder / "root"
    root.mkdir(parents=True)
    subprocess.run(["tar", f"--directory={root}", "-xf", packed], check=True)
    one = Machine(root)
    try:
        one.boot()
        yield one
    finally:
        one.off()
        shutil.rmtree(root, ignore_errors=True)


def package(folder: Path, root: Path) -> Path:
    """The package of these sources; the one that HEIMVAKT_DEB names, if it does."""
    if given := os.environ.get("HEIMVAKT_DEB"):
        return Path(given)
    command = [sys.executable, str(root / "tools/package"), "--out", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return Path(done.stdout.splitlines()[-1])


def as_version(package: Path, version: str, folder: Path) -> Path:
    """The same package under another version."""
    tree, made = folder / "tree", folder / f"heimvakt_{version}_amd64.deb"
    subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True)
    control = tree / "DEBIAN/control"
    lines = control.read_text().splitlines()
    lines = [f"Version: {version}" if line.startswith("Version:") else line for line in lines]
    control.write_text("\n".join(lines) + "\n")
    subprocess.run(
        ["dpkg-deb", "--build", "-Zgzip", "-z1", "--root-owner-group", tree, made],
        check=True,
        capture_output=True,
    )
    shutil.rmtree(tree)
    return made
