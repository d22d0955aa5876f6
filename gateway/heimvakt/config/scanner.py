"""Walks through TOML text: where each key and value stands, and what is wrong with the grammar.

The values themselves come from the standard library's parser, which tells neither; it also decides
what is TOML. What is found wrong here only explains a document that it refused. After a mistake the
walk goes on at the next line, so that one run shows all of them.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field

from . import lexemes, troubles
from .lexemes import BARE_KEY, BLANKS, BREAK, COMMENT, FORBIDDEN, NEXT_STATEMENT, REST_OF_LINE, WORD
from .names import Names
from .positions import Lines, Path, Positions
from .troubles import Stop, Trouble

DEPTH_MAX = 24
"""Lists in lists, and names in a dotted key: a home needs three."""

TROUBLES_MAX = 20


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found in a document."""

    positions: Positions
    troubles: list[Trouble] = field(default_factory=list)
    too_deep: bool = False
    """The document must not be given to a parser that recurses."""


def scan(text: str) -> Scan:
    """Walk through a document; never raises, whatever the text holds."""
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._lines = Lines(text)
        self._positions = Positions(self._lines)
        self._names = Names(self._positions)
        self._troubles: list[Trouble] = []
        self._table: Path = ()
        self._key = ""
        self._too_deep = False

    def scan(self) -> Scan:
        if forbidden := FORBIDDEN.search(self._text):
            self._troubles.append(troubles.control_character(forbidden.start(), forbidden[0]))
        while self._at < len(self._text) and len(self._troubles) < TROUBLES_MAX:
            try:
                self._statement()
                self._end_of_line()
            except Stop as stop:
                self._troubles.append(stop.trouble)
                self._resume(stop.spans_lines)
        return Scan(self._positions, self._troubles, self._too_deep)

    # ------------------------------------------------------------------------------ statements

    def _statement(self) -> None:
        self._skip(BLANKS)
        match self._next():
            case "" | "\n" | "\r" | "#":
                return
            case "[":
                self._header()
            case _:
                self._assignment(self._table)

    def _header(self) -> None:
        begin = self._at
        of_list = self._text.startswith("[[", begin)
        self._at += 2 if of_list else 1
        # Until the header is understood: its keys must not count as those of the table before.
        self._table = (f"?{begin}",)
        parts = self._key_parts(in_header=True)
        if not self._text.startswith("]]" if of_list else "]", self._at):
            raise Stop(troubles.header_not_closed(begin, self._rest(begin), double=of_list))
        self._at += 2 if of_list else 1
        path, fine = self._names.header(parts, of_list=of_list)
        if not fine:
            first = self._positions.of_key(path)
            self._troubles.append(troubles.table_twice(begin, self._text[begin : self._at], first))
            return
        self._table = path

    def _assignment(self, table: Path, depth: int = 0) -> None:
        begin = self._at
        parts = self._key_parts(in_header=False)
        self._key = self._text[begin : self._at].strip()
        if self._next() != "=":
            raise Stop(troubles.no_equals(begin, self._key, self._rest(self._at)))
        self._at += 1
        self._skip(BLANKS)
        path, fine = self._names.assignment(table, parts)
        if not fine:
            first = self._positions.of_key(path)
            self._troubles.append(troubles.key_twice(begin, self._key, first))
        self._value(path, depth)

    def _key_parts(self, *, in_header: bool) -> list[tuple[str, int]]:
        parts: list[tuple[str, int]] = []
        while True:
            self._skip(BLANKS)
            begin = self._at
            parts.append((self._key_part(in_header=in_header), begin))
            if len(parts) > DEPTH_MAX:
                self._too_deep = True
                raise Stop(troubles.too_deep(begin))
            self._skip(BLANKS)
            if self._next() != ".":
                return parts
            self._at += 1

    def _key_part(self, *, in_header: bool) -> str:
        begin = self._at
        if bare := BARE_KEY.match(self._text, begin):
            self._at = bare.end()
            word = WORD.match(self._text, begin)
            tail = word[0][len(bare[0]) :] if word else ""
            if tail and not tail.startswith((".", ":")):
                raise Stop(troubles.key_with_odd_letter(begin, word[0] if word else ""))
            return bare[0]
        if self._next() in ('"', "'"):
            end = lexemes.string_end(self._text, begin)
            raw = self._text[begin:end] if end else ""
            if end is None or raw.startswith(('"""', "'''")):
                raise Stop(troubles.string_not_closed(begin, self._next()))
            self._at = end
            return self._unescaped(raw, begin)
        word = WORD.match(self._text, begin)
        raise Stop(troubles.no_key(begin, word[0] if word else "", in_header=in_header))

    def _unescaped(self, raw: str, begin: int) -> str:
        """The name in a key with quotes; the parser of the standard library knows the escapes."""
        if raw.startswith("'") or "\\" not in raw:
            return raw[1:-1]
        try:
            name: str = tomllib.loads(f"k = {raw}")["k"]
        except tomllib.TOMLDecodeError:
            raise Stop(troubles.bad_escape(begin)) from None
        return name

    # ---------------------------------------------------------------------------------- values

    def _value(self, path: Path, depth: int) -> None:
        begin = self._at
        self._positions.values.setdefault(path, begin)
        if depth > DEPTH_MAX:
            self._too_deep = True
            raise Stop(troubles.too_deep(begin))
        match self._next():
            case '"' | "'" as quote:
                end = lexemes.string_end(self._text, begin)
                if end is None:
                    # Three quotation marks that are not closed swallow the rest of the file.
                    raise Stop(troubles.string_not_closed(begin, quote))
                if quote == '"' and (bad := lexemes.bad_escape(self._text, begin, end)) is not None:
                    self._troubles.append(troubles.bad_escape(bad))
                self._at = end
            case "[":
                self._list(path, depth + 1)
            case "{":
                self._inline_table(path, depth + 1)
            case _:
                self._bare_value(in_list=depth > 0)

    def _bare_value(self, *, in_list: bool) -> None:
        begin = self._at
        self._at = lexemes.bare_value_end(self._text, begin)
        word = self._text[begin : self._at]
        if lexemes.is_bare_value(word):
            return
        if not in_list:
            word = self._rest(begin)
            self._at = begin + len(word)
        trouble = troubles.bare_value(begin, self._key, word, in_list=in_list)
        if not word:
            raise Stop(trouble)
        self._troubles.append(trouble)

    def _list(self, path: Path, depth: int) -> None:
        begin, key = self._at, self._key
        self._at += 1
        number = 0
        while True:
            self._skip_lines()
            if self._next() == "]":
                break
            if self._at >= len(self._text) or NEXT_STATEMENT.match(self._text, self._at):
                raise Stop(troubles.list_not_closed(begin, key), spans_lines=True)
            self._value((*path, number), depth)
            number += 1
            self._skip_lines()
            if self._next() == ",":
                self._at += 1
            elif self._next() != "]":
                self._no_comma(begin, key)
        self._at += 1

    def _no_comma(self, begin: int, key: str) -> None:
        line_begin = self._text.rfind("\n", 0, self._at) + 1
        new_line = not self._text[line_begin : self._at].strip()
        if self._at >= len(self._text) or (
            new_line and NEXT_STATEMENT.match(self._text, line_begin)
        ):
            raise Stop(troubles.list_not_closed(begin, key), spans_lines=True)
        raise Stop(troubles.no_comma(self._at, key), spans_lines=True)

    def _inline_table(self, path: Path, depth: int) -> None:
        begin, key = self._at, self._key
        self._at += 1
        self._blanks_in_braces(begin)
        while self._next() != "}":
            if self._at >= len(self._text):
                raise Stop(troubles.braces_not_closed(begin, key), spans_lines=True)
            self._assignment(path, depth)
            self._blanks_in_braces(begin)
            if self._next() == ",":
                comma = self._at
                self._at += 1
                self._blanks_in_braces(begin)
                if self._next() == "}":
                    self._troubles.append(troubles.comma_before_brace(comma))
            elif self._next() != "}":
                raise Stop(troubles.braces_not_closed(begin, key), spans_lines=True)
        self._at += 1

    def _blanks_in_braces(self, begin: int) -> None:
        before = self._at
        self._skip_lines()
        if "\n" in self._text[before : self._at]:
            self._troubles.append(troubles.break_in_braces(begin))

    # --------------------------------------------------------------------------------- helpers

    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        match = pattern.match(self._text, self._at)
        if match is None or match.end() == self._at:
            return False
        self._at = match.end()
        return True

    def _skip_lines(self) -> None:
        while self._skip(BLANKS) or self._skip(BREAK) or self._skip(COMMENT):
            pass

    def _rest(self, begin: int) -> str:
        """What stands on the line from `begin`, without its comment."""
        match = REST_OF_LINE.match(self._text, begin)
        return match[0].rstrip() if match else ""

    def _end_of_line(self) -> None:
        self._skip(BLANKS)
        self._skip(COMMENT)
        if self._at < len(self._text) and not self._skip(BREAK):
            begin = self._at
            raise Stop(troubles.more_on_the_line(begin, self._rest(begin)))

    def _resume(self, spans_lines: bool) -> None:
        """Go to where reading can begin again."""
        line_end = self._text.find("\n", self._at)
        self._at = len(self._text) if line_end < 0 else line_end + 1
        if spans_lines:
            found = NEXT_STATEMENT.search(self._text, self._at)
            self._at = found.start() if found else len(self._text)
