"""The walk test: from device to device, each has to tell what it is there for, and the centre to
answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heimvakt.core.devices import Role
from heimvakt.core.walking import ASKED
from heimvakt.core.words import Words
from heimvakt.replay.words import words_of

from . import layout, words
from .markup import Html, joined, tag

TITLE = Words(nb="Gangtest", en="Walk test")
SERVICE_S = 3_600
"""The home is set to service for so long, in case the browser is gone before that is ended."""
MEANS = Words(
    nb="Huset settes i service i inntil 1 t: alarmer går hele veien og er merket som prøver, og "
    "knappen som prøves, tilkaller ingen.",
    en="The home is set to service for 1 h at most: alarms go the whole way and are marked as "
    "tests, and the button that is being tried calls nobody.",
)
BEGIN = Words(nb="Begynn gangtesten", en="Begin the walk test")
END = Words(nb="Avslutt gangtesten", en="End the walk test")
TRY = Words(nb="Prøv", en="Try")
STOP = Words(nb="Neste", en="Next")
RUNS = Words(nb="Huset er i service til {0}.", en="The home is set to service until {0}.")
NOT_YET = Words(nb="ikke prøvd", en="not tried")
STEPS = {
    "waiting": Words(nb="venter: {0}", en="waiting: {0}"),
    "heard": Words(nb="hørt: {0}", en="heard: {0}"),
    "answered": Words(nb="virker: {0} svarte etter {1} s", en="works: {0} answered within {1} s"),
    "passed": Words(nb="hørt i forbifarten: {0}", en="heard in passing: {0}"),
    "never": Words(nb="ble ikke hørt", en="was not heard"),
    "late": Words(
        nb="hørt, men sentralen har ikke svart", en="heard, and the centre has not answered"
    ),
}


def page(devices: Mapping[str, Any], mode: Mapping[str, Any], language: str) -> str:
    """The devices that a hand can try, and a button for each while the home is set to service."""
    in_service = mode["mode"] == "service"
    until = words.clock(mode["until"], mode["timezone"])
    rows = [
        _row(device_id, row, language, can_try=in_service)
        for device_id, row in devices["devices"].items()
        if row["role"] in ASKED and row["address"]
    ]
    return layout.page(
        TITLE,
        tag("h1", _in(language, TITLE)),
        tag("p", _in(language, RUNS).format(until) if in_service else _in(language, MEANS)),
        _switch(language, in_service=in_service),
        tag("p", "", id="line", role="status"),
        tag("ol", rows, class_="walk", id="walk", data_stop=_in(language, STOP)),
        language=language,
        here="/walk",
        script="walk.js",
    )


def step_said(step: Mapping[str, Any], language: str) -> dict[str, Any]:
    """A step of the gateway's as the page shows it."""
    match step:
        case {"step": "turned", "asked": asked}:
            return _line("waiting", "look", language, asked)
        case {"step": "heard", "kind": kind}:
            return _line("heard", "look", language, words_of(kind).in_language(language))
        case {"step": "answered", "receiver": receiver, "seconds": seconds}:
            return _line("answered", "well", language, receiver, f"{seconds:.1f}")
        case {"step": "in-passing", "device_id": device_id}:
            return {**_line("passed", "look", language, device_id), "aside": True}
        case {"done": True, "answered": True}:
            return {"done": True}
        case {"done": True, "heard": heard}:
            return {**_line("late" if heard else "never", "bad", language), "done": True}
        case _:
            return {}


def _line(which: str, sign: str, language: str, *values: str) -> dict[str, Any]:
    return {"text": _in(language, STEPS[which]).format(*values), "sign": sign}


def _switch(language: str, *, in_service: bool) -> Html:
    to, said = ("home", END) if in_service else ("service", BEGIN)
    return tag(
        "form",
        tag("input", type="hidden", name="mode", value=to),
        tag("button", _in(language, said), class_="" if in_service else "first"),
        method="post",
        action="/walk",
    )


def _row(device_id: str, row: Mapping[str, Any], language: str, *, can_try: bool) -> Html:
    asked = ASKED[Role(row["role"])].in_language(language)
    where = ", ".join(one for one in (row["room"], asked) if one)
    button = tag(
        "button",
        f"{_in(language, TRY)} ",
        tag("span", device_id, class_="unseen"),
        type="button",
        data_device=device_id,
    )
    return tag(
        "li",
        tag("strong", device_id),
        tag("span", f" {where}", class_="more"),
        tag(
            "p",
            joined(
                tag("span", "", class_="sign", aria_hidden="true"),
                tag("span", _in(language, NOT_YET), class_="text"),
            ),
            class_="fact",
            data_result=device_id,
        ),
        button if can_try else None,
    )


def _in(language: str, said: Words) -> str:
    return said.in_language(language)
