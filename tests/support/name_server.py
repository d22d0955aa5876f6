"""A name server on loopback that knows what it is told, and may be dumb, late or lying."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


class NameServer(asyncio.DatagramProtocol):
    """Answers questions for A and AAAA."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], tuple[str, ...]] = {}
        """(name, kind) -> addresses."""
        self.alias: dict[str, str] = {}
        self.dumb: set[str] = set()
        """Kinds of question that it does not answer."""
        self.asked: list[tuple[str, str]] = []
        self.spoil: Callable[[bytes], bytes] | None = None
        """What becomes of an answer; the right one follows it."""
        self.port = 0
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self._transport is not None
        query = dns.message.from_wire(data)
        (question,) = query.question
        name, kind = question.name.to_text(omit_final_dot=True), question.rdtype.name
        self.asked.append((name, kind))
        if kind in self.dumb:
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        real = self.alias.get(name, name)
        if real != name:
            answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", f"{real}."))
        if found := self.known.get((real, kind)):
            answer.answer.append(dns.rrset.from_text(f"{real}.", 60, "IN", kind, *found))
        elif not any(known == real for known, _ in self.known):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        wire = answer.to_wire()
        if self.spoil is not None:
            self._transport.sendto(self.spoil(wire), addr)
        self._transport.sendto(wire, addr)


@asynccontextmanager
async def name_server() -> AsyncIterator[NameServer]:
    """A name server for one test."""
    transport, server = await asyncio.get_running_loop().create_datagram_endpoint(
        NameServer, local_addr=("127.0.0.1", 0)
    )
    try:
        yield server
    finally:
        transport.close()
        await asyncio.sleep(0)
