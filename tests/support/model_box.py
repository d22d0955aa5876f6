"""A box on the desk for the updater: its disk is real, and gateway, service and clock are models.
It may be killed before any act on the disk, and its power may be cut.
"""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from heimvakt.core.events import ClockQuality
from heimvakt.updates.asking import Answer, Gateway
from heimvakt.updates.change import Ended
from heimvakt.updates.home import HomeFile
from heimvakt.updates.judging import Facts
from heimvakt.updates.preparing import Preparing
from heimvakt.updates.service import Commands, Health, Service
from heimvakt.updates.slots import Slots
from heimvakt.updates.taking_in import Places
from heimvakt.updates.trust import digest_of
from heimvakt.updates.updater import Updater
from tests.support.updates import KEYS, a_program

GATEWAY = "no-1"
BASE = "1.0.0"
CRASHES, UNHEARD = "9.0.0", "9.1.0"
"""Programs that do not start, and that reach nobody."""
PAUSE_S = 5.0
LOOKS_MAX = 2_000
DEAD = "# nobody listens there"
_ACTS = ("open", "replace", "rename", "unlink", "symlink", "mkdir", "fsync", "fchmod", "sync")
IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where a model has its disk: others flush theirs at the same time."""


def home_text(more: str = "", keys: str = KEYS) -> str:
    """The file of the home."""
    return f'version = 1\n[gateway]\nid = "{GATEWAY}"\ntimezone = "Europe/Oslo"\n{keys}{more}\n'


class Killed(BaseException):
    """As by SIGKILL: nothing may be done about it."""


class Stuck(Exception):
    """It does not come to an end."""


@dataclass
class Knife:
    """Kills at one act of those that leave a trace."""

    at: int | None = None
    acts: int = 0

    def cut(self) -> None:
        """Before an act."""
        self.acts += 1
        if self.at is not None and self.acts > self.at:
            raise Killed


class DeskClock:
    """Goes on when somebody waits; a boot begins it anew."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 12, tzinfo=UTC)
        self.since_boot_s = 1_000.0
        self.boots = 1

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.since_boot_s

    def quality(self) -> ClockQuality:
        return ClockQuality.SYNCHRONISED

    async def sleep_until(self, at: datetime) -> None:
        self.at = max(self.at, at)

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.since_boot_s += seconds

    def boot(self) -> None:
        self.wait(60.0)
        self.since_boot_s, self.boots = 20.0, self.boots + 1


