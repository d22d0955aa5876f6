"""The self-test: begun here, told check by check, and answered where a person must see or hear."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heimvakt.checks.lines import NAMES, spelt
from heimvakt.core.checks import Outcome, Result
from heimvakt.core.codec import decode
from heimvakt.core.self_test import summary
from heimvakt.core.words import Words

from . import layout
from .markup import Html, joined, tag

TITLE = Words(nb="Selvtest", en="Self-test")
MEANS = Words(
    nb="Boksen, klokken, lageret, radioene, enhetene, veiene og sentralen blir prøvd mens "
    "tjenesten går. Låser rører seg ikke.",
    en="The box, its clock and store, radios, devices, paths and the centre are looked at while "
    "the service works. No lock is moved.",
)
BEGIN = Words(nb="Begynn selvtesten", en="Begin the self-test")
STOP = Words(nb="Stans", en="Stop")
WITH_HAND = Words(
    nb="Også det jeg må se eller høre her (lamper, lyd, knapper)",
    en="Also what I must see or hear here (lamps, sound, buttons)",
)
HEADS = (
    Words(nb="Resultat", en="Outcome"),
    Words(nb="Hva", en="What"),
    Words(nb="Funnet", en="Found"),
)
YES, NO = Words(nb="Ja", en="Yes"), Words(nb="Nei", en="No")
BROKEN = Words(nb="Selvtesten ble avbrutt.", en="The self-test was broken off.")
SIGNS = {Outcome.PASS: "well", Outcome.WARN: "look", Outcome.FAIL: "bad", Outcome.SKIPPED: ""}


def page(language: str) -> str:
    """Nothing has been looked at yet; `self_test.js` does what the buttons say."""
    return layout.page(
        TITLE,
        tag("h1", _in(language, TITLE)),
        tag("p", _in(language, MEANS)),
        _form(language),
        _progress(language),
        tag("div", id="asks", data_yes=_in(language, YES), data_no=_in(language, NO)),
        _table(language),
        language=language,
        here="/self-test",
        script="self_test.js",
    )


class Said:
    """The steps of one self-test as the page shows them; holds the results for the sum."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._results: list[Result] = []

    def step(self, step: Mapping[str, Any]) -> dict[str, Any]:
        """One step of the gateway's."""
        match step:
            case {"begins": _, "number": number, "of": of, "part": part, "title": title}:
                what = f"{self._of(part)}, {self._of(title)}"
                return {"number": number, "of": of, "text": f"{number}/{of}: {what}"}
            case {"result": result}:
                return {"row": self._row(decode(Result, result))}
            case {"asks": asks, "question": number}:
                return {"asks": self._of(asks), "question": number}
            case {"done": True}:
                return {"done": True, "text": summary(self._results).in_language(self._language)}
            case _:
                return {}

    def _row(self, result: Result) -> dict[str, str]:
        self._results.append(result)
        found = result.text.in_language(self._language)
        if result.outcome.is_named and (limit := spelt(result)):
            word = Words(nb="grense", en="limit").in_language(self._language)
            found += f" ({word} {limit})"
        return {
            "sign": SIGNS[result.outcome],
            "outcome": NAMES[result.outcome],
            "part": result.part.in_language(self._language),
            "title": result.title.in_language(self._language),
            "found": found,
            "advice": result.advice.in_language(self._language) if result.advice else "",
        }

    def _of(self, words: Mapping[str, str]) -> str:
        return words.get(self._language) or words["en"]


def _form(language: str) -> Html:
    return tag(
        "form",
        tag(
            "p",
            tag("input", type="checkbox", id="hand", name="hand"),
            Html(" "),
            tag("label", _in(language, WITH_HAND), for_="hand"),
        ),
        tag("button", _in(language, BEGIN), id="begin", class_="first"),
        Html(" "),
        tag("button", _in(language, STOP), id="stop", type="button", disabled=True),
        id="self-test",
        method="post",
        action="/self-test",
        data_broken=_in(language, BROKEN),
    )


def _progress(language: str) -> Html:
    label = Words(nb="Framdrift", en="Progress")
    return joined(
        tag(
            "progress",
            id="progress",
            value="0",
            max="1",
            aria_label=_in(language, label),
            hidden=True,
        ),
        tag("p", "", id="line", role="status"),
    )


def _table(language: str) -> Html:
    heads = [tag("th", _in(language, head), scope="col") for head in HEADS]
    caption = tag("caption", _in(language, TITLE))
    body = tag("tbody", id="results")
    return tag("table", caption, tag("thead", tag("tr", heads)), body, id="found", hidden=True)


def _in(language: str, said: Words) -> str:
    return said.in_language(language)
