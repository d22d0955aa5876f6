"""Run a virtual dispenser until it is ended; it goes on where it was when it is started again.

Hands are lines on standard input: `take`, `refill 28`, `jam`, `free`, `tilt`, `upright`. Each is
answered with a line.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from .dispenser import VirtualDispenser


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("link", type=Path, help="where hosts open it")
    parser.add_argument("folder", type=Path, help="what it remembers is here")
    parser.add_argument("--key", required=True, help="32 hexadecimal digits")
    parser.add_argument("--address", type=int, default=1)
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    dispenser = VirtualDispenser(
        chosen.folder, key=bytes.fromhex(chosen.key), address=chosen.address
    )
    dispenser.start()
    asyncio.run(_run(dispenser, chosen.link))


async def _run(dispenser: VirtualDispenser, link: Path) -> None:
    hands: dict[str, Callable[[str], object]] = {
        "take": lambda _: dispenser.take(),
        "refill": lambda count: dispenser.refill(int(count or 28)),
        "jam": lambda _: dispenser.jam(),
        "free": lambda _: dispenser.jam(stuck=False),
        "tilt": lambda _: dispenser.tilt(),
        "upright": lambda _: dispenser.tilt(tilted=False),
    }
    async with dispenser.serve(link):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while line := await asyncio.to_thread(sys.stdin.readline):
            word, _, rest = line.strip().partition(" ")
            result = hands[word](rest) if word in hands else f"no such hand: {word}"
            sys.stdout.write(f"{result}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
