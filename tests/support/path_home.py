"""Paths on a desk, with sessions that stand or not and heartbeats that are confirmed in time."""

from __future__ import annotations

from datetime import timedelta

from heimvakt.core.events import PathBack, PathLost
from heimvakt.core.path import Path
from heimvakt.core.paths import Paths

FIRST = Path(name="broadband", interface="eth0")
SECOND = Path(
    name="mobile",
    interface="wwan0",
    heartbeat=timedelta(minutes=15),
    lost_after=timedelta(minutes=15),
)
CENTRE = "centre"


class Home:
    """Two paths with one receiver, and somebody who asks every second what is to be said."""

    def __init__(self, *paths: Path, tick_s: float = 1.0) -> None:
        self.now = 0.0
        self.tick_s = tick_s
        self.paths = Paths(paths or (FIRST, SECOND), self.now)
        self.names = [path.name for path in paths or (FIRST, SECOND)]
        self.up = dict.fromkeys(self.names, False)
        self.beats_at = dict.fromkeys(self.names, 0.0)
        self.said: list[tuple[float, PathLost | PathBack]] = []

    def connect(self, *names: str) -> None:
        for name in names or self.names:
            self.up[name] = True
            self.paths.session(name, CENTRE, True, self.now)
            self.beats_at[name] = self.now

    def cut(self, *names: str) -> None:
        for name in names or self.names:
            self.up[name] = False
            self.paths.session(name, CENTRE, False, self.now)

    def wait(self, seconds: float) -> None:
        """Tick by tick, with the heartbeats that are due on what stands, each confirmed."""
        for _ in range(round(seconds / self.tick_s)):
            self.now += self.tick_s
            for name in self.names:
                if self.up[name] and self.now >= self.beats_at[name]:
                    self.paths.beat(name, CENTRE, self.now, confirmed=True)
                    self.beats_at[name] = self.now + self.every_s(name)
            self.said += [(self.now, event) for event in self.paths.changes(self.now)]

    def every_s(self, name: str, receiver: str = CENTRE) -> float:
        return self.paths.beat_every_s(name, receiver, self.now)

    def told(self) -> list[tuple[str, str]]:
        return [(event.kind, event.path) for _, event in self.said]


def settled() -> Home:
    """Both paths good for long."""
    one = Home()
    one.connect()
    one.wait(600)
    assert one.told() == [("path-back", "broadband"), ("path-back", "mobile")]
    one.said.clear()
    return one
