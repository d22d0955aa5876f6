"""What a modem says on its serial port, as lines: 3GPP TS 27.007, 4, and ITU-T V.250. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LINE_MAX = 4096
"""Octets. The longest that we ask for, a message of 175 octets in hexadecimal, has 350; whoever
sends more without an end sends rubbish, which is thrown away up to the next end of a line."""
PROMPT = "> "
"""The modem waits for a message; there is no end of line after it."""

_FINAL = re.compile(r"OK|ERROR|NO CARRIER|COMMAND NOT SUPPORT|\+CM[ES] ERROR: ?(.*)")
_CODE = re.compile(r"\d{1,4}")


@dataclass(frozen=True, slots=True)
class Final:
    """The end of the answer to a command."""

    text: str

    @property
    def ok(self) -> bool:
        """Whether the modem did what it was told."""
        return self.text == "OK"

    @property
    def code(self) -> int | None:
        """The number after `+CME ERROR:` or `+CMS ERROR:`."""
        _, _, rest = self.text.partition(":")
        return int(rest) if _CODE.fullmatch(rest.strip()) else None


def final(line: str) -> Final | None:
    """The end of an answer, if the line is one."""
    return Final(line) if _FINAL.fullmatch(line) else None


class Lines:
    """Octets in, lines out, in whatever pieces they come."""

    def __init__(self) -> None:
        self._rest = b""
        self._skipping = False

    def feed(self, data: bytes) -> Iterator[str]:
        """Lines without their ends, empty ones left out; a prompt comes as `PROMPT`."""
        *whole, self._rest = re.split(rb"[\r\n]", self._rest + data)
        for octets in whole:
            if self._skipping:
                self._skipping = False
            elif len(octets) <= LINE_MAX and (line := _line(octets)):
                yield line
        if self._skipping or len(self._rest) > LINE_MAX:
            self._skipping, self._rest = True, b""
        elif self._rest.startswith(PROMPT.encode()):
            self._rest = self._rest[len(PROMPT) :]
            yield PROMPT


def _line(octets: bytes) -> str:
    # What is no ASCII is noise on the line, or a name in a character set that we did not ask for.
    return octets.decode("ascii", "replace").strip("\x00 \t")
