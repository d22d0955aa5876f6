"""Which PIN a SIM was given and refused, in a file that outlives restarts and power cuts.

Three wrong PINs lock a SIM for good, and a box that tries one at every start gets there by itself.
So: what was refused is never tried again, there is no third try at all, and no last one. A try is
written down before it is made: a power cut in the middle of it counts as one.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import structlog

from .kept import KeptFile

TRIES_MAX = 2
"""Of the three that a SIM gives."""
SIMS_MAX = 16
"""How many are remembered; who changes them so often stands beside the box."""
FILE = "sim-pins.json"
NO_PIN = (
    'the SIM wants a PIN: write it into a credential and pin = "credential:sim-pin" below the '
    "path of the modem, or take the PIN off the SIM in a telephone"
)
"""What to do where the configuration has none."""

_PIN = re.compile(r"[0-9]{4,8}")
_log = structlog.get_logger("modem")


@dataclass(frozen=True, slots=True)
class Try:
    """One PIN that was given to one SIM and not accepted."""

    sim: str
    pin: str
    """Its fingerprint."""
    refused: bool
    """False: nobody knows how it ended."""


class PinMemory:
    """All tries that were not accepted."""

    def __init__(self, directory: Path) -> None:
        self._file = KeptFile(directory / FILE)
        self._readable = True
        self._tries = self._read()

    def refuses(self, sim: str, pin: str, left: int | None) -> str | None:
        """Why this PIN must not be tried on this SIM; None: it may.

        Args:
            sim: its number (ICCID), or whatever tells it from others.
            pin: as in the configuration.
            left: how many tries the SIM says it has left, if it does.
        """
        if _PIN.fullmatch(pin) is None:
            return "a PIN has 4 to 8 digits"
        made = [one for one in self._tries if one.sim == sim]
        if any(one.refused and one.pin == _fingerprint(sim, pin) for one in made):
            return "the SIM has refused this PIN before"
        if len(made) >= TRIES_MAX:
            return "two PINs were tried and not accepted, and a third could lock the SIM"
        if left is not None and left <= 1:
            return "the SIM has one try left and would be locked after it"
        if not self._readable and (left is None or left < TRIES_MAX + 1):
            return "nobody knows how often a PIN was tried"
        return None

    def begin(self, sim: str, pin: str) -> None:
        """A PIN is going to be tried.

        Raises:
            OSError: that could not be written down, so it must not be tried.
        """
        self._write([*self._tries, Try(sim, _fingerprint(sim, pin), refused=False)])

    def refused(self, sim: str, pin: str) -> None:
        """The SIM did not accept it. Raises OSError if that could not be written down."""
        self._write([*self._without(sim, pin), Try(sim, _fingerprint(sim, pin), refused=True)])

    def withdrawn(self, sim: str, pin: str) -> None:
        """The SIM never saw it. Raises OSError if that could not be written down."""
        self._write(self._without(sim, pin))

    def accepted(self, sim: str) -> None:
        """The SIM is open, by our PIN or by somebody's hand: it has all its tries again. Raises
        OSError if that could not be written down."""
        left = [one for one in self._tries if one.sim != sim]
        if len(left) != len(self._tries):
            self._write(left)

    @property
    def holds_any(self) -> bool:
        """Whether there is a try that was not accepted."""
        return bool(self._tries)

    @property
    def hint(self) -> str:
        """What a person can do."""
        return (
            "write the right PIN into the configuration; if two were refused, take the PIN off "
            f"the SIM in a telephone, or set it right there and remove {self._file.path}"
        )

    def _without(self, sim: str, pin: str) -> list[Try]:
        """All tries but one of those that have no end yet."""
        tries = list(self._tries)
        begun = Try(sim, _fingerprint(sim, pin), refused=False)
        if begun in tries:
            tries.remove(begun)
        return tries

    def _read(self) -> tuple[Try, ...]:
        try:
            rows = json.loads(self._file.load() or "[]")
            return tuple(Try(str(row[0]), str(row[1]), bool(row[2])) for row in rows)
        except (OSError, ValueError, TypeError, LookupError) as error:
            # It is replaced as a whole: if it is broken, somebody or the disk broke it.
            self._readable = False
            _log.error("refused PINs cannot be read", file=str(self._file.path), why=str(error))
            return ()

    def _write(self, tries: list[Try]) -> None:
        sims = list(dict.fromkeys(one.sim for one in reversed(tries)))[:SIMS_MAX]
        kept = tuple(one for one in tries if one.sim in sims)
        self._file.save(json.dumps([[one.sim, one.pin, one.refused] for one in kept]) + "\n")
        self._tries = kept
        self._readable = True


def _fingerprint(sim: str, pin: str) -> str:
    """Enough to know a PIN again. Four digits can be found from it by trying all of them, so the
    file is its owner's only."""
    return hashlib.blake2b(pin.encode(), key=sim.encode()[:64], digest_size=8).hexdigest()
