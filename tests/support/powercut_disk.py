"""A disk whose power is cut: what may be left of files, from what was written and what was flushed.

The model. What a flush has promised is there. Of everything after it, each sector of 512 octets of
each write may be there or not, in any order; a write that is under way is torn between sectors,
never inside one. Names (create, rename, unlink) become durable in their order, by a flush of the
folder or of any file, as ext4, xfs and btrfs do it; a cut may leave any number of the later ones
undone. The length of a file may be durable before its contents are: then there are zeros.

Its limits. A disk that lies about its flushes, one that tears a sector, and one that damages what
was at rest are not in it; those are damage, and `tests/faults/test_damage.py` has them.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .powercut_trace import Create, Flush, Link, Rename, Resize, Said, Step, Unlink, Write

SECTOR = 512


@dataclass(eq=False)
class _File:
    """What is on the disk for sure, and what was done since."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[Write | Resize] = field(default_factory=list)

    def flush(self) -> None:
        for step in self.pending:
            _apply(self.durable, step)
        self.pending.clear()

    def after_cut(self, chance: random.Random) -> bytes:
        left = bytearray(self.durable)
        pending = self.pending
        match chance.choice(("nothing", "all", "prefix", "sectors", "sectors")):
            case "nothing":
                pending = []
            case "prefix":
                pending = pending[: chance.randint(0, len(pending))]
                if pending and isinstance(pending[-1], Write):
                    torn = list(_sectors(pending[-1]))
                    pending = [*pending[:-1], *torn[: chance.randint(0, len(torn))]]
            case "sectors":
                share = chance.choice((0.05, 0.5, 0.95))
                pending = [
                    part
                    for step in pending
                    for part in (_sectors(step) if isinstance(step, Write) else (step,))
                    if chance.random() < share
                ]
        for step in pending:
            _apply(left, step)
        if chance.random() < 0.2:  # the length was durable before what is in it
            whole = bytearray(self.durable)
            for step in self.pending:
                _apply(whole, step)
            left.extend(bytes(max(0, len(whole) - len(left))))
        return bytes(left)


def _sectors(write: Write) -> Iterable[Write]:
    """The write in pieces that end where sectors do."""
    at, end = write.at, write.at + len(write.data)
    while at < end:
        stop = min(end, (at // SECTOR + 1) * SECTOR)
        yield Write(write.name, at, write.data[at - write.at : stop - write.at])
        at = stop


def _apply(content: bytearray, step: Write | Resize) -> None:
    if isinstance(step, Resize):
        if step.size < len(content):
            if not step.only_longer:
                del content[step.size :]
        else:
            content.extend(bytes(step.size - len(content)))
        return
    if step.at > len(content):
        content.extend(bytes(step.at - len(content)))
    content[step.at : step.at + len(step.data)] = step.data


class Disk:
    """Takes steps one by one; `cut` says what could be found if the power went now."""

    def __init__(self, before: Path) -> None:
        """Begin with what a folder holds, all of it durable."""
        self._names = {p.name: _File(bytearray(p.read_bytes())) for p in before.iterdir()}
        self._durable = dict(self._names)
        self._moves: list[Create | Rename | Link | Unlink] = []
        """Of names, since the last flush of anything."""
        self._made: dict[int, _File] = {}
        self.said: list[str] = []

    def take(self, step: Step) -> None:
        """What the process did next."""
        match step:
            case Said(text):
                self.said.append(text)
            case Write(name=name) | Resize(name=name):
                self._names[name].pending.append(step)
            case Flush(name):
                if name is not None and name in self._names:
                    self._names[name].flush()
                self._durable = dict(self._names)
                self._moves.clear()
            case Create():
                if step.name not in self._names:
                    self._names[step.name] = _File()
                    self._made[id(step)] = self._names[step.name]
                    self._moves.append(step)
            case Rename() | Link() | Unlink():
                self._move(self._names, step)
                self._moves.append(step)

    def _move(self, names: dict[str, _File], step: Create | Rename | Link | Unlink) -> None:
        match step:
            case Create(name):
                names[name] = self._made[id(step)]
            case Rename(name, to):
                if name in names:
                    names[to] = names.pop(name)
            case Link(name, also):
                if name in names:
                    names[also] = names[name]
            case Unlink(name):
                names.pop(name, None)

    def cut(self, into: Path, chance: random.Random) -> None:
        """Lay down the files as they could be found after a cut at this moment."""
        names = dict(self._durable)
        for step in self._moves[: chance.randint(0, len(self._moves))]:
            self._move(names, step)
        into.mkdir(parents=True)
        for name, file in names.items():
            (into / name).write_bytes(file.after_cut(chance))
