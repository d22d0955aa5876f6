"""The last good addresses of brokers, in memory and in a small file.

A gateway that starts while no name server answers still finds its brokers. Nothing here is trusted:
a broker proves by TLS that it has the name. What cannot be read is as good as nothing.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any

HOSTS_MAX = 64
ADDRESSES_MAX = 8
BYTES_MAX = 64 * 1024

Key = tuple[str, str]


class AddressBook:
    """Addresses by path and name: a mobile network may have others than broadband."""

    def __init__(self, file: Path | None = None) -> None:
        """Read what there is; without a file it lives in memory only."""
        self._file = file
        self._known: dict[Key, tuple[str, ...]] = {} if file is None else _read(file)
        self._written = dict(self._known)

    def known(self, path: str, host: str) -> tuple[str, ...]:
        """The last good addresses, the best first; from another path where this one has none."""
        own = self._known.get((path, host))
        if own is not None:
            return own
        return next((found for (_, name), found in self._known.items() if name == host), ())

    def learned(self, path: str, host: str, addresses: tuple[str, ...]) -> tuple[str, ...]:
        """A name server said so; returns them with what last worked in front."""
        best = self._known.get((path, host), ())[:1]
        self._keep(path, host, sorted(addresses, key=lambda one: (one,) != best))
        return self._known[path, host]

    def worked(self, path: str, host: str, address: str) -> None:
        """This address led to the broker: it is the first to be tried from now on."""
        others = [one for one in self.known(path, host) if one != address]
        self._keep(path, host, [address, *others])

    @property
    def must_be_written(self) -> bool:
        """Whether the file would lead nowhere: a name is not in it, or no address is the same.

        Name servers give addresses in a new order each time; the card is spared that.
        """
        return self._file is not None and any(
            not set(addresses) & set(self._written.get(key, ()))
            for key, addresses in self._known.items()
        )

    def write(self) -> None:
        """Write the file, whole or not at all. Blocks; a file that cannot be written is left."""
        if self._file is None:
            return
        known = dict(self._known)
        hosts = [{"path": path, "host": host, "addresses": a} for (path, host), a in known.items()]
        beside = self._file.with_suffix(".new")
        with suppress(OSError):  # it is a help and no promise; the store reports a dead disk
            with beside.open("w", encoding="utf-8") as file:
                json.dump({"version": 1, "hosts": hosts}, file)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._file)
        self._written = known

    def _keep(self, path: str, host: str, addresses: list[str]) -> None:
        self._known.pop((path, host), None)
        self._known[path, host] = tuple(addresses[:ADDRESSES_MAX])
        while len(self._known) > HOSTS_MAX:
            del self._known[next(iter(self._known))]


def _read(file: Path) -> dict[Key, tuple[str, ...]]:
    try:
        with file.open("rb") as opened:
            content: Any = json.loads(opened.read(BYTES_MAX))
        return {
            (str(entry["path"]), str(entry["host"])): tuple(
                str(ip_address(one)) for one in entry["addresses"][:ADDRESSES_MAX]
            )
            for entry in content["hosts"][:HOSTS_MAX]
        }
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return {}
