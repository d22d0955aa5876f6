"""What the libraries import and a gateway never uses stays out of its memory: 23 of 90 MiB.

zigpy comes with firmware for sensors from the clouds of their makers: an HTTP client, a checker of
JSON, three TLS contexts with every authority of the world. A gateway that hangs on no cloud uses
none of it. paho imports a resolver, for a way to find a broker that is not ours. Such a module is
there for whoever imports it, and is executed at its first use: the standard library's `LazyLoader`.
Nothing is put in its place, so whoever uses it after all has the true one.

It begins before anything else is imported, and only where a process is ours: in the command.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import LazyLoader
from types import ModuleType

UNUSED = (
    "zigpy.ota.providers",
    "dns.resolver",
    "urllib.request",
    "serialx.platforms.serial_rfc2217",
    "serialx.platforms.serial_esphome",
)
"""17 and 3 MiB, and three of a third of one: paho's way to a proxy, which takes no socket of ours;
radios behind serial servers, which no configuration may name. Only what is imported as a whole
(`import dns.resolver`) can wait: whoever picks a name out of a module uses it at once."""


class Late(MetaPathFinder):
    """Finds modules as everybody does, and has each executed at its first use."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = set(names)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module's own specification; None for whatever is not ours, or is not there."""
        if fullname not in self._names:
            return None
        for finder in sys.meta_path:
            if finder is not self and (spec := finder.find_spec(fullname, path, target)):
                if spec.loader is not None:
                    spec.loader = LazyLoader(spec.loader)
                return spec
        return None


def begin() -> None:
    """Be lean from now on, in this process."""
    sys.meta_path.insert(0, Late(UNUSED))
    with _out_of_reach("rich"):
        # It would be imported for coloured stacks, which no log of a gateway has: 3 MiB.
        import_module("structlog")


@contextmanager
def _out_of_reach(name: str) -> Iterator[None]:
    """While this lasts a module cannot be imported, as if it were not installed."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # the documented way to say so
    try:
        yield
    finally:
        del sys.modules[name]
