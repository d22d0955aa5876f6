"""The only page that can be seen without a code: where it is typed."""

from __future__ import annotations

from heimvakt.core.words import Words

from . import layout
from .markup import Html, joined, tag

TITLE = Words(nb="Kode", en="Code")
ASKS = Words(
    nb="Skriv koden som «heimvakt page» viser på boksen. Den virker én gang, i fem minutter.",
    en="Type the code that “heimvakt page” shows on the box. It works once, for five minutes.",
)
WRONG = Words(
    nb="Det er ikke koden, eller den virker ikke lenger. Hent en ny: heimvakt page",
    en="That is not the code, or it works no longer. Fetch another: heimvakt page",
)
WAIT = Words(
    nb="Det er gjort for mange forsøk. Vent {0} s og prøv igjen.",
    en="There were too many tries. Wait {0} s and try again.",
)


def page(language: str, wrong: str | None = None) -> str:
    """The form; with what was wrong with the last try."""
    return layout.door(
        TITLE,
        tag("h1", _in(language, TITLE)),
        layout.trouble(wrong) if wrong else None,
        tag(
            "form", _field(language, failed=bool(wrong)), method="post", action="/enter", id="door"
        ),
        language=language,
        script="door.js",
    )


def _field(language: str, *, failed: bool) -> Html:
    enter = Words(nb="Gå inn", en="Enter")
    return joined(
        tag("p", _in(language, ASKS), id="asks"),
        tag("label", _in(language, TITLE), for_="code"),
        tag(
            "input",
            id="code",
            name="code",
            required=True,
            autofocus=True,
            autocomplete="one-time-code",
            autocapitalize="characters",
            spellcheck="false",
            maxlength=20,
            aria_describedby="asks",
            aria_invalid="true" if failed else None,
        ),
        tag("button", _in(language, enter)),
    )


def _in(language: str, words: Words) -> str:
    return words.in_language(language)
