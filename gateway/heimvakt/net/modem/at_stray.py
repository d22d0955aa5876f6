"""Lines that a modem sends unasked: 3GPP TS 27.005, 3.4, and TS 27.007, 7.2. Pure.

They come at any moment, in the middle of an answer too. Some have a second line: the message.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .at_replies import is_answer

_MESSAGES = ("+CDS:", "+CMT:", "+CBM:")
"""The next line is a message."""
_ALWAYS = (
    "+CMTI:",
    "+CDSI:",
    *_MESSAGES,
    "RING",
    "+CRING:",
    "+CLIP:",
    "RDY",
    "+CFUN:",
    "SMS READY",
    "PB DONE",
    "CALL READY",
    "SMS DONE",
    "^",
    "+QIND:",
    "+CTZV:",
    "+CTZE:",
    "+CIEV:",
    "+CGEV:",
    "+CUSD:",
)
_BOTH = ("+CREG:", "+CEREG:", "+CGREG:", "+CPIN:")
"""These answer commands as well."""


@dataclass(frozen=True, slots=True)
class Stray:
    """Something that nobody asked for."""

    line: str
    message: str | None = None
    """The second line."""

    @property
    def begins(self) -> str:
        """`+CMTI`, `RDY`..."""
        return self.line.partition(":")[0]


class Sorter:
    """Tells what answers a command from what comes by itself."""

    def __init__(self) -> None:
        self._waits: str | None = None
        """The first line of a stray that has a second."""

    def sort(self, line: str, expected: str | None) -> Iterator[Stray | str]:
        """A stray, or the line itself if it belongs to the command that is under way.

        Args:
            line: as it came.
            expected: how lines begin that answer the command, such as `+CREG:`; empty: any line
                may; None: no command is under way.
        """
        if self._waits is not None:
            first, self._waits = self._waits, None
            yield Stray(first, line)
            return
        upper = line.upper()
        asked = bool(expected) and line.startswith(expected or "")
        if asked and line.startswith(_BOTH) and not line.startswith("+CPIN:"):
            asked = is_answer(line)
        if asked:
            yield line
        elif line.startswith(_MESSAGES):
            self._waits = line
        elif expected is None or upper.startswith((*_ALWAYS, *_BOTH)):
            yield Stray(line)
        else:
            yield line
