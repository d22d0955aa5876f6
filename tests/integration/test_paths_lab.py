"""The lab does to packets what its faults say; a socket keeps to the interface that it names."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tests.support.lab import CENTRE, NAMESPACES, Lab, lab, needs_lab

pytestmark = needs_lab()
PORT = 7


@pytest.fixture(scope="module")
def shared() -> Iterator[Lab]:
    with lab() as one, listening(one):
        yield one


@pytest.fixture
def home(shared: Lab) -> Iterator[Lab]:
    yield shared
    for route in shared.routes:
        route.mend()


@contextmanager
def listening(one: Lab) -> Iterator[None]:
    """Somebody at the centre who says what address a connection came from."""
    server = one.within(one.centre, lambda: socket.create_server((CENTRE, PORT)))

    def serve() -> None:
        while True:
            try:
                end, (host, _) = server.accept()
            except OSError:
                return
            with end:
                end.sendall(host.encode())

    thread = threading.Thread(target=serve)
    thread.start()
    yield
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


def seen_from(one: Lab, device: str | None, timeout_s: float = 2.0) -> str | None:
    """The address that the centre sees; None if nothing gets through."""
    try:
        with closing(one.connect_to(PORT, device=device, timeout_s=timeout_s)) as end:
            return end.recv(64).decode()
    except OSError:
        return None


def test_without_a_device_the_default_route_is_taken(home: Lab) -> None:
    assert seen_from(home, None) == home.broadband.gateway_address


@pytest.mark.parametrize("number", [0, 1])
def test_a_socket_that_names_its_device_keeps_to_it(home: Lab, number: int) -> None:
    route = home.routes[number]
    assert seen_from(home, route.interface) == route.gateway_address


def test_it_keeps_to_it_when_the_default_route_points_elsewhere_and_is_dead(home: Lab) -> None:
    home.broadband.black_hole()
    assert seen_from(home, None, 0.3) is None
    assert seen_from(home, "wwan0") == home.mobile.gateway_address


def test_no_capability_is_needed_to_name_a_device(home: Lab) -> None:
    program = (
        "import socket; s = socket.socket(); s.settimeout(2);"
        "s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b'wwan0');"
        f"s.connect(('{CENTRE}', {PORT})); print(s.recv(64).decode())"
    )
    as_nobody = ["setpriv", "--reuid=65534", "--clear-groups", "--inh-caps=-all"]
    # The system's Python: that of the tests may be in a home that nobody may enter.
    command = home.inside(home.gateway, [*as_nobody, "/usr/bin/python3", "-c", program])
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout.strip() == home.mobile.gateway_address, done.stderr


@pytest.mark.parametrize("fault", ["set_down", "pull_cable", "cut_behind", "black_hole", "reject"])
def test_each_fault_cuts_its_own_way_and_is_mended(home: Lab, fault: str) -> None:
    getattr(home.broadband, fault)()
    assert seen_from(home, "eth0", 0.3) is None
    assert seen_from(home, "wwan0") == home.mobile.gateway_address
    home.broadband.mend()
    assert seen_from(home, "eth0") == home.broadband.gateway_address


@pytest.mark.parametrize("fault", ["pull_cable", "cut_behind", "black_hole", "reject"])
def test_the_default_route_stays_what_it_is(home: Lab, fault: str) -> None:
    getattr(home.broadband, fault)()
    show = ["route", "show", "default"]
    done = subprocess.run(
        ["ip", "-n", home.gateway, *show], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.splitlines()[0].startswith("default via 10.1.0.1 dev eth0")


def test_loss_on_the_way_back_alone(home: Lab) -> None:
    home.broadband.black_hole("down")
    assert seen_from(home, "eth0", 0.3) is None
    home.broadband.mend()
    home.broadband.lose(10)
    assert sum(seen_from(home, "eth0", 5.0) is not None for _ in range(3)) >= 2


def test_names_may_be_dead_alone(home: Lab) -> None:
    home.broadband.no_names()
    assert seen_from(home, "eth0") == home.broadband.gateway_address

    def ask() -> str | None:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as end:
            end.settimeout(0.3)
            try:
                end.connect((CENTRE, 53))
            except TimeoutError:
                return "swallowed"
            except ConnectionRefusedError:
                return "refused"
        return None

    assert home.within(home.gateway, ask) == "swallowed"
    home.broadband.mend()
    assert home.within(home.gateway, ask) == "refused", "nobody listens, but the packet gets there"


def test_nothing_is_left_of_it_and_of_one_that_was_killed() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    killed = f"hvlab-{gone.pid}-1-gateway"
    subprocess.run(["ip", "netns", "add", killed], check=True, timeout=30)
    with lab() as one:
        assert not (NAMESPACES / killed).exists()
        namespaces = one.namespaces
        assert all((NAMESPACES / name).exists() for name in namespaces)
        sleeper = subprocess.Popen(one.inside(one.centre, ["sleep", "600"]))
    assert sleeper.wait(10) < 0
    assert not any((NAMESPACES / name).exists() for name in namespaces)
