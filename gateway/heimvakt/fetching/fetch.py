"""Get one file whole, over whatever way does, and be sure that it is the one that was meant."""

from __future__ import annotations

import asyncio
from pathlib import Path

from .answer import Afresh, Again, Refused, Wrong
from .attempt import Ended, attempt
from .part import Part
from .wish import Fetched, Way, Wish

AFRESH_MAX = 2
"""What is thrown away as often leads to nothing."""
OTHER = "it is not the file that the order means: its SHA-256 is another"
NO_ROOM = "there is no room for it on the disk"


async def fetch(wish: Wish) -> Fetched:
    """Try until it is there, or nothing will do."""
    one = _Fetch(wish)
    try:
        async with asyncio.timeout(wish.patience.total_s):
            return await one.run()
    except TimeoutError:
        late = f"it was not all there within {wish.patience.total_s:g} s"
        return Fetched(reason="; ".join([late, *one.reasons]), pieces=one.pieces)


class _Fetch:
    """Of one file."""

    def __init__(self, wish: Wish) -> None:
        self._wish = wish
        self._part = Part(Path(wish.file))
        self._why: dict[str, str] = {}
        """By way: what went wrong last."""
        self._out: set[str] = set()
        """Ways over which nothing comes."""
        self.pieces = 0
        self._afresh = 0
        self._grew_at = asyncio.get_running_loop().time()

    async def run(self) -> Fetched:
        """Round after round over all ways."""
        pauses = self._wish.patience.pauses_s
        rounds = 0
        while True:
            grew_at = self._grew_at
            for way in self._wish.ways:
                if way.name not in self._out and (done := await self._over(way)) is not None:
                    return done
            if self._is_hopeless():
                return Fetched(reason="; ".join(self.reasons), pieces=self.pieces)
            rounds = rounds + 1 if self._grew_at == grew_at else 0
            await asyncio.sleep(pauses[min(rounds, len(pauses) - 1)])

    async def _over(self, way: Way) -> Fetched | None:
        """Over one way, as long as something comes; None: try another."""
        while True:
            if not self._part.has_room(self._wish.size):
                return Fetched(reason=NO_ROOM)
            before = self._part.size
            ended = await attempt(self._wish, way, self._part)
            grew = self._part.size > before
            if grew:
                self.pieces += 1
                self._grew_at = asyncio.get_running_loop().time()
            match self._proven(ended, in_one=before == 0):
                case None:
                    return Fetched(way=way.name, pieces=self.pieces)
                case Wrong(reason=reason):
                    self._part.drop()
                    return Fetched(reason=reason, way=way.name, pieces=self.pieces)
                case Refused(reason=reason):
                    self._why[way.name] = reason
                    self._out.add(way.name)
                    return None
                case Afresh(reason=reason):
                    self._part.drop()
                    self._afresh += 1
                    if self._afresh > AFRESH_MAX:
                        return Fetched(reason=reason, way=way.name, pieces=self.pieces)
                case Again(reason=reason):
                    self._why[way.name] = reason
                    if not grew:
                        return None
            await asyncio.sleep(self._wish.patience.pauses_s[0])

    def _proven(self, ended: Ended, *, in_one: bool) -> Ended:
        """What is whole is the one that was meant, or nothing. Where it came in pieces, they may be
        of two files that stood at the same address: then it is taken in one."""
        if ended is not None or self._part.digest() == self._wish.sha256:
            return ended
        return Wrong(OTHER) if in_one else Afresh(OTHER)

    def _is_hopeless(self) -> bool:
        if len(self._out) == len(self._wish.ways):
            return True
        stalled_s = asyncio.get_running_loop().time() - self._grew_at
        return stalled_s > self._wish.patience.stalled_s

    @property
    def reasons(self) -> list[str]:
        """Why nothing came over each way, as far as something did not."""
        return [f"{way}: {why}" for way, why in self._why.items()]