@dataclass
class Box(Gateway, Service):
    """Gateway and service are of one piece: a life under one file and one program."""

    folder: Path
    clock: DeskClock = field(default_factory=DeskClock)
    knife: Knife = field(default_factory=Knife)
    told: list[Ended] = field(default_factory=list)
    alarms: tuple[str, ...] = ()
    restarts: int = 0
    looks: int = 0
    on_look: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        Service.__init__(self, Commands())
        self.updates, self.state = self.folder / "updates", self.folder / "state"
        self.updates.mkdir()
        (self.state / "update").mkdir(parents=True)
        self.file = self.folder / "home.toml"
        self.file.write_text(home_text())
        self.slots = Slots(self.updates, a_program(self.folder / "base", BASE))
        self.begin()

    @property
    def version(self) -> str:
        """Of the program that is to be used."""
        return self.slots.version(self.slots.active)

    def begin(self) -> None:
        """A life of the service."""
        self.began_s = self.clock.monotonic()
        self.in_use, self.runs = self.file.read_bytes(), self.version

    async def facts(self) -> Facts | None:
        if self.runs == CRASHES:
            return None
        uptime_s = self.clock.monotonic() - self.began_s
        hears = DEAD.encode() not in self.in_use and self.runs != UNHEARD and uptime_s >= 2.0
        return Facts(
            open_alarms=self.alarms,
            version=self.runs,
            uptime_s=uptime_s,
            digest=digest_of(self.in_use),
            confirmed_ago_s={"centre": uptime_s - 1.0 if hears else None},
        )

    async def tell(self, ended: Ended) -> Answer:
        if self.runs == CRASHES:
            return Answer.NOBODY
        self.knife.cut()
        if ended not in self.told:
            self.told.append(ended)
        self.knife.cut()
        return Answer.TAKEN

    async def reload(self) -> None:
        self.knife.cut()
        self.begin()

    async def restart(self) -> None:
        self.knife.cut()
        self.restarts = 0
        self.begin()

    async def health(self) -> Health:
        return Health(restarts=self.restarts)

    async def takes(self, program: Path, file: Path) -> str:
        assert program.name in ("a", "b", "base")
        wrong = await asyncio.to_thread(lambda: b"# a mistake" in file.read_bytes())
        return "it has a mistake" if wrong else ""

    async def pause(self) -> None:
        self.looks += 1
        if self.looks > LOOKS_MAX:
            raise Stuck(str(list(self.updates.iterdir())))
        self.clock.wait(PAUSE_S)
        if self.runs == CRASHES:
            self.restarts += 1
        self.on_look()

    def updater(self) -> Updater:
        """One life of it."""
        preparing = Preparing(
            folder=self.updates,
            home=HomeFile(self.file, self.updates),
            slots=self.slots,
            service=self,
            base=BASE,
        )
        places = Places(folder=self.updates, state=self.state)
        boot = f"boot-{self.clock.boots}"
        return Updater(places, preparing, self, self.clock, boot, pause=self.pause)

    async def live(self, kill_at: int | None = None) -> bool:
        """A life of the updater, to its end or to that act; whether it came to its end."""
        self.knife.at, self.knife.acts = kill_at, 0
        with suppress(Killed), sharp(self.knife):
            await self.updater().run()
            return True
        return False

    def power_cut(self) -> None:
        """All begins anew with what is on the disk."""
        self.clock.boot()
        self.begin()

    def hand_over(self, bundle: bytes, order_id: str = "order-1") -> None:
        """As the gateway does."""
        (self.state / "update" / "incoming.heimvakt").write_bytes(bundle)
        (self.state / "update" / "wanted.json").write_text(f'{{"order_id": "{order_id}"}}')


class Flushes:
    """Whether what is put in place has reached the disk, so that a power cut is like a kill."""

    def __init__(self) -> None:
        self._files: set[int] = set()
        """That were opened to be written, and not flushed since."""
        self._folders: set[int] = set()
        """Those in which names have changed, and that were not flushed since."""

    def opened(self, end: int) -> None:
        self._files.add(os.fstat(end).st_ino)

    def flushed(self, end: int) -> None:
        found = os.fstat(end)
        if stat.S_ISDIR(found.st_mode):
            self._folders.discard(found.st_ino)
        else:
            self._files.discard(found.st_ino)

    def all_flushed(self) -> None:
        self._folders.clear()

    def renames(self, source: Any, target: Any) -> None:
        found = Path(source).lstat()
        if stat.S_ISREG(found.st_mode):
            assert found.st_ino not in self._files, f"{target} was not flushed"
        if Path(target).name == "state.json":
            assert not self._folders, "what was done before is not on the disk"
        self._folders.add(Path(target).parent.stat().st_ino)


@contextmanager
def sharp(knife: Knife) -> Iterator[None]:
    """What changes something on the disk asks the knife first; after a cut nothing changes it."""
    own: dict[str, Any] = {name: getattr(os, name) for name in _ACTS}
    flushes = Flushes()

    def guarded(name: str) -> Callable[..., Any]:
        def act(*arguments: Any, **named: Any) -> Any:
            changes = name != "open" or bool(arguments[1] & (os.O_CREAT | os.O_TRUNC))
            if changes:
                knife.cut()
            match name:
                case "sync":
                    flushes.all_flushed()
                    return None  # of the whole machine, which has other things to do
                case "fsync":
                    flushes.flushed(*arguments)
                case "replace" | "rename":
                    flushes.renames(*arguments)
            done = own[name](*arguments, **named)
            if name == "open" and changes:
                flushes.opened(done)
            return done

        return act

    try:
        for name in _ACTS:
            setattr(os, name, guarded(name))
        yield
    finally:
        for name in _ACTS:
            setattr(os, name, own[name])
