"""`[rules.ID]` of kind `custom`: an alarm that a home makes up for itself, without any code.

`when` something happens, `after` something and `unless` something else, `between` hours: what it
is, where it is and how long is said; whether a person must look soon, and what he reads, too.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from heimvakt.core.alarms import Priority
from heimvakt.core.fields import Hours, duration
from heimvakt.core.words import Words
from heimvakt.rules.kind import RuleSettings

from .happening import Happening
from .signs import VERBS

TEXT_MAX = 120
"""With the device and the time an SMS has room for it."""


class When(Happening):
    """`when`: what the alarm is about."""

    for_: Annotated[
        timedelta | None,
        duration(at_least="10s", at_most="7d"),
        Field(alias="for", description="It must go on for so long. Without it at once."),
    ] = None

    @model_validator(mode="after")
    def _lasts(self) -> When:
        moments = sorted(verb for verb in self.verbs() if not VERBS[verb].ends)
        if self.for_ is not None and moments:
            raise PydanticCustomError(
                "moment_for_long",
                "`{verb}` is over at once and cannot go on for anything",
                {"verb": moments[0], "hint": "take `for` away, or say what goes on: opened"},
            )
        return self


class After(Happening):
    """`after`: what must have happened before it."""

    within: Annotated[
        timedelta,
        duration(at_least="10s", at_most="24h"),
        Field(description="At most so long before.", examples=["10m"]),
    ]


class Unless(Happening):
    """`unless`: what makes it no alarm."""

    within: Annotated[
        timedelta | None,
        duration(at_least="10s", at_most="24h"),
        Field(
            description="It may still happen so long after, and the alarm waits for it. Without "
            "this key it must be so at the moment of the alarm."
        ),
    ] = None

    @model_validator(mode="after")
    def _is_so(self) -> Unless:
        moments = sorted(verb for verb in self.verbs() if not VERBS[verb].ends)
        if self.within is None and moments:
            raise PydanticCustomError(
                "moment_is_never_so",
                "`{verb}` is over at once: it is never so when the alarm comes",
                {"verb": moments[0], "hint": 'say how long it is waited for: within = "5m"'},
            )
        return self


class AtMost(RuleSettings):
    """`at_most`: how often it is told."""

    alarms: Annotated[
        int, Field(ge=1, le=20, description="So many alarms of this rule.", examples=[3])
    ]
    within: Annotated[
        timedelta,
        duration(at_least="1m", at_most="7d"),
        Field(description="In any time of this length.", examples=["24h"]),
    ]


def _nobody(text: str) -> str:
    if re.search(r"(?<!\d)\d{6}[ .-]?\d{5}(?!\d)", text, re.ASCII):
        raise PydanticCustomError(
            "person_in_text",
            "eleven digits may be a national identity number (fødselsnummer)",
            {"hint": "nothing in this file may tell who lives here"},
        )
    return text


_Said = Annotated[
    str,
    Field(min_length=1, max_length=TEXT_MAX, examples=["The fridge is open."]),
    AfterValidator(_nobody),
]


class Text(RuleSettings):
    """`text`: what whoever gets the alarm reads."""

    nb: Annotated[_Said | None, Field(description="In Norwegian.")] = None
    en: Annotated[_Said | None, Field(description="In English.")] = None

    @model_validator(mode="after")
    def _is_there(self) -> Text:
        if self.nb is None and self.en is None:
            raise PydanticCustomError(
                "no_text",
                "there is no text",
                {"hint": 'write it as { nb = "...", en = "..." }; one of them is enough'},
            )
        return self

    @property
    def words(self) -> Words:
        """In both languages; a home that needs only one writes only that."""
        return Words(nb=self.nb or self.en or "", en=self.en or self.nb or "")


class Settings(RuleSettings):
    """`[rules.ID]` with `kind = "custom"`."""

    model_config = ConfigDict(defer_build=True)

    when: Annotated[
        When,
        Field(
            description="What the alarm is about, and for how long it must go on.",
            examples=[{"opened": ["fridge"], "for": "10m"}],
        ),
    ]
    after: Annotated[
        After | None,
        Field(
            description="Only so long after this.", examples=[{"left": ["bed"], "within": "10m"}]
        ),
    ] = None
    unless: Annotated[
        Unless | None,
        Field(
            description="No alarm while this is so, or if it happens in time.",
            examples=[{"closed": ["front-door"], "within": "5m"}],
        ),
    ] = None
    between: Annotated[
        Hours | None,
        Field(
            description="Only in these hours, local time. What must go on for some time must do "
            "so in them at the end of it."
        ),
    ] = None
    at_most: Annotated[
        AtMost,
        Field(
            description="How often it is told at most.",
            examples=[{"alarms": 3, "within": "24h"}],
        ),
    ] = AtMost(alarms=1, within=timedelta(minutes=15))
    rests_in: Annotated[
        tuple[Literal["away", "visit", "privacy"], ...],
        Field(
            description="Modes in which it is kept back, and told if it still is so at their end.",
            examples=[["visit"]],
        ),
    ] = ()
    priority: Annotated[Priority, Field(description="How soon a person must look.")] = (
        Priority.MEDIUM
    )
    text: Annotated[
        Text,
        Field(
            description="What whoever gets the alarm reads. Never a name or an address.",
            examples=[{"nb": "Kjøleskapet står åpent.", "en": "The fridge is open."}],
        ),
    ]

    @model_validator(mode="before")
    @classmethod
    def _in_their_places(cls, data: Any) -> Any:
        where = {"for": "when", "within": "after` or `unless"}
        for key, place in where.items():
            if isinstance(data, dict) and key in data:
                raise PydanticCustomError(
                    "astray",
                    "`{key}` stands in `{place}`",
                    {
                        "key": key,
                        "place": place,
                        "hint": 'write when = { opened = ["fridge"], for = "10m" }'
                        if key == "for"
                        else 'write unless = { closed = ["front-door"], within = "5m" }',
                    },
                )
        return data

    @model_validator(mode="after")
    def _hang_together(self) -> Settings:
        if self.when.for_ is not None and self.unless is not None and self.unless.within:
            raise PydanticCustomError(
                "waits_twice",
                "it cannot wait for two things: `for` in `when`, and `within` in `unless`",
                {"hint": "take one of them away"},
            )
        unless = self.unless.signs() if self.unless is not None else {}
        when = self.when.signs().values()
        both = sorted(sign.key for sign in when if sign.lasts and unless.get(sign.key) == sign)
        if both:
            raise PydanticCustomError(
                "never_an_alarm",
                "`{sign}` stands in `when` and in `unless`: this could never be an alarm",
                {"sign": both[0], "hint": "take it out of one of them"},
            )
        never = sorted(verb for verb in self.when.verbs() if VERBS[verb].hands)
        if self.rests_in and never:
            raise PydanticCustomError(
                "never_rests",
                "an alarm about `{verb}` never rests",
                {"verb": never[0], "hint": "take `rests_in` away"},
            )
        return self
