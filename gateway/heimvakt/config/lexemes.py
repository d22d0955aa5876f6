"""The smallest pieces of TOML: where strings end, what a bare value may be, what a key may be."""

from __future__ import annotations

import re

BLANKS = re.compile(r"[ \t]*")
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
WORD = re.compile(r"[^\s,\[\]{}#=\"']*")
"""What somebody may have meant as a key or a bare value."""
REST_OF_LINE = re.compile(r"[^\r\n#]*")
BREAK = re.compile(r"\r?\n")
COMMENT = re.compile(r"#[^\n]*")
NEXT_STATEMENT = re.compile(
    r"""^[ \t]*(?:
        (?:[A-Za-z0-9_.-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')[ \t]*=                    # key =
        | \[+[ \t]*(?!true|false|inf|nan)[A-Za-z_][\w.\" '-]*\]+[ \t]*(?:\#.*)?\r?$  # [table]
    )""",
    re.MULTILINE | re.VERBOSE | re.ASCII,
)
"""A line that can be no part of a list: what went before was never closed."""

FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)")
"""Control characters that TOML has nowhere."""

_INTEGER = r"[+-]?(?:0|[1-9](?:_?[0-9])*)"
_NUMBER = re.compile(
    r"0x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*|[+-]?(?:inf|nan)|"
    + _INTEGER
    + r"(?:\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?"
)
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MOMENT = re.compile(rf"{_DATE}(?:[Tt ]{_TIME}(?:[Zz]|[+-][0-9]{{2}}:[0-9]{{2}})?)?|{_TIME}")
_DATE_AND_BLANK = re.compile(rf"{_DATE} (?=[0-9]{{2}}:)")

_BASIC = re.compile(r'"(?:[^"\\\n]|\\[^\n])*"')
_LITERAL = re.compile(r"'[^'\n]*'")
_LONG_BASIC_END = re.compile(r'\\[\s\S]|"""')
_ESCAPE = re.compile(r"\\[\s\S]")
_GOOD_ESCAPE = re.compile(r'\\(?:[btnfr"\\]|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[ \t]*\r?\n)')

LOOKALIKE_QUOTES = "\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u201b\u00ab\u00bb\u00b4`"
"""What word processors and phones make of a quotation mark."""


def is_bare_value(word: str) -> bool:
    """Whether this is a number, a date, a time, true or false."""
    return word in ("true", "false") or bool(_NUMBER.fullmatch(word) or _MOMENT.fullmatch(word))


def bare_value_end(text: str, at: int) -> int:
    """Where a value without quotes ends; a date and its time may have a blank between them."""
    if date := _DATE_AND_BLANK.match(text, at):
        return _match_end(WORD, text, date.end())
    return _match_end(WORD, text, at)


def string_end(text: str, at: int) -> int | None:
    """Where the string that begins at `at` ends, or None if it is not closed."""
    quote = text[at]
    if text.startswith(quote * 3, at):
        return _long_string_end(text, at + 3, quote)
    match = (_BASIC if quote == '"' else _LITERAL).match(text, at)
    return match.end() if match else None


def bad_escape(text: str, begin: int, end: int) -> int | None:
    """Where a backslash in a string in double quotes means nothing, or None."""
    for escape in _ESCAPE.finditer(text, begin, end):
        if not _GOOD_ESCAPE.match(text, escape.start()):
            return escape.start()
    return None


def _long_string_end(text: str, at: int, quote: str) -> int | None:
    if quote == "'":
        close = text.find("'''", at)
    else:
        ends = (m.start() for m in _LONG_BASIC_END.finditer(text, at) if m[0] == '"""')
        close = next(ends, -1)
    if close < 0:
        return None
    end = close + 3
    # One or two quotation marks may stand directly before the three that close it.
    while end < close + 5 and text.startswith(quote, end):
        end += 1
    return end


def _match_end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at
