"""A home with two ways out, in network namespaces of its own.

Cables can be pulled, routers swallow, lose or refuse; the centre has one address on both ways.

    gateway ── eth0 ─── router-a ──┐
            └─ wwan0 ── router-b ──┴── centre (10.99.0.1)

No link leads out of it. The default route over `eth0` stays what it is whatever happens behind it.
Needs root, `ip` and `nft`; where a machine allows no namespaces its tests are skipped.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeVar

import pytest

CENTRE = "10.99.0.1"
"""The broker's one address, whichever way it is reached."""
NAMESPACES = Path("/run/netns")
_PREFIX = "hvlab"
_NUMBERS = itertools.count(1)
_T = TypeVar("_T")

Way = Literal["both", "up", "down"]
"""Of packets through a router: to the centre, from it, or both."""


def _why_not() -> str | None:
    missing = [name for name in ("ip", "nft") if shutil.which(name, path=_PATH) is None]
    if missing:
        return f"{' and '.join(missing)} not installed"
    if os.geteuid() != 0:
        return "network namespaces need root"
    probe = f"{_PREFIX}-{os.getpid()}-probe"
    made = _run("ip", "netns", "add", probe, check=False)
    if made.returncode:
        return f"no network namespaces here: {made.stderr.strip()}"
    rules = _run("ip", "netns", "exec", probe, "nft", "add table inet probe", check=False)
    _run("ip", "netns", "del", probe, check=False)
    return f"no nftables here: {rules.stderr.strip()}" if rules.returncode else None


_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def _run(*command: str, check: bool = True, text: str = "") -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command,
        input=text,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={**os.environ, "PATH": _PATH},
    )
    assert not (check and done.returncode), f"{' '.join(command)}: {done.stderr or done.stdout}"
    return done


def needs_lab() -> pytest.MarkDecorator:
    """Skips with the reason where there can be no lab."""
    why = _why_not()
    return pytest.mark.skipif(why is not None, reason=why or "")


class Route:
    """One of the two ways, and what can be done to it. Every fault stays until `mend`."""

    def __init__(self, lab: Lab, interface: str, router: str, number: int, metric: int) -> None:
        self.interface = interface
        """Of the gateway."""
        self.gateway_address = f"10.{number}.0.2"
        self._lab = lab
        self._router = lab.name(router)
        self._number = number
        self._metric = metric

    def commands(self) -> list[str]:
        """What makes it."""
        n, gateway, centre = self._number, self._lab.gateway, self._lab.centre
        router = self._router
        return [
            f"link add {self.interface} netns {gateway} type veth peer name home netns {router}",
            f"link add onward netns {self._router} type veth peer name from{n} netns {centre}",
            f"-n {gateway} addr add 10.{n}.0.2/24 dev {self.interface}",
            f"-n {self._router} addr add 10.{n}.0.1/24 dev home",
            f"-n {self._router} addr add 10.{n}.1.1/24 dev onward",
            f"-n {centre} addr add 10.{n}.1.2/24 dev from{n}",
            f"-n {gateway} link set {self.interface} up",
            f"-n {self._router} link set lo up",
            f"-n {self._router} link set home up",
            f"-n {self._router} link set onward up",
            f"-n {centre} link set from{n} up",
            f"-n {centre} route add 10.{n}.0.0/24 via 10.{n}.1.1",
            f"-n {self._router} route add {CENTRE}/32 via 10.{n}.1.2",
            self._default_route(),
        ]

    def _default_route(self) -> str:
        via = f"via 10.{self._number}.0.1 dev {self.interface} metric {self._metric}"
        return f"-n {self._lab.gateway} route replace default {via}"

    # --- faults -----------------------------------------------------------------------------------

    def set_down(self) -> None:
        """The gateway's own interface is switched off; its routes go with it."""
        self._ip(f"-n {self._lab.gateway} link set {self.interface} down")

    def pull_cable(self) -> None:
        """The carrier goes; addresses and routes stay."""
        self._ip(f"-n {self._router} link set home down")

    def cut_behind(self) -> None:
        """The router lives, and has lost its own way on."""
        self._ip(f"-n {self._router} link set onward down")

    def black_hole(self, way: Way = "both") -> None:
        """All is up, and nothing gets through."""
        self.lose(100, way)

    def lose(self, percent: int, way: Way = "both") -> None:
        """So many packets in a hundred are lost, at random."""
        side = {"both": "", "up": "iifname home ", "down": "iifname onward "}[way]
        chance = "" if percent >= 100 else f"numgen random mod 100 < {percent} "
        self._rule(f"{side}{chance}drop")

    def lose_long(self, bytes_max: int = 1_000) -> None:
        """Longer packets vanish, and nobody says so: pings get through, and alarms do not."""
        self._rule(f"meta length > {bytes_max} drop")

    def reject(self) -> None:
        """The router says of every packet that there is no way."""
        self._rule("iifname home reject with icmp type net-unreachable")

    def no_names(self) -> None:
        """What asks for names is swallowed; all else gets through."""
        self._rule("meta l4proto { tcp, udp } th dport 53 drop")

    def mend(self) -> None:
        """As at the beginning."""
        self._nft("flush chain inet lab forward")
        self._ip(
            f"-n {self._router} link set home up",
            f"-n {self._router} link set onward up",
            f"-n {self._lab.gateway} link set {self.interface} up",
            # What goes with an interface that is switched off.
            f"-n {self._router} route replace {CENTRE}/32 via 10.{self._number}.1.2",
            self._default_route(),
        )

    def prepare(self) -> None:
        """Let the router pass on what it gets, through a chain for faults."""
        _in(self._router, "sysctl", "-qw", "net.ipv4.ip_forward=1")
        hook = "{ type filter hook forward priority 0; policy accept; }"
        self._nft(f"add table inet lab; add chain inet lab forward {hook}")

    def _rule(self, rule: str) -> None:
        self._nft(f"add rule inet lab forward {rule}")

    def _nft(self, rules: str) -> None:
        _in(self._router, "nft", rules)

    def _ip(self, *commands: str) -> None:
        for command in commands:
            _run("ip", *command.split())


