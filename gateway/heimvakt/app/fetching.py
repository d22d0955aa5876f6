"""Let a bundle be fetched by a process of its own, and wait for it."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from heimvakt.core.codec import decode, encode
from heimvakt.core.events import Bundle
from heimvakt.core.orders import FETCH_WITHIN
from heimvakt.core.path import Path as WayOut
from heimvakt.fetching.wish import Fetched, Patience, Way, Wish

ANSWER_BYTES_MAX = 64 * 1024
FELL = "the process that fetches has ended without a word"
BABBLED = "the process that fetches says more than anybody reads"


def ways_of(paths: Sequence[WayOut], good: Sequence[str]) -> tuple[Way, ...]:
    """The ways out of the box: those on which something gets to a receiver now, then the others."""
    known = {
        path.name: Way(
            name=path.name,
            interface=path.interface,
            dns=path.dns,
            bytes_per_s_max=path.bytes_per_s_max,
        )
        for path in paths
    }
    order = dict.fromkeys([*(name for name in known if name in good), *known])
    return tuple(known[name] for name in order)


async def fetch(bundle: Bundle, file: Path, ways: Sequence[Way]) -> Fetched:
    """Get it into `file`. Cancelled, it ends the process; what has come stays there."""
    wish = Wish(
        url=bundle.url,
        sha256=bundle.sha256,
        size=bundle.size,
        file=str(file),
        ways=tuple(ways),
        patience=Patience(total_s=FETCH_WITHIN.total_seconds()),
    )
    process = await asyncio.create_subprocess_exec(
        # As this process was begun: in a slot nothing is taken from elsewhere, in a test it is.
        *(sys.executable, "-I" if sys.flags.isolated else "-P", "-m", "heimvakt.fetching"),
        stdin=PIPE,
        stdout=PIPE,
        limit=ANSWER_BYTES_MAX,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(encode(wish)).encode() + b"\n")
        said = await process.stdout.readline()
    except ValueError:  # a line without an end
        return Fetched(reason=BABBLED)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.stdin.close()
        await process.wait()
    return _read(said)


def _read(said: bytes) -> Fetched:
    try:
        how: Fetched = decode(Fetched, json.loads(said))
    except (ValueError, RecursionError):
        return Fetched(reason=FELL)
    return how
