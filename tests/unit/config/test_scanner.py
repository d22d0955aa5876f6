"""The scanner gives every key and value of every document its place; tomllib is the witness."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heimvakt.config.positions import Path, Position
from heimvakt.config.scanner import scan
from tests.unit.config.documents import documents, mutated

EVERYTHING = '''\
# a comment
"quoted key" = 1
'literal.key' = 'C:\\path'
a.b."c.d" = { x = [ 1, 2, { y = "z" } ], "k" = true }
date = 1979-05-27 07:32:00.5Z
local = 07:32:00
long = """
one \\"two\\" ""
three"""""
raw = \'\'\'
it's\'\'\'
numbers = [ 0xFF, 1_000.5e-3, # why
  -inf, +3,
]
empty = []
[tables]
[tables . sub]
umlaut = "ærlig"   # ø
[[list]]
name = "first"
[list.child]
x = 1
[[list]]
name = "second"
[[list.inner]]
y = 2
'''


def paths(data: Any, path: Path = ()) -> list[tuple[Path, Any]]:
    """Every key path that tomllib yields, with its value."""
    found: list[tuple[Path, Any]] = [(path, data)] if path else []
    if isinstance(data, dict):
        for key, value in data.items():
            found += paths(value, (*path, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            found += paths(value, (*path, number))
    return found


def text_at(text: str, place: Position) -> str:
    """What stands at a place, read the way an editor counts."""
    lines = text.split("\n")
    first = lines[place.line - 1][place.column - 1 :]
    return "\n".join([first, *lines[place.line :]])


def reads_as(text: str, value: Any) -> bool:
    """Whether a value begins this text: some prefix of it is the value in TOML."""
    for end in range(1, len(text) + 1):
        if end < len(text) and text[end] not in " \t\r\n,]}#":
            continue
        try:
            read = tomllib.loads(f"v = {text[:end]}\n")["v"]
        except tomllib.TOMLDecodeError:
            continue
        if repr(read) == repr(value):
            return True
    return False


def reads_as_key(text: str, key: str) -> bool:
    """Whether a key, bare or in quotes, begins this text."""
    if text.startswith(key) and key:
        return True
    for end in range(2, len(text) + 1):
        if text[end - 1] != text[0]:
            continue
        try:
            return list(tomllib.loads(f"{text[:end]} = 1")) == [key]
        except tomllib.TOMLDecodeError:
            continue
    return False


def check(text: str) -> None:
    data = tomllib.loads(text)
    walked = scan(text)
    assert walked.troubles == []
    places = walked.positions
    for path, value in paths(data):
        assert path in places.keys or path in places.values, path
        assert path[:-1] == () or places.find(path[:-1]), path
        if isinstance(path[-1], str):
            assert path in places.keys, path
            assert reads_as_key(text_at(text, places.of_key(path)), path[-1]), path
        if not isinstance(value, dict | list):
            assert path in places.values, path
        if path in places.values:
            assert reads_as(text_at(text, places.of_value(path)), value), path
    assert set(places.keys) | set(places.values) == {path for path, _ in paths(data)}


def test_a_document_with_everything() -> None:
    check(EVERYTHING)


def test_line_ends_of_windows() -> None:
    check(EVERYTHING.replace("\n", "\r\n"))


def test_places_are_those_an_editor_shows() -> None:
    places = scan(EVERYTHING).positions
    assert places.of_key(("a", "b", "c.d")) == Position(4, 5)
    assert places.of_value(("a", "b", "c.d", "x", 2, "y")) == Position(4, 33)
    assert places.of_value(("list", 1, "name")) == Position(24, 8)
    assert places.of_key(("list", 1, "inner", 0, "y")) == Position(26, 1)
    assert places.of_value(("tables", "sub", "umlaut")) == Position(18, 10)


def test_what_has_no_place_takes_that_of_its_table() -> None:
    places = scan(EVERYTHING).positions
    assert places.of_value(("tables", "sub", "missing")) == Position(17, 11)
    assert places.of_value(("nothing",)) == Position(1, 1)
    assert places.find(("tables", "sub", "missing")) is None


@given(documents())
@settings(max_examples=150)
def test_every_key_and_value_of_any_document_has_its_place(text: str) -> None:
    check(text)


@given(mutated(EVERYTHING))
@settings(max_examples=300)
def test_a_document_that_is_refused_is_explained(text: str) -> None:
    walked = scan(text)
    for trouble in walked.troubles:
        assert 0 <= trouble.offset <= len(text)
        assert trouble.what
        assert trouble.hint
    try:
        tomllib.loads(text)
    except (ValueError, RecursionError):
        return
    if not walked.troubles:
        check(text)


@given(st.text(alphabet="a=[]{}\"'\\\n#., 1-:\r\t", max_size=60))
@settings(max_examples=500)
def test_what_tomllib_takes_has_no_trouble(text: str) -> None:
    walked = scan(text)
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError):
        return
    if "\\" not in text:  # tomllib checks no escapes in some places that the grammar forbids
        assert walked.troubles == []
        assert set(walked.positions.keys) | set(walked.positions.values) == {
            p for p, _ in paths(data)
        }


def test_a_text_that_begins_a_line_of_a_list_is_no_key() -> None:
    check('a = [\n"\\"=", "b"]\n')


@pytest.mark.parametrize("text", ["a=" + "[" * 5000, "a=" + '{"b"=' * 3000, ".".join("a" * 9000)])
def test_too_deep_is_said_and_not_recursed_into(text: str) -> None:
    assert scan(text).too_deep
