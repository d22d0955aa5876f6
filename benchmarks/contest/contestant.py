"""What a gateway must let us do so that it can take part."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from benchmarks.listener import Message

ALARM = 900_000
"""The number of the one event that is an alarm of high priority."""
HELLO = 1_000_000
"""From here on numbers only ask whether anything gets through."""


class CannotTakePart(Exception):
    """It is not installed, or does not start; the text says why."""


class Contestant(ABC):
    """One gateway with a folder of its own. It may be killed and started again."""

    name: ClassVar[str]
    """What stands above its column."""
    settings: ClassVar[str]
    """How it is set up, in a line."""
    topic: ClassVar[str]
    """The filter under which it publishes upstream."""

    def __init__(self, folder: Path, upstream_port: int) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.upstream_port = upstream_port
        self.taken: set[int] = set()
        """The events that it has told us are taken."""

    @classmethod
    def upstream(cls, folder: Path) -> tuple[str, ...]:
        """Lines that the broker upstream of it needs; what they name may lie in the folder."""
        return ()

    @abstractmethod
    async def start(self) -> None:
        """Start it, or start it again.

        Raises:
            CannotTakePart: that cannot be done.
        """

    @abstractmethod
    def feed(self, number: int) -> None:
        """Hand it an event; `taken` says when it has said that it has it."""

    @abstractmethod
    async def kill(self) -> None:
        """End it with SIGKILL, and take note of what it has said until then."""

    def last_words(self) -> str:
        """What it has said of itself last, for whoever wonders why it does nothing."""
        return "it has said nothing"

    async def close(self) -> None:
        """Leave nothing running."""
        await self.kill()

    @abstractmethod
    def read(self, message: Message) -> Iterable[int]:
        """The numbers of the events in a message that came upstream."""

    def answers(self, message: Message) -> Iterable[tuple[str, bytes]]:
        """What its own upstream would say to that message: topics and payloads."""
        return ()
