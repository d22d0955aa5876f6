"""What every page has around it: a head without a script or a style of its own, and landmarks."""

from __future__ import annotations

from heimvakt.core.words import Words

from .facts import Fact, Sign
from .markup import Html, joined, tag

PLACES = (
    ("/", Words(nb="Nå", en="Now")),
    ("/alarms", Words(nb="Alarmer", en="Alarms")),
    ("/walk", Words(nb="Gangtest", en="Walk test")),
    ("/self-test", Words(nb="Selvtest", en="Self-test")),
)
SIGNS = {
    Sign.WELL: ("●", Words(nb="i orden", en="well")),
    Sign.LOOK: ("▲", Words(nb="se etter", en="look at it")),
    Sign.BAD: ("■", Words(nb="feil", en="wrong")),
}
"""A shape for the eye and a word for the ear: colour is the last that tells them apart."""


def page(
    title: Words,
    *main: Html | None,
    language: str,
    here: str,
    script: str | None = None,
    timezone: str = "",
) -> str:
    """A whole page for somebody who is in. `here` is its place, `script` its module if any."""
    return _whole(
        title,
        tag(
            "header",
            tag("p", "Heimvakt", class_="name"),
            tag("nav", tag("ul", _places(here, language)), aria_label=_menu(language)),
            tag("div", _other_language(language, here), _leave(language), class_="tools"),
        ),
        tag("main", *main, id="main", tabindex="-1"),
        language=language,
        script=script,
        timezone=timezone,
    )


def door(title: Words, *main: Html | None, language: str, script: str) -> str:
    """A whole page for somebody who is not in."""
    header = tag("header", tag("p", "Heimvakt", class_="name"))
    inner = tag("main", *main, id="main", tabindex="-1")
    return _whole(title, header, inner, language=language, script=script)


def marked(fact: Fact, language: str) -> Html:
    """The text of a fact with its sign before it; changed in place by its key."""
    return tag(
        "span",
        sign(fact.sign, language),
        tag("span", fact.text, class_="text"),
        data_fact=fact.key,
        class_=f"fact {fact.sign or ''}".strip(),
    )


def sign(which: Sign | None, language: str) -> Html:
    """The shape, and its word for those who hear the page."""
    shape, word = SIGNS[which] if which else ("", None)
    return joined(
        tag("span", shape, class_="sign", aria_hidden="true"),
        tag("span", f"{word.in_language(language)}: " if word else "", class_="unseen"),
    )


def trouble(text: str) -> Html:
    """What went wrong, told at once also to those who hear the page."""
    return tag("div", tag("p", text, class_="lines"), role="alert", class_="trouble")


def _whole(title: Words, *body: Html, language: str, script: str | None, timezone: str = "") -> str:
    said = title.in_language(language)
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{said} – Heimvakt"),
        tag("link", rel="icon", href="/static/icon.svg", type="image/svg+xml"),
        tag("link", rel="stylesheet", href="/static/page.css"),
        tag("script", type="module", src=f"/static/{script}") if script else None,
    )
    skip = Words(nb="Til innholdet", en="To the content").in_language(language)
    inside = tag(
        "body",
        tag("a", skip, href="#main", class_="skip"),
        *body,
        data_zone=timezone or None,
    )
    return f"<!doctype html>\n{tag('html', head, inside, lang=language)}\n"


def _places(here: str, language: str) -> Html:
    return joined(
        [
            tag(
                "li",
                tag(
                    "a",
                    words.in_language(language),
                    href=place,
                    aria_current="page" if place == here else None,
                ),
            )
            for place, words in PLACES
        ]
    )


def _menu(language: str) -> str:
    return Words(nb="Meny", en="Menu").in_language(language)


def _other_language(language: str, here: str) -> Html:
    other, name = ("en", "English") if language == "nb" else ("nb", "Norsk")
    return tag(
        "form",
        tag("input", type="hidden", name="to", value=here),
        tag("button", name, name="language", value=other, lang=other, class_="quiet"),
        method="post",
        action="/language",
    )


def _leave(language: str) -> Html:
    said = Words(nb="Gå ut", en="Leave").in_language(language)
    return tag("form", tag("button", said, class_="quiet"), method="post", action="/leave")
