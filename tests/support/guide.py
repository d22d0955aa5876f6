"""A guide as it is followed: what stands in its blocks is done, and compared with what is shown.

Above each block stands a comment that no reader sees, with what is done besides:

    <!-- run                    a command is typed; what is shown has to be what stands below it
    first: ACT                  somebody does this before
    while: ACT                  somebody does this while the command runs
    when: TEXT                  not before TEXT is shown
    types: 2 | no-1505-004711   what is answered when the command asks
    ctrl-c: TEXT                pressed as soon as TEXT is shown
    ends: 1                     the exit code, where it is not 0
    picture: NAME               what is shown is also a picture
    long                        left out where time is short
    -->
    <!-- write                  the block is written to the end of the file of the home
    out: SECTION SECTION        these sections are taken out
    instead: TEXT               the block takes the place of this line
    -->
    <!-- read: REASON -->       nothing is done with it

An ACT is a method of the home with its words: `joins bed`. A line `...` in a block stands for any
number of lines. Times, measured values, addresses and paths are compared by their kind.
"""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .guided_home import GuidedHome
from .terminal import Shown, on_terminal

DOCS = Path(__file__).parents[2] / "docs"
ANY = "..."
BLOCK = re.compile(
    r"(?:<!-- (?P<how>\w+):?(?P<more>[^>]*?) ?-->\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
SECTION = r"^\[{}\][^\n]*\n(?:[^\[\n][^\n]*\n)*\n?"
MASKS = tuple(
    (re.compile(pattern), mask)
    for pattern, mask in (
        (r"(?:[0-9a-f]{2}:){7}[0-9a-f]{2}", "ADDRESS"),
        (r"(?<=T\d{6})_\d{3}(?=\.html)", ""),  # another report of the same second
        (r"\d{4}-\d\d-\d\d(?:T[\d:.]+(?:\+00:00|Z)?)?(?: \d\d:\d\d(?::\d\d)?(?: UTC)?)?", "DATE"),
        (r"(?:\b[0-9a-f]{4} ){3}[0-9a-f]{4}\b", "DIGEST"),
        (r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b(?: \d+ \w{3})?", "DAY"),
        (r"\b\d\d:\d\d(?::\d\d)?\b", "TIME"),
        (r"\bup \d+ (?:s|min|h|d)(?: \d+ (?:s|min|h))?", "up TIME"),
        (r"-?\d+(?:[.,]\d+)* ?(?:ms|s|min|h|d|days|%|MB|MiB|GiB|°C|ppm|dBm)(?!\w)", "VALUE"),
        (r"(?<=LQI )\d+", "VALUE"),
        # What grows with the software.
        (r"\d+ (events?|rules|checks passed)", r"SOME \1"),
        (r"Heimvakt \d+\.\d+\.\S+", "Heimvakt VERSION"),
        (r" +", " "),
        (r"VALUE(?: VALUE)+", "VALUE"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of a guide, with what stands above it."""

    guide: str
    kind: str
    """What is written after its three backticks."""
    how: str
    """`run`, `write`, `read`; empty where nothing is said."""
    said: dict[str, list[str]]
    text: str
    start: int
    """Where its text begins in the guide."""

    @property
    def command(self) -> str:
        """What is typed, without the sign before it."""
        return self.text.partition("\n")[0].removeprefix("$ ")

    @property
    def shows(self) -> list[str]:
        """What is to be shown then."""
        return self.text.splitlines()[1:]

    @property
    def code(self) -> int:
        """What it is to end with."""
        return int(self.one("ends") or 0)

    def one(self, key: str) -> str | None:
        """What is said under a key that may stand there once."""
        return self.said[key][0] if key in self.said else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of one block."""

    block: Block
    shown: Shown
    lines: list[str]
    """As the guide would say it."""
    seconds: float


@dataclass(slots=True)
class Followed:
    """Whoever follows the guides in one home, and what came of it."""

    home: GuidedHome
    whole: bool = True
    """Also what takes long."""
    done: list[Done] = field(default_factory=list)

    async def follow(self, guide: str) -> None:
        """Do all that a guide says, in order."""
        for block in blocks(guide):
            if "long" in block.said and not self.whole:
                continue
            if block.how == "run":
                self.done.append(await self._run(block))
            elif block.how == "write":
                _write(block, self.home)

    async def _run(self, block: Block) -> Done:
        home, loop = self.home, asyncio.get_running_loop()
        for act in block.said.get("first", ()):
            await _act(home, act)
        began, shown = loop.time(), Shown()
        acts = asyncio.create_task(_acts(home, block, shown))
        typed = asyncio.create_task(_typed(block, home, shown))
        try:
            await asyncio.wait({acts, typed}, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for task in (acts, typed):
                task.cancel()
            await asyncio.wait({acts, typed})
        for task in (typed, acts):
            if not task.cancelled():
                task.result()
        lines = home.there("\n".join(shown.lines)).splitlines()
        return Done(block=block, shown=shown, lines=lines, seconds=loop.time() - began)


def blocks(guide: str) -> Iterator[Block]:
    """All of one guide, by its path below `docs`."""
    text = (DOCS / guide).read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        said: dict[str, list[str]] = {}
        for line in (found["more"] or "").strip().splitlines():
            key, _, value = line.partition(":")
            said.setdefault(key.strip(), []).append(value.strip())
        yield Block(
            guide=guide,
            kind=found["kind"],
            how=found["how"] or "",
            said=said,
            text=found["text"],
            start=found.start("text"),
        )


def wrong(done: Done) -> str | None:
    """In what a block is not what happened; None where it is."""
    block = done.block
    shown = "\n".join(done.lines)
    if not matches(block.shows, done.lines):
        return f"$ {block.command}\nhas shown\n{shown}\nand not\n" + "\n".join(block.shows)
    return None


def matches(said: Sequence[str], shown: Sequence[str]) -> bool:
    """Whether the lines of a guide are those that were shown."""
    if not said:
        return not shown
    if said[0] == ANY:
        return any(matches(said[1:], shown[skipped:]) for skipped in range(len(shown) + 1))
    return bool(shown) and masked(said[0]) == masked(shown[0]) and matches(said[1:], shown[1:])


def masked(line: str) -> str:
    """Without what differs from one time to the next."""
    for pattern, mask in MASKS:
        line = pattern.sub(mask, line)
    return line.strip()


async def _acts(home: GuidedHome, block: Block, shown: Shown) -> None:
    if (when := block.one("when")) is not None:
        await shown.until(when)
    for act in block.said.get("while", ()):
        await _act(home, act)


async def _act(home: GuidedHome, act: str) -> None:
    name, *words = act.split()
    await getattr(home, name)(*words)


async def _typed(block: Block, home: GuidedHome, shown: Shown) -> None:
    words = [word for word in shlex.split(block.command) if word != "sudo"]
    if words[0] == "systemctl":
        await {"start": home.start, "stop": home.stop}[words[1]]()
        shown.code = 0
        return
    assert words[0] == "heimvakt", f"{block.command} cannot be typed here"
    types = block.one("types")
    await on_terminal(
        home.box,
        *home.heimvakt(*words[1:]),
        folder=home.etc,
        types=[home.here(answer.strip()) for answer in types.split("|")] if types else (),
        interrupts_at=block.one("ctrl-c"),
        shown=shown,
    )
    ended = f"$ {block.command}\nended with {shown.code}, not {block.code}:\n{shown.raw}"
    assert shown.code == block.code, ended


def _write(block: Block, home: GuidedHome) -> None:
    file = home.command.configuration
    text = file.read_text(encoding="utf-8")
    for name in (block.one("out") or "").split():
        text, taken = re.subn(SECTION.format(re.escape(name)), "", text, flags=re.MULTILINE)
        assert taken == 1, f"there is no [{name}] in the file"
    new = home.here(block.text)
    if (line := block.one("instead")) is None:
        text = f"{text}\n{new}"
    else:
        assert text.count(f"{line}\n") == 1, f"{line} stands {text.count(line)} times in the file"
        text = text.replace(f"{line}\n", new)
    file.write_text(text, encoding="utf-8")
