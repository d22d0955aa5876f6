"""Which doses must not be given again, whatever becomes of the dispenser's memory.

The dispenser itself never turns twice for one dose, as long as it remembers. One that has lost its
memory, or another one in its place, would give again what lies in a window that is still open. So
each dose that was offered or released is written down here before anybody else is told of it, and
a dispenser whose log is new to us gets only doses that come after that.

The value is pure; the file is written whole, and is on the disk when `save` returns.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

FORGOTTEN_MIN = 60 * 24 * 60
"""A dose that is two months older than the one that goes out now is in no plan any more, however
wrong a clock was; and one that goes out now may itself be ahead by a month, for a journey."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Of one dispenser. Doses are minutes since 1970, as on the wire."""

    log: int = 0
    """The log that `touched` belongs to."""
    since: int | None = None
    """Nothing that was due up to then is given under this log; None: not known yet."""
    touched: frozenset[int] = frozenset()
    """Offered or released under this log: the dispenser knows of them itself."""
    barred: frozenset[int] = frozenset()
    """The same of earlier logs: only we know of them."""

    def met(self, log: int) -> Kept:
        """With the log that the dispenser has now."""
        if log == self.log:
            return self
        return Kept(log=log, barred=self.barred | self.touched)

    def begun(self, now: int) -> Kept:
        """With the time from which on this log counts; only the first is taken."""
        return self if self.since is not None else replace(self, since=now)

    def touching(self, dose: int) -> Kept:
        """With a dose that is out, or may be."""
        if dose in self.touched:
            return self
        oldest = dose - FORGOTTEN_MIN
        return replace(
            self,
            touched=frozenset({dose, *(d for d in self.touched if d > oldest)}),
            barred=frozenset(d for d in self.barred if d > oldest),
        )

    def allows(self, dose: int) -> bool:
        """Whether the dispenser may be told to give it."""
        if dose in self.touched:
            return True
        return self.since is not None and dose > self.since and dose not in self.barred


def load(path: Path) -> Kept:
    """What was saved; nothing where there is no file.

    Raises:
        OSError, ValueError: it is there and cannot be read.
    """
    try:
        read: dict[str, Any] = json.loads(path.read_bytes())
        return Kept(
            log=int(read["log"]),
            since=None if read["since"] is None else int(read["since"]),
            touched=frozenset(map(int, read["touched"])),
            barred=frozenset(map(int, read["barred"])),
        )
    except FileNotFoundError:
        return Kept()
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is not what was written there") from error


def save(path: Path, kept: Kept) -> None:
    """Put it on the disk, whole or not at all. Raises OSError."""
    body = {k: sorted(v) if isinstance(v, frozenset) else v for k, v in asdict(kept).items()}
    beside = path.with_suffix(".new")
    with beside.open("w") as file:
        json.dump(body, file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
