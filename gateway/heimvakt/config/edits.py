"""Small changes of a TOML text that leave every other character as somebody wrote it.

Pure. Each function gives the whole text with one change. None of them knows all ways of writing
TOML: `writing` compares what the text then says with what it was to say, and refuses the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from .positions import Path
from .scanner import scan

Value = str | bool | int


class CannotEdit(Exception):
    """The text is written in a way that this module does not know; a person has to change it."""


def add_section(text: str, path: Path, fields: Mapping[str, Value]) -> str:
    """A section `[a.b]` after the last one of its kind, or at the end of the text."""
    end = _newline(text)
    lines = [f"[{'.'.join(map(str, path))}]", *(f"{k} = {_spelt(v)}" for k, v in fields.items())]
    section = end.join(lines) + end
    others = [span for other in _sections(text, path[:-1]) for span in (_span(text, other),)]
    if not others:
        gap = "" if not text or text.endswith(end * 2) else end
        return text + ("" if text.endswith(end) or not text else end) + gap + section
    at = max(stop for _, stop in others)
    before = text[:at] if text[:at].endswith(end) else text[:at] + end
    return before + end + section + text[at:]


def add_key(text: str, path: Path, key: str, value: Value) -> str:
    """One key more in a section, below those that it has."""
    end = _newline(text)
    _, stop = _span(text, path)
    before = text[:stop] if text[:stop].endswith(end) else text[:stop] + end
    return f"{before}{key} = {_spelt(value)}{end}{text[stop:]}"


def drop_section(text: str, path: Path) -> str:
    """Without the section and its keys; comments above and below stay."""
    start, stop = _span(text, path)
    end = _newline(text)
    before, after = text[:start], text[stop:]
    if before.endswith(end * 2) and after.startswith(end):
        after = after.removeprefix(end)
    return before + after


def rename_section(text: str, path: Path, name: str) -> str:
    """The section under another last name."""
    _span(text, path)
    at = scan(text).positions.keys[path]
    return _replaced(text, at, str(path[-1]), name, bare=True)


def set_text(text: str, path: Path, before: str, after: str) -> str:
    """Another text in the place of one: `"front-door"`."""
    at = scan(text).positions.values.get(path)
    if at is None:
        raise CannotEdit(f"{before} is not found where it should be")
    return _replaced(text, at, before, after, bare=False)


def drop_item(text: str, path: Path, item: str) -> str:
    """A list without one of its texts."""
    at = scan(text).positions.values.get(path)
    spelt = None if at is None else _spelling(text, at, item, bare=False)
    if at is None or spelt is None:
        raise CannotEdit(f"{item} is not found where it should be")
    before, after = text[:at], text[at + len(spelt) :]
    if after.lstrip(" \t").startswith(","):
        return before + after.lstrip(" \t").removeprefix(",").lstrip(" \t")
    # The last of the list: the comma before it goes, unless a comment stands between.
    kept = before.rstrip(" \t\r\n")
    return (kept.removesuffix(",") if kept.endswith(",") else before) + after


def _sections(text: str, above: Path) -> Iterator[Path]:
    """The sections `[above.NAME]`."""
    for path in scan(text).positions.keys:
        if len(path) == len(above) + 1 and path[:-1] == above:
            yield path


def _span(text: str, path: Path) -> tuple[int, int]:
    """From the line of the header to the end of the line of the last key."""
    positions = scan(text).positions
    at = positions.keys.get(path)
    if at is None:
        raise CannotEdit(f"there is no section {'.'.join(map(str, path))}")
    start = text.rfind("\n", 0, at) + 1
    if not text[start:at].lstrip(" \t").startswith("["):
        raise CannotEdit(f"{'.'.join(map(str, path))} has no [header] of its own")
    places = [*positions.keys.items(), *positions.values.items()]
    last = max(offset for other, offset in places if other[: len(path)] == path)
    if (quotes := text[last : last + 3]) in ('"""', "'''"):
        last = text.find(quotes, last + 3)
    lines = text[last:].splitlines(keepends=True)
    stop = at_line = last
    for number, line in enumerate(lines):
        bare = line.strip()
        if number and bare.startswith("["):
            break
        at_line += len(line)
        if number == 0 or (bare and not bare.startswith("#")):
            stop = at_line
    return start, stop


def _replaced(text: str, at: int, before: str, after: str, *, bare: bool) -> str:
    spelt = _spelling(text, at, before, bare=bare)
    if spelt is None:
        raise CannotEdit(f"{before} is spelt in another way where it stands")
    quote = spelt[0] if spelt[0] in "\"'" else ""
    return text[:at] + quote + after + quote + text[at + len(spelt) :]


def _spelling(text: str, at: int, word: str, *, bare: bool) -> str | None:
    """How a word without anything special in it is written at this place."""
    spellings = [f'"{word}"', f"'{word}'", *([word] if bare else [])]
    for spelt in spellings:
        if text.startswith(spelt, at):
            return spelt
    return None


def _spelt(value: Value) -> str:
    # JSON's texts are TOML's, but for the character 0x7F.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
