"""What a receiver has got, exactly and in bounded memory: which messages, and which events.

What was committed by a gateway is held against it, so nothing is forgotten to save room; where the
room ends, that is counted.
"""

from __future__ import annotations

from collections.abc import Iterator

MESSAGES_MAX = 200_000
"""Ids of messages: some 30 MB. A real centre keeps them for a week."""
SEQ_MAX = 1 << 24
"""The highest number of an event that is kept: 2 MB for each gateway."""


class Messages:
    """Which messages came, by source and id."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], None] = {}
        self.repeats = 0
        """Messages that had come before."""
        self.forgotten = 0
        """Ids for which there was no room any more: their repeats would not be told."""

    def add(self, source: str, message_id: str) -> bool:
        """Whether this is a repeat."""
        key = (source, message_id)
        if key in self._seen:
            self.repeats += 1
            return True
        self._seen[key] = None
        if len(self._seen) > MESSAGES_MAX:
            del self._seen[next(iter(self._seen))]
            self.forgotten += 1
        return False


class Numbers:
    """Which events of one gateway came, by number: a bit for each."""

    def __init__(self) -> None:
        self._bits = bytearray()
        self.count = 0
        """Different events."""
        self.repeats = 0
        """Events that had come before."""
        self.omitted = 0
        """Events of which only the number came."""
        self.beyond = 0
        """Numbers too high to be kept, or none."""

    def add(self, seq: object) -> None:
        """An event with this number came."""
        if type(seq) is not int or not 0 <= seq < SEQ_MAX:
            self.beyond += 1
            return
        place, bit = divmod(seq, 8)
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 1 - len(self._bits)))
        if self._bits[place] >> bit & 1:
            self.repeats += 1
        else:
            self._bits[place] |= 1 << bit
            self.count += 1

    def __contains__(self, seq: int) -> bool:
        """Whether the event with this number came."""
        place, bit = divmod(seq, 8)
        return place < len(self._bits) and bool(self._bits[place] >> bit & 1)

    def __iter__(self) -> Iterator[int]:
        """The numbers that came, in order."""
        return (seq for seq in range(8 * len(self._bits)) if seq in self)
