"""A small text that outlives restarts and power cuts, in a file of its own."""

from __future__ import annotations

from pathlib import Path

from heimvakt.whole import put_whole


class KeptFile:
    """One file, replaced as a whole. Only its owner may read it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> str | None:
        """What was saved last; None if nothing ever was.

        Raises:
            OSError: it is there and cannot be read.
            ValueError: it is not text.
        """
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def save(self, text: str) -> None:
        """After a power cut there is the old content or the new one, and after this the new one.
        Blocks for two flushes: 10 to 60 ms on an SD card.

        Raises:
            OSError: the old content is still there.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        put_whole(self.path, text.encode())
