"""The addresses of a broker over one path, also when no name server answers.

Name servers of the path are asked over its interface; where none is known the system is asked. What
was learned last helps out, and is taken without asking while the last question is fresh: dead name
servers must not hold up an alarm each time anew.
"""

from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_address

from .address_book import AddressBook
from .binding import PathBinding
from .in_thread import in_thread

PORT = 53
FRESH_S = 30.0
"""So long after a question, answered or not, the book is taken at its word."""
ASK_S = 5.0
"""Where nothing is known yet."""
ASK_KNOWN_S = 1.5
"""Where the book has an address: a connection is held up no longer."""
SERVER_S = 1.0
"""One name server, before the next is asked."""
SERVERS_MAX = 3


class Names:
    """Names over one path; for one session."""

    def __init__(self, book: AddressBook, binding: PathBinding, *, port: int = PORT) -> None:
        """Ask nobody yet. `port` is that of name servers, for tests."""
        self._book = book
        self._binding = binding
        self._port = port
        self._asked_at: dict[str, float] = {}

    async def addresses(self, host: str) -> tuple[str, ...]:
        """Where to try, the best first; never empty.

        Raises:
            OSError: nobody knows.
            UnicodeError: that is no name.
        """
        if _is_address(host):
            return (host,)
        loop = asyncio.get_running_loop()
        known = self._book.known(self._binding.name, host)
        if known and loop.time() - self._asked_at.get(host, float("-inf")) < FRESH_S:
            return known
        self._asked_at[host] = loop.time()
        try:
            async with asyncio.timeout(ASK_KNOWN_S if known else ASK_S):
                found = await self._ask(host)
        except (OSError, UnicodeError) as error:
            if known:
                return known
            if isinstance(error, TimeoutError):
                raise TimeoutError(f"no name server has answered in {ASK_S:g} s") from error
            raise
        found = self._book.learned(self._binding.name, host, found)
        if self._book.must_be_written:
            await in_thread(self._book.write, abandoned=lambda _: None, errors=())
        return found

    def worked(self, host: str, address: str) -> None:
        """This address led to the broker."""
        if not _is_address(host):
            self._book.worked(self._binding.name, host, address)

    async def _ask(self, host: str) -> tuple[str, ...]:
        for server in tuple(self._binding.name_servers())[:SERVERS_MAX]:
            # Not above: it takes 2 MiB, for which a home without paths of its own has no use.
            from .dns_query import ask_over

            try:
                found = await ask_over(
                    self._binding.interface, server, host, port=self._port, within_s=SERVER_S
                )
            except OSError:
                continue
            if found:
                return found
        return await in_thread(
            lambda: _ask_system(host), abandoned=lambda _: None, errors=(OSError, UnicodeError)
        )


def _ask_system(host: str) -> tuple[str, ...]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(info[4][0]) for info in found))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
