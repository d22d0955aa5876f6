"""The kernel's messages are read as they are written; nonsense is left, never a fault."""

from __future__ import annotations

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.net.rtnetlink import GET_ADDRESS, GET_LINK, Table, Turn, request

UP, RUNNING = 0x1, 0x40


def message(kind: int, body: bytes, flags: int = 0) -> bytes:
    return (
        struct.pack("=IHHII", 16 + len(body), kind, flags, 0, 0) + body + b"\0" * (-len(body) % 4)
    )


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value + b"\0" * (-len(value) % 4)


def link(
    index: int, name: str, flags: int = UP | RUNNING, kind: int = 16, family: int = 0
) -> bytes:
    body = struct.pack("=BxHiII", family, 1, index, flags, 0)
    return message(kind, body + attribute(3, name.encode() + b"\0") + attribute(4, b"\1\2\3\4"))


def address(index: int, host: str, *, scope: int = 0, kind: int = 20) -> bytes:
    body = struct.pack("=BBBBI", socket.AF_INET, 24, 0, scope, index)
    return message(kind, body + attribute(1, socket.inet_aton(host)))


ETH0 = link(2, "eth0") + address(2, "192.0.2.2")


def test_an_interface_is_ready_with_a_carrier_and_an_address() -> None:
    table = Table()
    assert table.take(ETH0) is Turn.GO_ON
    assert table.ready() == {"eth0"}


@pytest.mark.parametrize(
    "more",
    [
        link(2, "eth0", UP),
        link(2, "eth0", RUNNING),
        link(2, "eth0", kind=17),
        address(2, "192.0.2.2", kind=21),
    ],
    ids=["no carrier", "set down", "unplugged", "no address"],
)
def test_it_is_not_ready_any_more_without_either(more: bytes) -> None:
    table = Table()
    table.take(ETH0)
    table.take(more)
    assert table.ready() == frozenset()


def test_one_of_two_addresses_is_enough() -> None:
    table = Table()
    table.take(ETH0 + address(2, "192.0.2.3"))
    table.take(address(2, "192.0.2.2", kind=21))
    assert table.ready() == {"eth0"}


def test_an_address_of_the_link_alone_leads_nowhere() -> None:
    table = Table()
    table.take(link(2, "eth0") + address(2, "169.254.7.7", scope=253))
    assert table.ready() == frozenset()


def test_an_interface_that_was_unplugged_comes_back_without_its_old_address() -> None:
    table = Table()
    table.take(ETH0 + link(2, "eth0", kind=17) + link(2, "eth0"))
    assert table.ready() == frozenset()


def test_an_interface_may_get_another_name() -> None:
    table = Table()
    table.take(ETH0 + link(2, "lan"))
    assert table.ready() == {"lan"}


def test_a_bridge_that_tells_of_its_ports_says_nothing_of_the_link() -> None:
    table = Table()
    table.take(ETH0 + link(2, "eth0", 0, family=socket.AF_BRIDGE))
    assert table.ready() == {"eth0"}


@pytest.mark.parametrize(
    ("last", "turn"),
    [
        (message(3, b"\0" * 4), Turn.DONE),
        (message(2, b"\0" * 4), Turn.AGAIN),
        (message(16, b"", flags=0x10) + message(3, b"\0" * 4), Turn.AGAIN),
    ],
    ids=["done", "error", "interrupted"],
)
def test_the_end_of_a_dump_is_told(last: bytes, turn: Turn) -> None:
    assert Table().take(ETH0 + last) is turn


@given(st.one_of(st.binary(max_size=400), st.integers(0, len(ETH0)).map(lambda n: ETH0[:n])))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    table = Table()
    table.take(data)
    table.ready()


@pytest.mark.parametrize("kind", [GET_LINK, GET_ADDRESS])
def test_this_kernel_answers_what_is_asked(kind: int) -> None:
    table = Table()
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
        kernel.settimeout(5)
        kernel.send(request(kind, 1))
        while (turn := table.take(kernel.recv(65_536))) is Turn.GO_ON:
            pass
    assert turn is Turn.DONE
