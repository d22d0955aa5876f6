"""Names over one path: asked there, remembered, and no dead name server holds up an alarm."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from heimvakt.uplinks import names as names_module
from heimvakt.uplinks.address_book import ADDRESSES_MAX, HOSTS_MAX, AddressBook
from heimvakt.uplinks.binding import PathBinding
from heimvakt.uplinks.dns_query import ask_over
from heimvakt.uplinks.names import ASK_KNOWN_S, FRESH_S, Names
from tests.support.name_server import NameServer, name_server
from tests.support.timed import in_time, timed

HOST = "in1.centre.example"
SOON_S = 0.5
"""Nothing was waited for; two busy cores need some of it."""


@pytest.fixture(autouse=True)
def deaf_system(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The system's resolver knows nothing; the names it was asked for."""
    asked: list[str] = []

    def ask(host: str) -> tuple[str, ...]:
        asked.append(host)
        raise socket.gaierror(socket.EAI_AGAIN, "nobody answers")

    monkeypatch.setattr(names_module, "_ask_system", ask)
    return asked


def names(server: NameServer | None, book: AddressBook | None = None, **path: Any) -> Names:
    binding = PathBinding(name="mobile", name_servers=lambda: ["127.0.0.1"], **path)
    port = 9 if server is None else server.port  # nobody listens on 9
    return Names(book or AddressBook(), binding, port=port)


async def took_s(one: Names, host: str = HOST) -> tuple[float, tuple[str, ...]]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    found = await one.addresses(host)
    return loop.time() - began, found


async def test_addresses_of_both_kinds_are_found_and_an_alias_is_followed() -> None:
    async with name_server() as server:
        server.known = {
            ("a.example", "A"): ("192.0.2.1", "192.0.2.2"),
            ("a.example", "AAAA"): ("2001:db8::1",),
        }
        server.alias = {HOST: "a.example"}
        found = await names(server).addresses(HOST)
    assert set(found[:2]) == {"192.0.2.1", "192.0.2.2"}
    assert found[2:] == ("2001:db8::1",)


@pytest.mark.parametrize("interface", ["lo", None])
async def test_the_question_goes_out_over_the_interface_of_the_path(interface: str | None) -> None:
    async with name_server() as server:
        server.known = {(HOST, "A"): ("192.0.2.1",)}
        assert await names(server, interface=interface).addresses(HOST) == ("192.0.2.1",)
        assert len(server.asked) == 2


async def test_an_address_is_asked_of_nobody() -> None:
    for address in ("192.0.2.7", "2001:db8::7"):
        assert await names(None).addresses(address) == (address,)


@timed
async def test_a_server_that_does_not_answer_the_other_kind_costs_little() -> None:
    async with name_server() as server:
        server.known, server.dumb = {(HOST, "A"): ("192.0.2.1",)}, {"AAAA"}
        seconds, found = await took_s(names(server))
    assert found == ("192.0.2.1",)
    in_time(seconds, SOON_S)


@timed
async def test_a_dead_server_costs_one_wait_and_then_what_is_known_is_taken_at_once() -> None:
    book = AddressBook()
    book.learned("mobile", HOST, ("192.0.2.1",))
    async with name_server() as server:
        server.dumb = {"A", "AAAA"}
        one = names(server, book)
        seconds, found = await took_s(one)
        assert found == ("192.0.2.1",)
        in_time(seconds, ASK_KNOWN_S + SOON_S)
        assert ASK_KNOWN_S + SOON_S <= 2.0
        for _ in range(3):
            seconds, found = await took_s(one)
            assert found == ("192.0.2.1",)
            in_time(seconds, SOON_S)


async def test_with_nothing_known_the_system_is_asked_too(deaf_system: list[str]) -> None:
    with pytest.raises(OSError, match="nobody answers"):
        await names(None).addresses(HOST)
    assert deaf_system == [HOST]


async def test_a_name_that_is_unknown_today_was_good_yesterday() -> None:
    """What answers on a broken path may be anybody; TLS tells whether it is the broker."""
    book = AddressBook()
    book.learned("mobile", HOST, ("192.0.2.1",))
    async with name_server() as server:
        assert await names(server, book).addresses(HOST) == ("192.0.2.1",)
        assert server.asked


