"""Ask one name server for the addresses of a name, over one interface.

The system's own resolver follows the main route only: it cannot ask over the other path.
"""

from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_address

import dns.exception
import dns.message
import dns.rdatatype

from .reach import bound_socket

BYTES_MAX = 4096
OTHER_KIND_S = 0.2
"""Longer than this the second answer is not waited for: some name servers answer no AAAA."""


async def ask_over(
    interface: str | None, server: str, host: str, *, port: int = 53, within_s: float
) -> tuple[str, ...]:
    """Addresses of both kinds, IPv4 first: a broken IPv6 at home is more usual than none at all.

    Empty when the name has none.

    Raises:
        OSError: no answer that makes sense in `within_s`, or no such interface.
        UnicodeError: that is no name.
    """
    try:
        queries = [dns.message.make_query(host, kind) for kind in ("A", "AAAA")]
    except dns.exception.DNSException as error:
        raise UnicodeError(str(error)) from error
    loop = asyncio.get_running_loop()
    found: dict[int, list[str]] = {}
    family = socket.AF_INET6 if ip_address(server).version == 6 else socket.AF_INET
    with bound_socket(family, socket.SOCK_DGRAM, interface) as sock:
        await loop.sock_connect(sock, (server, port))
        for query in queries:
            await loop.sock_sendall(sock, query.to_wire())
        try:
            async with asyncio.timeout(within_s) as deadline:
                while len(found) < len(queries):
                    said = await loop.sock_recv(sock, BYTES_MAX)
                    for number, query in enumerate(queries):
                        if (addresses := _addresses(query, said)) is not None:
                            found[number] = addresses
                            if addresses:
                                _at_most(deadline, loop.time() + OTHER_KIND_S)
        except TimeoutError:
            if not found:
                raise TimeoutError(f"{server} does not answer") from None
    return tuple(address for number in sorted(found) for address in found[number])


def _addresses(query: dns.message.QueryMessage, said: bytes) -> list[str] | None:
    """What the answer to this query says; None: it is no answer to it."""
    try:
        answer = dns.message.from_wire(said, ignore_trailing=True)
        if not query.is_response(answer):
            return None
        chain = answer.resolve_chaining()  # type: ignore[attr-defined]
    except (dns.exception.DNSException, AttributeError):
        return None
    return [] if chain.answer is None else [record.to_text() for record in chain.answer]


def _at_most(deadline: asyncio.Timeout, when: float) -> None:
    before = deadline.when()
    deadline.reschedule(when if before is None else min(when, before))
