"""TOML documents made at random, in every spelling that the grammar has."""

from __future__ import annotations

import json

from hypothesis import strategies as st

# Without lone surrogates and control characters, which TOML takes in escapes only or not at all.
_LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
_TEXT = st.text(_LETTERS, max_size=8)
_BARE = st.text("abcXYZ019_-", min_size=1, max_size=5)
_BLANK = st.sampled_from(["", " ", "\t", "  "])
_LINES = st.sampled_from(["", " ", "\n", " # a, ]comment\n  ", "\t\n\n"])


def _basic(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _long(text: str) -> str:
    return '"""\n' + text.replace("\\", "\\\\").replace('"""', '""\\"') + '\\"x"""'


def _literal(text: str) -> str:
    return f"'{text}'" if "'" not in text else _basic(text)


_STRING = st.one_of(
    _TEXT.map(_basic),
    _TEXT.map(_literal),
    _TEXT.map(_long),
    st.just("'''it's\nlong'''''"),
)
_NUMBER = st.one_of(
    st.integers(-(10**12), 10**12).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(["0xdead_BEEF", "0o17", "0b1_0", "+1_000", "-inf", "6.02e+23", "nan"]),
)
_OTHER = st.one_of(
    st.booleans().map(lambda b: str(b).lower()),
    st.datetimes().map(lambda d: d.isoformat(" ")),
    st.datetimes().map(lambda d: d.isoformat("T") + "+01:00"),
    st.dates().map(str),
    st.times().map(lambda t: t.isoformat()),
)
_KEY = st.one_of(_BARE, _TEXT.map(_basic), _TEXT.map(_literal))


@st.composite
def _lists(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    items = draw(st.lists(inner, max_size=3))
    text = "[" + draw(_LINES)
    for number, item in enumerate(items):
        last = number == len(items) - 1
        text += item + draw(_LINES)
        text += ("," if not last or draw(st.booleans()) else "") + draw(_LINES)
    return text + "]"


@st.composite
def _braces(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    # A letter before each key, so that no two are the same.
    pairs = [
        f"{letter}{draw(_BARE)}{draw(_dotted_tail())}{draw(_BLANK)}={draw(_BLANK)}{draw(inner)}"
        for letter in "pqr"[: draw(st.integers(0, 3))]
    ]
    return "{" + draw(_BLANK) + (draw(_BLANK) + "," + draw(_BLANK)).join(pairs) + draw(_BLANK) + "}"


def _dotted_tail() -> st.SearchStrategy[str]:
    return st.one_of(
        st.just(""), st.tuples(_BLANK, _BLANK, _KEY).map(lambda t: f"{t[0]}.{t[1]}{t[2]}")
    )


_VALUE: st.SearchStrategy[str] = st.recursive(
    st.one_of(_STRING, _NUMBER, _OTHER), lambda inner: _lists(inner) | _braces(inner), max_leaves=6
)


@st.composite
def _assignments(draw: st.DrawFn) -> str:
    text = ""
    for number in range(draw(st.integers(0, 3))):
        key = f"k{number}{draw(_dotted_tail())}"
        comment = draw(st.sampled_from(["", " # why", "\t"]))
        text += f"{draw(_BLANK)}{key}{draw(_BLANK)}={draw(_BLANK)}{draw(_VALUE)}{comment}\n"
    return text


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A valid document; names are numbered where two would be one too many."""
    text = draw(_assignments())
    for number in range(draw(st.integers(0, 4))):
        middle = draw(st.one_of(st.just(""), _KEY.map(lambda k: f" . {k}")))
        if draw(st.booleans()):
            text += f"[t{number}{middle}]{draw(_BLANK)}\n{draw(_assignments())}"
            if draw(st.booleans()):
                text += f"[t{number}{middle}.more]\n{draw(_assignments())}"
        else:
            for _ in range(draw(st.integers(1, 3))):
                text += f"[[t{number}{middle}]]\n{draw(_assignments())}"
                if draw(st.booleans()):
                    text += f"[t{number}{middle}.more]\n{draw(_assignments())}"
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


@st.composite
def mutated(draw: st.DrawFn, text: str) -> str:
    """A document with a few slips of the finger."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        end = min(len(text), at + draw(st.integers(0, 4)))
        text = text[:at] + draw(st.text("abc=[]{}\"'\n#., 1-:\\", max_size=3)) + text[end:]
    return text
