"""The broker that all share: mosquitto where there is one, else amqtt, and that is said."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from heimvakt.demo.broker import embedded_broker

AMQTT = "amqtt, in Python: mosquitto is not installed, so every figure with MQTT in it is higher"


def mosquitto() -> Path | None:
    """Where it is, if it is installed."""
    found = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    return Path(found) if found else None


@asynccontextmanager
async def any_broker() -> AsyncIterator[tuple[int, str]]:
    """A broker on loopback for as long as this lasts; its port and what it is."""
    found = mosquitto()
    async with embedded_broker(found) as url:
        port = urlsplit(url).port
        assert port is not None
        yield port, "mosquitto" if found else AMQTT
