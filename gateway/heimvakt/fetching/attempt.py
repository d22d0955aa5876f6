"""One attempt to get the rest of a file, over one way."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from heimvakt import __version__
from heimvakt.uplinks.address_book import AddressBook
from heimvakt.uplinks.binding import PathBinding
from heimvakt.uplinks.names import Names
from heimvakt.uplinks.reach import bound_socket

from .answer import Afresh, Again, AskThere, Meaning, Refused, Take, Wrong, meaning
from .part import Part
from .wish import Patience, Way, Wish

LEADS_MAX = 3
CHUNK = 64 * 1024
_HEADERS = {"User-Agent": f"heimvakt/{__version__}", "Accept-Encoding": "identity"}

Ended = Again | Afresh | Refused | Wrong | None
"""Why there is not all of it; None: as much as there is to be."""


async def attempt(wish: Wish, way: Way, part: Part) -> Ended:
    """Ask for what is missing, and put it behind what is there; raises nothing that a line or a
    server can cause."""
    have = part.size
    if have == wish.size:
        return None
    if have > wish.size:
        return Afresh("there is more of it here than there is to be")
    try:
        async with _session(way, wish.patience) as session:
            return await _ask(session, wish, way, part, have)
    except TimeoutError:
        return Again("nothing has come for too long")
    except (aiohttp.ClientError, ssl.SSLError, OSError, UnicodeError) as error:
        return Again(_said(error))


async def _ask(
    session: aiohttp.ClientSession, wish: Wish, way: Way, part: Part, have: int
) -> Ended:
    url = wish.url
    for _ in range(LEADS_MAX + 1):
        headers = {"Range": f"bytes={have}-"} if have else {}
        async with session.get(url, headers=headers, allow_redirects=False) as response:
            found: Meaning = meaning(
                url, response.status, response.headers, have=have, size=wish.size
            )
            if isinstance(found, Take):
                return await _take(response.content, wish, way, part, found.at)
            if not isinstance(found, AskThere):
                return found
            url = found.url
    return Refused(f"the server leads on more than {LEADS_MAX} times")


async def _take(body: aiohttp.StreamReader, wish: Wish, way: Way, part: Part, at: int) -> Ended:
    """What comes is written as it comes, so that the next attempt goes on there."""
    loop = asyncio.get_running_loop()
    began, came = loop.time(), 0
    with part.writing(at) as out:
        while chunk := await body.read(CHUNK):
            came += len(chunk)
            if at + came > wish.size:
                return Wrong(f"more comes than the {wish.size} bytes of the order")
            out.write(chunk)
            if way.bytes_per_s_max is not None:
                await asyncio.sleep(began + came / way.bytes_per_s_max - loop.time())
    return (
        None if at + came == wish.size else Again(f"it ended at {at + came} of {wish.size} bytes")
    )


@asynccontextmanager
async def _session(way: Way, patience: Patience) -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(
        resolver=_Resolver(way),
        socket_factory=lambda info: bound_socket(
            socket.AddressFamily(info[0]), socket.SocketKind(info[1]), way.interface
        ),
        force_close=True,
    )
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(
            total=None, sock_connect=patience.connect_s, sock_read=patience.read_s
        ),
        headers=_HEADERS,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
    ) as session:
        yield session


class _Resolver(AbstractResolver):
    """Asks the name servers of a way, over that way."""

    def __init__(self, way: Way) -> None:
        binding = PathBinding(name=way.name, interface=way.interface, name_servers=lambda: way.dns)
        self._names = Names(AddressBook(), binding)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """See the port of the library."""
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in await self._names.addresses(host)
        ]

    async def close(self) -> None:
        """Nothing is open."""


def _said(error: Exception) -> str:
    """For people; never empty."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return "the certificate of the server is not good"
        case aiohttp.ClientConnectorError():
            return f"no connection: {error.os_error.strerror or error.os_error}"
        case aiohttp.ClientPayloadError() | aiohttp.ServerDisconnectedError():
            return "it was cut off"
        case _:
            return str(error) or type(error).__name__
