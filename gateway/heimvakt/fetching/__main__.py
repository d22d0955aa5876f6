"""The process: a wish on standard input, how it went on standard output. Whoever began it ends it
by closing its input."""

from __future__ import annotations

import asyncio
import json
import sys

from heimvakt.core.codec import decode, encode

from .fetch import fetch
from .wish import Fetched, Wish

WISH_BYTES_MAX = 64 * 1024


async def _main() -> Fetched | None:
    """None: nobody waits for it any more."""
    reader = asyncio.StreamReader(limit=WISH_BYTES_MAX)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    wish: Wish = decode(Wish, json.loads(await reader.readline()))
    async with asyncio.TaskGroup() as group:
        work = group.create_task(fetch(wish))
        end = group.create_task(reader.read())
        await asyncio.wait({work, end}, return_when=asyncio.FIRST_COMPLETED)
        end.cancel()
        work.cancel()
    return None if work.cancelled() else work.result()


if __name__ == "__main__":
    if (how := asyncio.run(_main())) is not None:
        sys.stdout.write(json.dumps(encode(how)) + "\n")
