"""Commands on a terminal, as a person sees them: what is asked is answered, all is kept with times.

Nothing here knows what the commands do.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import re
import signal
import struct
import termios
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .guided_box import Box

COLUMNS, LINES = 110, 40
PROMPTS = (": ", "] ")
"""How questions end."""
INTERRUPT = "Ctrl-C"
READ_BYTES = 65_536
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(slots=True, kw_only=True)
class Shown:
    """What one command has shown."""

    code: int = -1
    pieces: list[tuple[float, str]] = field(default_factory=list)
    """Each with the seconds since the command began."""
    questions: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, text: str) -> None:
        """Return when that is shown."""
        while text not in self.raw:
            self.news.clear()
            await self.news.wait()

    @property
    def raw(self) -> str:
        """As it came, with colours and with what was drawn over."""
        return "".join(text for _, text in self.pieces)

    @property
    def lines(self) -> list[str]:
        """What stands on the screen in the end, without colours."""
        return [COLOUR.sub("", line).rstrip() for line in screen(self.raw)]


def screen(raw: str) -> list[str]:
    """The lines that stand in the end, with their colours.

    Enough of a terminal for what draws one line anew at the bottom, as a spinner does.
    """
    lines, row, column = [""], 0, 0
    for part in re.split(r"(\x1b\[[0-9;?]*[A-Za-z]|\r|\n|\x08)", raw):
        if part == "\n":
            row, column = row + 1, 0
            if row == len(lines):
                lines.append("")
        elif part == "\r":
            column = 0
        elif part == "\x1b[2K":
            lines[row], column = "", 0
        elif re.fullmatch(r"\x1b\[[0-9]*A", part):
            row = max(row - int(part[2:-1] or 1), 0)
        elif COLOUR.fullmatch(part) or (part and not CONTROL.fullmatch(part)):
            lines[row] = part if column == 0 and part[:1] != "\x1b" else lines[row] + part
            column += 1
    while lines and not COLOUR.sub("", lines[-1]).strip():
        lines.pop()
    return lines


class Typist:
    """Somebody at the keyboard, while one command runs."""

    def __init__(self, answers: Sequence[str], interrupts_at: str | None) -> None:
        self._answers = list(answers)
        self._interrupts_at = interrupts_at
        self._read_to = 0
        self.questions = 0

    def keys(self, shown: str) -> str:
        """What to press now that this much is shown."""
        if self._interrupts_at is not None and self._interrupts_at in shown:
            self._interrupts_at = None
            return INTERRUPT
        last = shown[self._read_to :].rpartition("\n")[2]
        if self._answers and CONTROL.sub("", last).endswith(PROMPTS):
            self._read_to = len(shown)
            self.questions += 1
            return self._answers.pop(0) + "\n"
        return ""


async def on_terminal(
    box: Box,
    *words: str,
    folder: Path,
    types: Sequence[str] = (),
    interrupts_at: str | None = None,
    within_s: float = 60.0,
    shown: Shown,
) -> None:
    """Run it to its end, in sight of whoever has `shown`; killed if that takes too long."""
    keyboard, line = pty.openpty()
    fcntl.ioctl(line, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    loop, typist = asyncio.get_running_loop(), Typist(types, interrupts_at)
    began, ended = loop.time(), asyncio.Event()
    process = await box.begin(*words, tty=os.ttyname(line), folder=folder)

    def read() -> None:
        try:
            data = os.read(keyboard, READ_BYTES)
        except OSError:  # nobody has the other end any more
            data = b""
        if not data:
            loop.remove_reader(keyboard)
            ended.set()
            return
        text = data.decode(errors="replace").replace("\r\n", "\n")
        shown.pieces.append((loop.time() - began, text))
        shown.news.set()
        keys = typist.keys(shown.raw)
        if keys == INTERRUPT:
            process.send_signal(signal.SIGINT)
        elif keys:
            os.write(keyboard, keys.encode())

    loop.add_reader(keyboard, read)
    code = asyncio.create_task(process.wait())
    try:
        async with asyncio.timeout(within_s):
            shown.code = await asyncio.shield(code)
            os.close(line)  # only now: until the command has opened it nobody else has
            await ended.wait()
    except BaseException as error:
        error.add_note(f"so far it has shown:\n{shown.raw[-3000:]}")
        process.send_signal(signal.SIGKILL)
        await code
        raise
    finally:
        loop.remove_reader(keyboard)
        os.close(keyboard)
    shown.questions = typist.questions
