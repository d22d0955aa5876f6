"""What can be wrong with the grammar of a file, for somebody who never read the grammar."""

from __future__ import annotations

from dataclasses import dataclass

from .findings import quoted
from .ids import as_id
from .lexemes import LOOKALIKE_QUOTES
from .positions import Position


@dataclass(frozen=True, slots=True)
class Trouble:
    """A mistake in the grammar at an offset into the text."""

    offset: int
    what: str
    hint: str


class Stop(Exception):
    """The statement cannot be read further."""

    def __init__(self, trouble: Trouble, *, spans_lines: bool = False) -> None:
        super().__init__(trouble.what)
        self.trouble = trouble
        self.spans_lines = spans_lines
        """The statement may go on for lines: the next line is no safe place to go on."""


_YES = frozenset({"true", "yes", "on", "ja", "på"})
_NO = frozenset({"false", "no", "off", "nei", "av"})


def no_key(at: int, word: str, *, in_header: bool) -> Trouble:
    """There is something else, or nothing, where a name should be."""
    if word.startswith(("//", ";", "--", "/*", "%")):
        return Trouble(at, f"{quoted(word)} begins no comment", "a comment begins with #")
    if word and word[0] in LOOKALIKE_QUOTES:
        return _lookalike(at, word)
    if word:
        return key_with_odd_letter(at, word)
    if in_header:
        return Trouble(at, "the name in the brackets is missing", "write for example [devices.bed]")
    return Trouble(at, "the line does not begin with a key", 'write it as: key = "value"')


def key_with_odd_letter(at: int, word: str) -> Trouble:
    """A name with letters that TOML takes in quotes only."""
    meant = ".".join(as_id(part) or "" for part in word.split(".")).strip(".")
    letters = "a key is made of the letters a to z, digits and -"
    return Trouble(
        at,
        f"{quoted(word)} cannot be a key",
        f"{letters}; write for example {meant}" if meant else letters,
    )


def no_equals(at: int, key: str, rest: str) -> Trouble:
    """A key that no `=` follows."""
    if rest.startswith(":"):
        value = rest[1:].strip()
        return Trouble(at, f'{quoted(key)} is followed by ":"', f"write it as: {key} = {value}")
    if rest:
        return Trouble(at, f"= is missing after {quoted(key)}", f"write it as: {key} = {rest}")
    return Trouble(
        at,
        f"{quoted(key)} stands alone: = and a value are missing",
        f'write it as: {key} = "value", or put # before it if it is a comment',
    )


def bare_value(at: int, key: str, word: str, *, in_list: bool) -> Trouble:
    """A value that is no number, date, true or false, and has no quotes."""
    begin = "" if in_list else f"{key} = "
    if not word:
        what = "a value is missing here" if in_list else f"{quoted(key)} has no value"
        hint = (
            "take the comma away, or write a value" if in_list else f'write it as: {key} = "value"'
        )
        return Trouble(at, what, hint)
    if word[0] in LOOKALIKE_QUOTES:
        return _lookalike(at, word)
    if word.casefold() in _YES | _NO:
        meant = "true" if word.casefold() in _YES else "false"
        return Trouble(at, f"{word} is not a value", f"write it as: {begin}{meant}")
    unquoted = word.strip("\"'")
    return Trouble(
        at,
        f"the quotation marks around {unquoted} are missing",
        f'write it as: {begin}"{unquoted}"',
    )


def _lookalike(at: int, word: str) -> Trouble:
    return Trouble(
        at,
        f"{word[0]} is not the quotation mark of a keyboard",
        'use the straight one, ": word processors and phones turn it into others',
    )


def string_not_closed(at: int, quote: str) -> Trouble:
    """The closing quotation mark is missing."""
    return Trouble(
        at,
        "a text begins here and does not end on this line",
        f"put {quote} at its end",
    )


def bad_escape(at: int) -> Trouble:
    r"""A backslash that means nothing, `"C:\dev"`."""
    return Trouble(
        at,
        "a backslash in a text in double quotation marks has a meaning of its own",
        r"write it twice, \\, or put the text in single quotation marks",
    )


def list_not_closed(at: int, key: str) -> Trouble:
    """`]` is missing."""
    return Trouble(at, f"the list {quoted(key)} begins here and is not closed", "put ] at its end")


def no_comma(at: int, key: str) -> Trouble:
    """Two values of a list with nothing between."""
    return Trouble(
        at, f"a comma is missing in the list {quoted(key)}", "put a comma between two values"
    )


def braces_not_closed(at: int, key: str) -> Trouble:
    """`}` or a comma is missing."""
    return Trouble(
        at,
        f"the braces that begin here, in {quoted(key)}, are not closed",
        'write them as: { receiver = "centre" }, with commas between several keys',
    )


def break_in_braces(at: int) -> Trouble:
    """Braces over several lines."""
    return Trouble(
        at, "what stands in braces { } must be on one line", "write it on one line, or as a [table]"
    )


def comma_before_brace(at: int) -> Trouble:
    """`{ a = 1, }`."""
    return Trouble(at, "there is a comma before }", "take the comma away")


def header_not_closed(at: int, rest: str, *, double: bool) -> Trouble:
    """`[devices.bed` or `[living room]`."""
    name = rest.strip("[] ")
    if " " in name:
        meant = name.replace(" ", "-")
        what = f"{quoted(name)} cannot be the name of a table: it has a blank"
    else:
        meant = name
        what = "the brackets are not closed"
    return Trouble(at, what, f"write it as: {f'[[{meant}]]' if double else f'[{meant}]'}")


def table_twice(at: int, header: str, first: Position) -> Trouble:
    """The same header for the second time."""
    return Trouble(
        at,
        f"{header} stands twice: first in line {first.line}",
        "give this one another name, or put its keys below the first",
    )


def key_twice(at: int, key: str, first: Position) -> Trouble:
    """The same key for the second time in its table."""
    return Trouble(
        at, f"{quoted(key)} is set twice: first in line {first.line}", "keep one of the two"
    )


def more_on_the_line(at: int, rest: str) -> Trouble:
    """Something follows a value or a header."""
    if rest and rest[0] in LOOKALIKE_QUOTES:
        return _lookalike(at, rest)
    return Trouble(
        at,
        f"this is too much for the line: {rest}",
        "each key has a line of its own; a comment begins with #",
    )


def too_deep(at: int) -> Trouble:
    """More brackets in brackets than any home needs."""
    return Trouble(
        at, "tables or lists stand in one another too deeply", "no key of Heimvakt needs this"
    )


def control_character(at: int, character: str) -> Trouble:
    """A character that nobody typed on purpose."""
    return Trouble(
        at,
        f"there is a control character here (U+{ord(character):04X})",
        "delete it; it may have come with text that was copied from another program",
    )
