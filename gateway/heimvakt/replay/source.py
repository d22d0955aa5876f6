"""What can be replayed: a database, an export, a recorded home; told apart by what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from heimvakt.core.alarms import Alarm
from heimvakt.core.devices import Home
from heimvakt.core.events import Event
from heimvakt.core.usual import Usual

from . import journal, recorded
from .journal import NoSource
from .readings import events

DATABASE = "heimvakt.db"
SQLITE = b"SQLite format 3\0"
UNREAD_KEPT = 20


@dataclass(slots=True)
class Source:
    """A file that was opened as what it is."""

    path: Path
    is_recording: bool
    unread: int = 0
    """Lines or events that could not be read."""
    examples: list[str] = field(default_factory=list)
    """The first of them, and why."""
    strangers: dict[str, int] = field(default_factory=dict)
    """Readings of a recording, by sensor, that no device of the home is for."""

    def events(self, home: Home) -> Iterator[Event]:
        """All that is in it, in order; may be called again.

        Raises:
            NoSource: it cannot be read, or is nothing that can be replayed.
        """
        self.unread, self.examples, self.strangers = 0, [], {}
        if self.is_recording:
            return self._recorded(home)
        if _is_database(self.path):
            return journal.from_database(self.path, self._unread)
        return journal.from_lines(self.path, self._unread)

    def alarms(self) -> dict[str, Alarm] | None:
        """The alarms that were raised live, by id; None: the file has none of them.

        Raises:
            NoSource: it cannot be read.
        """
        if self.is_recording or not _is_database(self.path):
            return None
        return {alarm.alarm_id: alarm for alarm in journal.alarms_of(self.path)}

    def learned(self, rule_id: str) -> Usual | None:
        """What a rule knows today of what is usual; None: nothing, or the file does not tell.

        Raises:
            NoSource: it cannot be read.
        """
        if self.is_recording or not _is_database(self.path):
            return None
        return journal.learned_by(self.path, rule_id)

    def _recorded(self, home: Home) -> Iterator[Event]:
        try:
            with self.path.open(encoding="utf-8", errors="replace") as lines:
                readings = recorded.readings(lines, self._unread)
                yield from events(readings, home.devices, home.zone, self.strangers)
        except OSError as error:
            raise NoSource(f"{self.path}: {error.strerror}") from error
        except recorded.UnknownFormat as error:
            raise NoSource(
                f"{self.path}: {error}",
                "what can be replayed: a heimvakt.db, an export of one, a recorded home",
            ) from error

    def _unread(self, why: str) -> None:
        self.unread += 1
        if len(self.examples) < UNREAD_KEPT:
            self.examples.append(why)


def open_source(path: Path) -> Source:
    """The file as what it is; a folder is taken for the state of a gateway.

    Raises:
        NoSource: there is no such file, or it cannot be read.
    """
    if path.is_dir():
        path /= DATABASE
    try:
        with path.open("rb") as file:
            begin = file.read(4096)
    except OSError as error:
        raise NoSource(f"{path}: {error.strerror}") from error
    if not begin.strip():
        raise NoSource(f"{path}: it is empty")
    is_recording = not begin.startswith(SQLITE) and not begin.lstrip().startswith(b"{")
    return Source(path, is_recording)


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(SQLITE)) == SQLITE
