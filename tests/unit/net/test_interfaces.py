"""A kernel that tells nothing of its interfaces is no fault of the gateway."""

from __future__ import annotations

import asyncio
import errno
import socket

import pytest
from structlog.testing import capture_logs

from heimvakt.net import interfaces
from heimvakt.net.interfaces import watch_interfaces
from tests.support.beside import beside


class Heard:
    def __init__(self) -> None:
        self.told: list[frozenset[str] | None] = []
        self._news = asyncio.Event()

    def tell(self, ready: frozenset[str] | None) -> None:
        self.told.append(ready)
        self._news.set()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(30):
            while len(self.told) < count:
                self._news.clear()
                await self._news.wait()


async def test_this_machine_is_told_as_it_is() -> None:
    heard = Heard()
    async with beside(watch_interfaces(heard.tell)):
        await heard.until(1)
    (ready,) = heard.told
    assert ready is not None
    assert ready <= {name for _, name in socket.if_nameindex()}


async def test_a_kernel_that_refuses_is_told_once_and_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def refused(_: object) -> bytes:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(interfaces, "_receive", refused)
    monkeypatch.setattr(interfaces, "REFUSED_S", 0.0)
    heard = Heard()
    with capture_logs() as logs:
        async with beside(watch_interfaces(heard.tell)):
            await heard.until(3)
    assert heard.told[:3] == [None, None, None]
    assert [line["event"] for line in logs] == ["the kernel does not tell of interfaces"]
