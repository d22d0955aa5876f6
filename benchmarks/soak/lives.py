"""The daemon's lives, one after the other, on one state folder: started, watched, killed, read."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from heimvakt.demo.link import ServiceGone, linked
from tests.support.beside import beside
from tests.support.home import Home
from tests.support.kept import Kept, kept
from tests.support.promises import Death
from tests.support.service import Service

AGAIN_S = 0.2
WATCHDOG_S = 60.0
"""As the unit has it; three times in it the daemon proves with a commit that it lives."""
NOTHING = Kept(journal={}, alarms={}, rows={}, waiting=frozenset())


@dataclass(slots=True)
class Lives:
    """What was told and what was on disk, of all of them."""

    home: Home
    deaths: list[Death] = field(default_factory=list)
    journal: dict[int, dict[str, Any]] = field(default_factory=dict)
    """All that ever stood in it: raw events are erased after some days."""
    changed: list[int] = field(default_factory=list)
    """Numbers under which something else stood later."""
    fell: list[str] = field(default_factory=list)
    """Ends that nobody asked for."""
    service: Service | None = None
    up: asyncio.Event = field(default_factory=asyncio.Event)
    """There is one that hears its radio."""
    number: int = 0
    ready_at_s: float = 0.0
    down_s: float = 0.0
    """How long the next kill leaves it down."""
    _told: list[dict[str, Any]] = field(default_factory=list)
    _asked: bool = False

    async def live(self) -> None:
        """One after the other, until cancelled."""
        while True:
            self.number += 1
            self._told, self._asked = [], False
            began_seq = max(self.journal, default=0)
            async with self.home.start(watchdog_s=WATCHDOG_S) as service:
                await service.ready()
                self.service, self.ready_at_s = service, _now_s()
                async with beside(self._watch(service)):
                    await service.hears()
                    self.up.set()
                    code = await service.process.wait()
                    self.up.clear()
                self.service = None
                if not self._asked:
                    self.fell.append(
                        f"life {self.number}: ended with {code}\n{service.said()[-2000:]}"
                    )
            disk = await asyncio.to_thread(kept, self.home.database)
            self._learn(disk.journal)
            new = {seq: event for seq, event in disk.journal.items() if seq > began_seq}
            self.deaths.append(
                Death(on_disk=replace(disk, journal=new), told=self._told, began_seq=began_seq)
            )
            await asyncio.sleep(self.down_s)

    async def kill(self, down_s: float) -> None:
        """SIGKILL; it is started again after so long."""
        assert self.service is not None
        self._asked, self.down_s = True, down_s
        self.up.clear()
        await self.service.kill()

    async def _watch(self, service: Service) -> None:
        """Whoever watches is hung up on when the configuration is taken anew, and comes back."""
        while service.process.returncode is None:
            with suppress(OSError, ServiceGone, ValueError):
                async with linked(service.command.control) as link:
                    await link.follow(lambda line: self._told.append(dict(line)))
            await asyncio.sleep(AGAIN_S)

    def read(self) -> None:
        """What has come to the journal since the last look."""
        if self.service is None:
            return
        uri, last = f"file:{self.home.database}?mode=ro", max(self.journal, default=0)
        with suppress(sqlite3.Error), closing(sqlite3.connect(uri, uri=True)) as connection:
            rows = connection.execute("SELECT seq, body FROM journal WHERE seq > ?", (last,))
            self._learn({seq: json.loads(body) for seq, body in rows.fetchall()})

    def _learn(self, journal: Any) -> None:
        for seq, event in journal.items():
            if self.journal.setdefault(seq, event) != event:
                self.changed.append(seq)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
