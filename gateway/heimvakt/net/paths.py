"""Join what interfaces, sessions and heartbeats say of each path, and tell everyone concerned.

The deciding is done in `heimvakt.core.paths`; this feeds it, and carries what it says: the order of
use to those who ship, losses and returns to the pipeline, changes to the hearts.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence

import structlog

from heimvakt.core.events import Event, PathBack, PathLost
from heimvakt.core.ledger import StoreUnavailable
from heimvakt.core.path import Path
from heimvakt.core.paths import Paths
from heimvakt.core.uplink import Uplink

log = structlog.get_logger("paths")

LOOK_EVERY_S = 1.0
"""Sessions are looked at so often; who ships sees a lost one by itself, and at once."""

SAY_AGAIN_S = 2.0
"""What the store did not take is said again after so long."""
UNSAID_MAX = 100
"""While the store takes nothing; the oldest goes first."""

Prefer = Callable[[Sequence[str]], None]


class PathWatch:
    """The paths of one life of the gateway."""

    def __init__(
        self,
        paths: Sequence[Path],
        uplinks: Sequence[Uplink],
        emit: Callable[..., Awaitable[None]],
        *,
        others: Sequence[Uplink] = (),
        now: Callable[[], float] | None = None,
    ) -> None:
        """`uplinks` are those that carry heartbeats, each over one of the paths; `others` go by no
        path of the box. In a home that has only those nothing is asked of a path."""
        self._now = now or asyncio.get_running_loop().time
        self._interfaces = {path.name: path.interface for path in paths}
        self._paths = Paths(paths, self._now())
        self._uplinks = uplinks
        self._others = others
        self._out_of_reach_since: float | None = self._now()
        """None: one of the others stands."""
        self._emit = emit
        self._unsaid: deque[Event] = deque(maxlen=UNSAID_MAX)
        self._news = asyncio.Event()
        self._prefer: dict[str, Prefer] = {}
        self._order: dict[str, tuple[str, ...]] = {}
        self._carrying: tuple[tuple[str, str], ...] = ()
        self._turned = asyncio.Event()
        self._turns: Counter[str] = Counter()

    async def run(self) -> None:
        """Look at the sessions and say what must be said, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._say())
            while True:
                self.look()
                await asyncio.sleep(LOOK_EVERY_S)

    # --- facts ------------------------------------------------------------------------------------

    def interfaces(self, ready: frozenset[str] | None) -> None:
        """These can carry something; None: nobody can say any more."""
        for path, interface in self._interfaces.items():
            if interface is None:
                continue
            up = None if ready is None else interface in ready
            if up and self._paths.is_link_down(path):
                for uplink in self._uplinks:
                    if uplink.path == path:
                        uplink.hurry()
            self._paths.link(path, up, self._now())
        self._tell()

    def confirmed(self, path: str, receiver: str) -> None:
        """The other end has confirmed something sent on this path."""
        if self._paths.confirmed(path, receiver, self._now()):
            self._tell()

    def unconfirmed(self, path: str, receiver: str) -> None:
        """Something sent on this path was not confirmed in its time."""
        self._paths.unconfirmed(path, receiver, self._now())
        self._tell()

    def beaten(self, path: str, receiver: str, *, confirmed: bool) -> None:
        """A heartbeat was confirmed, or was not in its time."""
        self._paths.beat(path, receiver, self._now(), confirmed=confirmed)
        self._tell()

    def look(self) -> None:
        """Take note of the sessions as they are."""
        now = self._now()
        if any(other.connected for other in self._others):
            self._out_of_reach_since = None
        elif self._out_of_reach_since is None:
            self._out_of_reach_since = now
        for uplink in self._uplinks:
            self._paths.session(uplink.path, uplink.name, uplink.connected, now)
        self._tell()

    # --- answers ----------------------------------------------------------------------------------

    def follow(self, receiver: str, prefer: Prefer) -> None:
        """Call `prefer` with the order of use for this receiver, now and with each change."""
        self._prefer[receiver] = prefer
        self._order.pop(receiver, None)
        self._tell()

    def beat_every_s(self, path: str, receiver: str) -> float:
        """How often a heartbeat should go to this receiver on this path."""
        return self._paths.beat_every_s(path, receiver, self._now())

    def turn(self, receiver: str) -> int:
        """Grows whenever a path begins or ceases to carry something for this receiver."""
        return self._turns[receiver]

    async def turned(self, receiver: str, since: int) -> None:
        """Return when its `turn` is not `since` any more."""
        while self._turns[receiver] == since:
            await self._turned.wait()

    def good(self) -> tuple[str, ...]:
        """The paths on which something gets to a receiver now."""
        return self._paths.good()

    def lost(self) -> tuple[str, ...]:
        """The paths of which a loss was said, and no return since."""
        return self._paths.lost()

    def reason(self, path: str) -> str | None:
        """Why nothing gets through on this path now; None while something does."""
        return self._paths.reason(path) if self._uplinks else "nobody is told over it"

    def cut_off_s(self) -> float | None:
        """For how long no path at all has been good; None while one is. Where nobody is told over a
        path, for how long none of the others stands."""
        if self._uplinks:
            return self._paths.cut_off_s(self._now())
        since = self._out_of_reach_since
        return None if since is None else self._now() - since

    # --- how --------------------------------------------------------------------------------------

    def _tell(self) -> None:
        if not self._uplinks:
            return
        now = self._now()
        for event in self._paths.changes(now):
            match event:
                case PathLost(path=path, reason=reason):
                    log.warning("a path is lost", path=path, reason=reason)
                case PathBack(path=path):
                    log.info("a path is good", path=path)
            self._unsaid.append(event)
            self._news.set()
        for receiver, prefer in self._prefer.items():
            order = self._paths.order(receiver, now)
            if order != self._order.get(receiver):
                self._order[receiver] = order
                prefer(order)
        carrying = self._paths.carrying()
        if carrying != self._carrying:
            self._turns.update({receiver for _, receiver in {*carrying} ^ {*self._carrying}})
            self._carrying = carrying
            self._turned.set()
            self._turned = asyncio.Event()

    async def _say(self) -> None:
        while True:
            self._news.clear()
            while self._unsaid:
                event = self._unsaid[0]
                try:
                    await self._emit(event)
                except StoreUnavailable:
                    await asyncio.sleep(SAY_AGAIN_S)
                    continue
                if self._unsaid[0] is event:
                    self._unsaid.popleft()
            await self._news.wait()
