"""Diagrams of the documents as SVG and HTML, so that the site needs no script and no network.

The documents hold them as Mermaid, which forges draw. Here the part of it that we use is drawn:
sequences of `participant`, arrows, `Note over` and `loop`; states become a table of moves. What is
not understood is an error, not a hole in a page. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from textwrap import wrap

CHAR = 7.1
"""Width of a character of 13 px on average, generously."""
STEP, LINE, TOP, MARGIN = 42, 17, 64, 16
COLUMN_MIN, NOTE_CHARS = 130, 30

_PARTICIPANT = re.compile(r"participant (\w+) as (.+)")
_ARROW = re.compile(r"(\w+)(-?-)(>>|x)(\w+): (.+)")
_NOTE = re.compile(r"Note over (\w+)(?:,(\w+))?: (.+)")
_MOVE = re.compile(r"(\S+) --> (\S+?)(?:: (.+))?")


class NotUnderstood(ValueError):
    """A line of a diagram that is not drawn here."""


@dataclass(slots=True)
class Sequence:
    """Who takes part, and what happens in order."""

    names: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    steps: list[tuple[str, int, int, str]] = field(default_factory=list)
    """Kind (`solid`, `dashed`, `lost`, `note`, `loop`, `end`), from, to, words."""


def html(source: str) -> str:
    """A diagram for a page.

    Raises:
        NotUnderstood: it has something that is not drawn here.
    """
    kind, _, rest = source.strip().partition("\n")
    if kind == "sequenceDiagram":
        return svg(read(rest))
    if kind == "stateDiagram-v2":
        return moves(rest.splitlines())
    raise NotUnderstood(kind)


def read(text: str) -> Sequence:
    """The lines of a sequence diagram."""
    found = Sequence()
    for line in filter(None, map(str.strip, text.splitlines())):
        if match := _PARTICIPANT.fullmatch(line):
            found.names.append(match[1])
            found.labels.append(match[2])
        elif match := _ARROW.fullmatch(line):
            kind = "lost" if match[3] == "x" else "dashed" if match[2] == "--" else "solid"
            found.steps.append((kind, _at(found, match[1]), _at(found, match[4]), match[5]))
        elif match := _NOTE.fullmatch(line):
            ends = sorted((_at(found, match[1]), _at(found, match[2] or match[1])))
            found.steps.append(("note", *ends, match[3]))
        elif line.startswith("loop "):
            found.steps.append(("loop", 0, 0, line.removeprefix("loop ")))
        elif line == "end":
            found.steps.append(("end", 0, 0, ""))
        else:
            raise NotUnderstood(line)
    return found


def _at(sequence: Sequence, name: str) -> int:
    if name not in sequence.names:
        raise NotUnderstood(f"{name} is no participant")
    return sequence.names.index(name)


def svg(sequence: Sequence) -> str:
    """The picture, in the colours of the page around it; read aloud it is its steps."""
    places = _places(sequence)
    width = places[-1] + places[0]
    drawn, y = [], float(TOP)
    loops: list[tuple[float, str]] = []
    for kind, begin, end, words in sequence.steps:
        if kind == "loop":
            loops.append((y - 14, words))
            y += LINE + 4
        elif kind == "end":
            top, said = loops.pop()
            drawn.append(_loop(width, top, y - 14, said))
            y += 8
        elif kind == "note":
            lines = wrap(words, NOTE_CHARS + round((places[end] - places[begin]) / CHAR))
            drawn.append(_note(places[begin], places[end], y, lines))
            y += len(lines) * LINE + 22
        else:
            drawn.append(_arrow(kind, places[begin], places[end], y, words))
            y += STEP
    heads = [_head(x, label) for x, label in zip(places, sequence.labels, strict=True)]
    lines = [f'<path d="M{x:.0f} 36V{y:.0f}" class="life"/>' for x in places]
    told = "; ".join(_told(sequence, step) for step in sequence.steps if step[0] != "end")
    return (
        f'<svg class="sequence" viewBox="0 0 {width:.0f} {y + 6:.0f}" width="{width:.0f}" '
        f'role="img" aria-label="{escape(told)}">{"".join([*lines, *drawn, *heads])}</svg>'
    )


def _places(sequence: Sequence) -> list[float]:
    """The middle of each column: so far apart that words between two fit."""
    gaps = [
        max(float(COLUMN_MIN), (len(one) + len(next_one)) * CHAR / 2 + 32)
        for one, next_one in pairwise(sequence.labels)
    ]
    for kind, begin, end, words in sequence.steps:
        first, last = sorted((begin, end))
        if kind in ("loop", "end", "note") or first == last:
            continue
        over = len(words) * CHAR + 24 - sum(gaps[first:last])
        for gap in range(first, last):
            gaps[gap] += max(0.0, over / (last - first))
    widest = max([NOTE_CHARS, *map(len, sequence.labels)])
    edge = widest * CHAR / 2 + MARGIN
    places = [edge]
    for gap in gaps:
        places.append(places[-1] + gap)
    return places


def _told(sequence: Sequence, step: tuple[str, int, int, str]) -> str:
    kind, begin, end, words = step
    if kind in ("loop", "note"):
        return words
    return f"{sequence.labels[begin]} to {sequence.labels[end]}: {words}"


def _head(x: float, label: str) -> str:
    half = len(label) * CHAR / 2 + 10
    return (
        f'<rect x="{x - half:.0f}" y="8" width="{2 * half:.0f}" height="28" rx="4" class="box"/>'
        f'<text x="{x:.0f}" y="27">{escape(label)}</text>'
    )


def _arrow(kind: str, begin: float, end: float, y: float, words: str) -> str:
    way = 1 if end > begin else -1
    tip = end if kind != "lost" else (begin + end) / 2
    point = (
        f"M{tip - 5:.0f} {y - 5:.0f}l10 10m0 -10l-10 10"
        if kind == "lost"
        else f"M{tip - 8 * way:.0f} {y - 5:.0f}L{tip:.0f} {y:.0f}L{tip - 8 * way:.0f} {y + 5:.0f}"
    )
    dashes = "" if kind == "solid" else ' stroke-dasharray="5 4"'
    return (
        f'<path d="M{begin:.0f} {y:.0f}H{tip:.0f}" class="arrow"{dashes}/>'
        f'<path d="{point}" class="arrow"/>'
        f'<text x="{(begin + end) / 2:.0f}" y="{y - 7:.0f}">{escape(words)}</text>'
    )


def _note(begin: float, end: float, y: float, lines: list[str]) -> str:
    widest = max(map(len, lines)) * CHAR
    middle, half = (begin + end) / 2, max((end - begin) / 2 + 10, widest / 2 + 10)
    texts = "".join(
        f'<text x="{middle:.0f}" y="{y + LINE * number:.0f}">{escape(line)}</text>'
        for number, line in enumerate(lines)
    )
    height = len(lines) * LINE + 10
    box = f'<rect x="{middle - half:.0f}" y="{y - 17:.0f}" width="{2 * half:.0f}" height="{height}"'
    return f'{box} class="note"/>{texts}'


def _loop(width: float, top: float, bottom: float, words: str) -> str:
    return (
        f'<rect x="4" y="{top:.0f}" width="{width - 8:.0f}" height="{bottom - top:.0f}" '
        f'class="loop"/><text x="12" y="{top + 15:.0f}" class="left">{escape(words)}</text>'
    )


def moves(lines: Iterable[str]) -> str:
    """States as a table: from where, by what, to where."""
    rows = []
    for line in filter(None, map(str.strip, lines)):
        match = _MOVE.fullmatch(line)
        if match is None:
            raise NotUnderstood(line)
        begin = match[1].replace("[*]", "(begin)")
        end = match[2].replace("[*]", "(end)")
        cells = (f"<td>{escape(one)}</td>" for one in (begin, match[3] or "", end))
        rows.append(f"<tr>{''.join(cells)}</tr>")
    head = "<thead><tr><th>from</th><th>by</th><th>to</th></tr></thead>"
    return f'<table class="docutils">{head}<tbody>{"".join(rows)}</tbody></table>'
