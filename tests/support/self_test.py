"""Ask a running service for a self-test, and what of it is named."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from heimvakt.core.checks import Limit, Outcome, Result
from heimvakt.core.codec import decode
from heimvakt.core.self_test import SelfTest as Done
from heimvakt.core.words import Words
from heimvakt.demo.link import linked

from .uplinks import GATEWAY, NIGHT

SLOW = ("/round-trip", "/answer", "/flush", "/dns", "/test")
"""Ends of the ids of checks that measure time: on a busy machine these may be warnings."""
LINE_BYTES_MAX = 1_000_000


class SelfTest:
    """One that was done."""

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        self.lines = lines
        self.results: dict[str, Result] = {}
        for line in lines:
            if "result" in line:
                result = decode(Result, line["result"])
                self.results[result.check_id] = result

    @property
    def named(self) -> dict[str, Outcome]:
        """What somebody has to see to; without mere slowness, which here is that of the machine."""
        return {
            check_id: result.outcome
            for check_id, result in self.results.items()
            if result.outcome is Outcome.FAIL
            or (result.outcome is Outcome.WARN and not check_id.endswith(SLOW))
        }

    @property
    def well(self) -> set[str]:
        """The ids of those that passed, or were slow and nothing else."""
        slow = {i for i in self.of(Outcome.WARN) if i.endswith(SLOW)}
        return self.of(Outcome.PASS) | slow

    def of(self, outcome: Outcome) -> set[str]:
        """The ids of those that ended so."""
        return {i for i, result in self.results.items() if result.outcome is outcome}


Says = Callable[[str], Awaitable[bool]]
"""A person: whether what is asked is so."""


async def self_test(socket: Path, *only: str, says: Says | None = None, **more: object) -> SelfTest:
    """Let it be done; `says` answers what it asks."""
    reader, writer = await asyncio.open_unix_connection(socket, limit=LINE_BYTES_MAX)
    request = {"do": "self-test", "only": only, **more}
    writer.write(json.dumps(request).encode() + b"\n")
    lines: list[dict[str, Any]] = []
    try:
        async with asyncio.timeout(600 if says else 90):
            while line := await reader.readline():
                lines.append(json.loads(line))
                if "done" in lines[-1] or "error" in lines[-1]:
                    break
                if "asks" in lines[-1] and says is not None:
                    yes = await says(lines[-1]["asks"]["en"])
                    async with linked(socket) as link:
                        question = lines[-1]["question"]
                        await link.ask("self-test-answer", question=question, yes=yes)
    finally:
        writer.close()
    assert "error" not in lines[-1], lines[-1]
    return SelfTest(lines)


def one_that_was_done() -> Done:
    """As the documents show it: of each outcome one."""
    hall = Words(nb="hall-motion", en="hall-motion")
    return Done(
        gateway_id=GATEWAY,
        version="0.1.0",
        language="en",
        timezone="Europe/Oslo",
        began_at=NIGHT,
        took_s=12.4,
        by="command",
        with_service=True,
        results=(
            Result(
                check_id="store/flush",
                part=Words(nb="lageret", en="store"),
                title=Words(nb="skriving", en="writing"),
                outcome=Outcome.PASS,
                text=Words(nb="skrevet og tømt på 6 ms", en="write and flush 6 ms"),
                measured=6.0,
                unit="ms",
                limit=Limit(warn=50.0, fail=1_000.0),
            ),
            Result(
                check_id="device/hall-motion/link",
                part=hall,
                title=Words(nb="forbindelse", en="link"),
                outcome=Outcome.WARN,
                text=Words(nb="LQI 38", en="LQI 38"),
                measured=38.0,
                unit="LQI",
                limit=Limit(warn=60.0, fail=20.0, at_least=True),
                advice=Words(nb="flytt det", en="move it, or add a repeater"),
            ),
            Result(
                check_id="path/mobile/signal",
                part=Words(nb="mobile", en="mobile"),
                title=Words(nb="signal", en="signal"),
                outcome=Outcome.FAIL,
                text=Words(nb="SIM-kortet vil ha PIN", en="the SIM asks for its PIN"),
                unit="dBm",
                limit=Limit(warn=-100.0, fail=-115.0, at_least=True),
                advice=Words(nb="skriv den i filen", en="write it into the file <home.toml>"),
            ),
            Result(
                check_id="device/hall-motion/battery",
                part=hall,
                title=Words(nb="batteri", en="battery"),
                outcome=Outcome.SKIPPED,
                text=Words(nb="har ikke sagt noe om batteri", en="told of no battery"),
                unit="%",
            ),
        ),
    )
