"""One AT command at a time, with an end to all waiting, and a way back after silence.

The lines between are sorted: answers go to whoever asked, everything else to `stray`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from .at_lines import PROMPT, Final, Lines, final
from .at_stray import Sorter, Stray

ANSWER_S = 5.0
"""Most commands are answered in milliseconds; a modem that is starting takes seconds."""
RESYNC_S = 1.0
RESYNC_TRIES = 5
LINES_MAX = 512
"""Of one answer; a SIM with all its messages has fewer."""

_ESCAPE, _SEND = "\x1b", "\x1a"


class AtRefused(Exception):
    """The modem answered with an error."""

    def __init__(self, command: str, end: Final) -> None:
        super().__init__(f"{command}: {end.text}")
        self.end = end


class AtSilent(Exception):
    """No end of the answer in time; nobody knows what the modem did."""


class AtGone(Exception):
    """The line is closed, or the modem answers nothing at all any more."""


class Wire(Protocol):
    """Where commands go."""

    def write(self, data: bytes) -> None:
        """Send it; raises `PortError`, after which the line is closed."""


@dataclass(slots=True)
class _Asked:
    command: str
    expected: str
    end: asyncio.Future[Final]
    prompt: asyncio.Future[None]
    lines: list[str] = field(default_factory=list)


class Talk:
    """The conversation over one open line."""

    def __init__(
        self,
        wire: Wire,
        stray: Callable[[Stray], None],
        *,
        answer_s: float = ANSWER_S,
        resync_s: float = RESYNC_S,
    ) -> None:
        self._wire = wire
        self._answer_s = answer_s
        self._resync_s = resync_s
        self._stray = stray
        self._lines = Lines()
        self._sorter = Sorter()
        self._turn = asyncio.Lock()
        self._asked: _Asked | None = None
        self._closed: str | None = None
        self._lost_step = False
        """A command was left without its answer, which may still come."""

    @property
    def closed(self) -> str | None:
        """Why the line is gone, if it is."""
        return self._closed

    def heard(self, data: bytes) -> None:
        """Octets came."""
        for line in self._lines.feed(data):
            self._take(line)

    def close(self, reason: str) -> None:
        """The line is gone: whoever waits gets `AtGone`."""
        self._closed = reason
        asked = self._asked
        if asked is not None:
            for waiting in (asked.end, asked.prompt):
                if not waiting.done():
                    waiting.set_exception(AtGone(reason))
                    waiting.exception()  # it may be that nobody waits for this one

    async def ask(
        self, command: str, *, expect: str = "", within_s: float | None = None
    ) -> Sequence[str]:
        """The lines of the answer without its end.

        `expect` is how they begin; empty: no matter. Without `within_s` they are soon there.

        Raises:
            AtRefused: the answer was an error.
            AtSilent: it did not come in time.
            AtGone: there is nobody to ask.
        """
        async with self._turn:
            await self._find_step()
            asked = self._begin(command, expect)
            return await self._finish(asked, within_s or self._answer_s)

    async def send(self, command: str, message: str, *, within_s: float) -> Sequence[str]:
        """A command with a message: the message goes when the modem shows its prompt.

        Raises:
            AtRefused, AtSilent, AtGone: as for `ask`.
        """
        async with self._turn:
            await self._find_step()
            asked = self._begin(command, command.removeprefix("AT").partition("=")[0] + ":")
            try:
                async with asyncio.timeout(self._answer_s):
                    await asyncio.wait(
                        (asked.prompt, asked.end), return_when=asyncio.FIRST_COMPLETED
                    )
            except TimeoutError as error:
                self._leave()
                raise AtSilent(f"{command}: no prompt") from error
            except asyncio.CancelledError:
                self._leave()
                raise
            if asked.prompt.done() and not asked.end.done():
                self._write(message + _SEND)
            return await self._finish(asked, within_s)

    async def _finish(self, asked: _Asked, within_s: float) -> Sequence[str]:
        try:
            async with asyncio.timeout(within_s):
                end = await asked.end
        except TimeoutError as error:
            self._leave()
            raise AtSilent(f"{_shown(asked.command)}: no answer in {within_s:g} s") from error
        except asyncio.CancelledError:
            self._leave()
            raise
        self._asked = None
        if not end.ok:
            raise AtRefused(_shown(asked.command), end)
        return asked.lines

    def _begin(self, command: str, expect: str) -> _Asked:
        loop = asyncio.get_running_loop()
        self._asked = _Asked(command, expect, loop.create_future(), loop.create_future())
        self._write(command + "\r")
        return self._asked

    def _leave(self) -> None:
        self._asked = None
        self._lost_step = True

    def _write(self, text: str) -> None:
        if self._closed is not None:
            raise AtGone(self._closed)
        self._wire.write(text.encode("ascii", "replace"))

    async def _find_step(self) -> None:
        """After silence: leave whatever the modem waits for, and ask until it answers the last
        question and nothing else."""
        if not self._lost_step:
            return
        self._write(_ESCAPE)
        for _ in range(RESYNC_TRIES):
            asked = self._begin("AT", "")
            try:
                async with asyncio.timeout(self._resync_s):
                    await asked.end
                    # An answer that is late would be taken for the next one: listen for a moment.
                    await asyncio.sleep(self._resync_s / 10)
            except TimeoutError:
                continue
            finally:
                self._asked = None
            self._lost_step = False
            return
        raise AtGone("nobody answers AT; is this the modem's AT port?")

    def _take(self, line: str) -> None:
        asked = self._asked
        if line == PROMPT:
            if asked is not None and not asked.prompt.done():
                asked.prompt.set_result(None)
            return
        if asked is not None and line == asked.command:
            return  # the echo, until ATE0
        for one in self._sorter.sort(line, None if asked is None else asked.expected):
            if isinstance(one, Stray):
                self._stray(one)
            elif asked is not None:
                self._answer(asked, one)

    def _answer(self, asked: _Asked, line: str) -> None:
        if (end := final(line)) is not None:
            if not asked.end.done():
                asked.end.set_result(end)
        elif len(asked.lines) < LINES_MAX:
            asked.lines.append(line)


def _shown(command: str) -> str:
    """For logs: without what must not stand there, a PIN or a number."""
    name, mark, _ = command.partition("=")
    return name + mark
