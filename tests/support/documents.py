"""The Markdown documents of the project, as a reader on a forge has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
FOLDERS = ("docs", "hardware_tests", "examples", "benchmarks", "config", "systemd")
_MARKDOWN = MarkdownIt("commonmark").enable("table")
_WORDS = ("text", "code_inline")
_NOT_IN_A_SLUG = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class Link:
    """As it is written, and in which line the paragraph around it begins."""

    target: str
    line: int


def documents() -> list[Path]:
    """Those at the top and in the folders that have some; none that somebody else brought."""
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.md")]
    ours = [path for path in found if "node_modules" not in path.parts]
    return sorted([*ROOT.glob("*.md"), *ours])


@cache
def _tokens(path: Path) -> list[Token]:
    return _MARKDOWN.parse(path.read_text(encoding="utf-8"))


def links(path: Path) -> Iterator[Link]:
    """Every link and picture of a document, but not those in code."""
    for block in _tokens(path):
        for token in block.children or ():
            target = token.attrGet("href") or token.attrGet("src")
            if target is not None:
                yield Link(str(target), (block.map or [0])[0] + 1)


@cache
def anchors(path: Path) -> frozenset[str]:
    """What `#...` may name in a document: its headings, as forges make anchors of them."""
    found: list[str] = []
    tokens = _tokens(path)
    for before, token in pairwise(tokens):
        if before.type != "heading_open":
            continue
        words = [part.content for part in token.children or () if part.type in _WORDS]
        slug = _NOT_IN_A_SLUG.sub("", "".join(words).lower()).strip().replace(" ", "-")
        copies = sum(re.fullmatch(rf"{slug}(-\d+)?", one) is not None for one in found)
        found.append(f"{slug}-{copies}" if copies else slug)
    return frozenset(found)


def tables(path: Path) -> Iterator[list[dict[str, str]]]:
    """Each table as rows, by the words of its head; cells as they are written."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for block in _tokens(path):
        if block.type == "table_open" and block.map is not None:
            begin, end = block.map
            head, _, *rows = (_cells(line) for line in lines[begin:end])
            yield [dict(zip(head, row, strict=True)) for row in rows]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
