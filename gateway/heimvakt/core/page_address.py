"""Where the local page may listen: a Unix socket or loopback, and nothing that anybody outside of
the box could reach."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

UNIX = "unix:"
UNIX_PATH_MAX = 107
"""Bytes of the name of a Unix socket, as Linux takes it (unix(7))."""
PORT_MIN, PORT_MAX = 1024, 65_535
"""Below it takes a right that the page has no other use for."""


class NotLocal(ValueError):
    """It may not listen there; the text says why.

    Attributes:
        hint: what to write in its place.
    """

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class UnixAddress:
    """A file."""

    path: str

    def __str__(self) -> str:
        return f"{UNIX}{self.path}"


@dataclass(frozen=True, slots=True)
class LoopbackAddress:
    """An address of this machine that no other can reach."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{_in_url(self.host)}:{self.port}"


PageAddress = UnixAddress | LoopbackAddress


def parse_page_address(text: str) -> PageAddress:
    """`127.0.0.1:8380`, `[::1]:8380` or `unix:/run/heimvakt-page/page`.

    Raises:
        NotLocal: it is none of them.
    """
    if text.startswith(UNIX):
        return _unix(text.removeprefix(UNIX))
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit():
        raise NotLocal(f'"{text}" is no address', f'write it as "{EXAMPLE}"')
    host = host.removeprefix("[").removesuffix("]")
    if host == "localhost":
        host = "127.0.0.1"  # a name could be made to mean something else
    if not is_loopback(host):
        raise NotLocal(
            f'"{text}" can be reached from other machines, and the page may not be',
            f'write "{EXAMPLE}", and come to it over ssh: see page.md',
        )
    if not PORT_MIN <= int(port) <= PORT_MAX:
        raise NotLocal(f"{port} is no port for it", f"from {PORT_MIN} to {PORT_MAX}")
    return LoopbackAddress(host, int(port))


EXAMPLE = "127.0.0.1:8380"


def is_loopback(host: str) -> bool:
    """Whether this is an address, and one that means this machine; no name is."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _unix(path: str) -> UnixAddress:
    if not path.startswith("/"):
        raise NotLocal(
            f'"{UNIX}{path}" names no file by its whole path', 'such as "unix:/run/x/page"'
        )
    if len(path.encode()) > UNIX_PATH_MAX or "\0" in path:
        raise NotLocal(
            f"the name of the socket is longer than {UNIX_PATH_MAX} bytes", "take a shorter one"
        )
    return UnixAddress(path)


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