async def test_what_is_no_answer_to_the_question_is_not_taken_for_one() -> None:
    async with name_server() as server:
        server.known = {(HOST, "A"): ("192.0.2.1",)}
        for spoil in (
            lambda wire: bytes([wire[0] ^ 1]) + wire[1:],  # another id
            lambda wire: wire.replace(b"centre", b"attack"),
            lambda wire: wire[: len(wire) // 2],
            lambda _wire: b"",
            lambda _wire: b"\xff" * 40,
        ):
            server.spoil = spoil
            assert await names(server).addresses(HOST) == ("192.0.2.1",)


@pytest.mark.parametrize("host", ["x" * 70, "a..b", "x" * 300])
async def test_what_is_no_name_is_told(host: str) -> None:
    with pytest.raises(UnicodeError):
        await ask_over(None, "127.0.0.1", host, within_s=1.0)


async def test_what_last_led_to_the_broker_is_tried_first() -> None:
    async with name_server() as server:
        server.known = {(HOST, "A"): ("192.0.2.1", "192.0.2.2")}
        book = AddressBook()
        await names(server, book).addresses(HOST)
        names(server, book).worked(HOST, "192.0.2.2")
        assert (await names(server, book).addresses(HOST))[0] == "192.0.2.2"


async def test_after_a_while_the_question_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with name_server() as server:
        server.known = {(HOST, "A"): ("192.0.2.1",)}
        one = names(server)
        await one.addresses(HOST)
        await one.addresses(HOST)
        assert len(server.asked) == 2
        server.known = {(HOST, "A"): ("192.0.2.9",)}
        monkeypatch.setattr(names_module, "FRESH_S", 0.0)
        assert await one.addresses(HOST) == ("192.0.2.9",)
    assert FRESH_S > 0


# --- the book -------------------------------------------------------------------------------------


async def test_a_box_that_starts_with_dead_name_servers_finds_the_broker(tmp_path: Path) -> None:
    file = tmp_path / "brokers.json"
    async with name_server() as server:
        server.known = {(HOST, "A"): ("192.0.2.1",)}
        await names(server, AddressBook(file)).addresses(HOST)
    assert await names(None, AddressBook(file)).addresses(HOST) == ("192.0.2.1",)


def test_an_address_known_on_one_path_helps_on_another(tmp_path: Path) -> None:
    book = AddressBook()
    book.learned("broadband", HOST, ("192.0.2.1",))
    assert book.known("mobile", HOST) == ("192.0.2.1",)
    book.learned("mobile", HOST, ("198.51.100.1",))
    assert book.known("mobile", HOST) == ("198.51.100.1",)


def test_the_card_is_written_only_when_the_file_would_lead_nowhere(tmp_path: Path) -> None:
    book = AddressBook(tmp_path / "brokers.json")
    written = []
    for addresses in (("192.0.2.1", "192.0.2.2"), ("192.0.2.2", "192.0.2.3"), ("192.0.2.4",)):
        book.learned("mobile", HOST, addresses)
        written.append(book.must_be_written)
        if book.must_be_written:
            book.write()
    assert written == [True, False, True]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"hosts": 1}',
        b'{"hosts": [{}]}',
        b"[" * 60_000,
        b'{"hosts": [{"path": "p", "host": "h", "addresses": ["no address"]}]}',
    ],
)
def test_a_damaged_file_is_as_good_as_none_and_is_written_anew(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "brokers.json"
    file.write_bytes(content)
    book = AddressBook(file)
    assert book.known("mobile", HOST) == ()
    book.learned("mobile", HOST, ("192.0.2.1",))
    book.write()
    assert AddressBook(file).known("mobile", HOST) == ("192.0.2.1",)


def test_a_file_that_cannot_be_written_is_left_and_not_tried_each_time(tmp_path: Path) -> None:
    book = AddressBook(tmp_path / "missing" / "brokers.json")
    book.learned("mobile", HOST, ("192.0.2.1",))
    book.write()
    assert not book.must_be_written
    assert book.known("mobile", HOST) == ("192.0.2.1",)


def test_the_book_has_an_end() -> None:
    book = AddressBook()
    for number in range(2 * HOSTS_MAX):
        book.learned("mobile", f"h{number}", tuple(f"192.0.2.{one}" for one in range(20)))
    known = [number for number in range(2 * HOSTS_MAX) if book.known("mobile", f"h{number}")]
    assert known == list(range(HOSTS_MAX, 2 * HOSTS_MAX))
    assert len(book.known("mobile", f"h{known[0]}")) == ADDRESSES_MAX