class Lab:
    """See the module."""

    def __init__(self) -> None:
        self._prefix = f"{_PREFIX}-{os.getpid()}-{next(_NUMBERS)}"
        self.gateway, self.centre = self.name("gateway"), self.name("centre")
        self.broadband = Route(self, "eth0", "router-a", 1, 100)
        self.mobile = Route(self, "wwan0", "router-b", 2, 700)
        self.routes = (self.broadband, self.mobile)

    def name(self, part: str) -> str:
        """Of one of its namespaces, for `ip netns`."""
        return f"{self._prefix}-{part}"

    @property
    def namespaces(self) -> list[str]:
        return [self.gateway, self.centre, self.name("router-a"), self.name("router-b")]

    def build(self) -> None:
        for namespace in self.namespaces:
            _run("ip", "netns", "add", namespace)
        for namespace in (self.gateway, self.centre):
            _run("ip", "-n", namespace, "link", "set", "lo", "up")
        _run("ip", "-n", self.centre, "addr", "add", f"{CENTRE}/32", "dev", "lo")
        for route in self.routes:
            for command in route.commands():
                _run("ip", *command.split())
            route.prepare()
        # An answer may come in on an interface that the route back does not lead to.
        for which in ("all", "default", "eth0", "wwan0"):
            _in(self.gateway, "sysctl", "-qw", f"net.ipv4.conf.{which}.rp_filter=2")

    def remove(self) -> None:
        """With all that still runs in it."""
        for namespace in self.namespaces:
            _remove(namespace)

    def in_gateway(self, *commands: str) -> None:
        """Commands of `ip` in the gateway's namespace, as fast as they can be done."""
        _run("ip", "-n", self.gateway, "-batch", "-", text="\n".join(commands))

    def inside(self, namespace: str, command: Sequence[str]) -> list[str]:
        """The command line that runs another one in a namespace, as the same process."""
        return ["ip", "netns", "exec", namespace, *command]

    def within(self, namespace: str, call: Callable[[], _T]) -> _T:
        """Call something in a namespace; a socket that it makes stays there."""
        return _in_thread(namespace, call)

    def connect_to(self, port: int, *, device: str | None, timeout_s: float) -> socket.socket:
        """A connection from the gateway to the centre, bound to an interface or to none."""

        def connect() -> socket.socket:
            end = socket.socket()
            try:
                if device is not None:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
                end.settimeout(timeout_s)
                end.connect((CENTRE, port))
            except OSError:
                end.close()
                raise
            return end

        return self.within(self.gateway, connect)


@contextmanager
def lab() -> Iterator[Lab]:
    """A lab for one test; what earlier ones left that were killed is removed as well."""
    _sweep()
    one = Lab()
    try:
        one.build()
        yield one
    finally:
        one.remove()


def _in(namespace: str, *command: str) -> None:
    _run("ip", "netns", "exec", namespace, *command)


def _remove(namespace: str) -> None:
    left = _run("ip", "netns", "pids", namespace, check=False).stdout.split()
    for pid in left:
        if int(pid) != os.getpid():  # a thread of ours may have gone in
            _run("kill", "-9", pid, check=False)
    _run("ip", "netns", "del", namespace, check=False)


def _sweep() -> None:
    """Labs whose process is gone."""
    for namespace in NAMESPACES.glob(f"{_PREFIX}-*") if NAMESPACES.is_dir() else ():
        pid = namespace.name.split("-")[1]
        if not Path("/proc", pid).exists():
            _remove(namespace.name)


_CLONE_NEWNET = 0x40000000


def _in_thread(namespace: str, call: Callable[[], _T]) -> _T:
    """In a thread of its own, since a namespace is a matter of threads."""
    results: list[_T] = []
    errors: list[BaseException] = []

    def enter() -> None:
        try:
            libc = ctypes.CDLL(None, use_errno=True)
            with (NAMESPACES / namespace).open("rb") as where:
                if libc.setns(where.fileno(), _CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")
            results.append(call())
        except BaseException as error:  # noqa: BLE001 - it is the caller's
            errors.append(error)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]
