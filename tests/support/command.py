"""The command `heimvakt` as a person types it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command ended with, and what it wrote."""

    code: int
    out: str
    err: str


async def heimvakt(
    *arguments: object, within_s: float = 60.0, env: Mapping[str, str] | None = None
) -> Said:
    """Run the command to its end; killed if that takes too long."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "heimvakt", *map(str, arguments)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "COLUMNS": "120", "TERM": "dumb", **(env or {})},
    )
    try:
        async with asyncio.timeout(within_s):
            out, err = await process.communicate()
    except BaseException:
        process.kill()
        await process.communicate()
        raise
    assert process.returncode is not None
    return Said(code=process.returncode, out=out.decode(), err=err.decode())
