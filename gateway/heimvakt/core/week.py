"""A time of the day and days of the week as an installer writes them: `"08:30"`, `"mon-fri"`.

Types for the fields of pydantic models, as in `fields`: one spelling each, and a mistake says how
to write what was probably meant.
"""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from .spelling import SHOWN_MAX, guess_day, guess_time

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TIME_PATTERN = r"^(?:[01]\d|2[0-3]):[0-5]\d$"
_DAY = f"(?:{'|'.join(DAYS)})"
_RANGE = re.compile(f"({_DAY})(?:-({_DAY}))?", re.ASCII)


def _time_of_day(value: object) -> time:
    if isinstance(value, str) and re.fullmatch(TIME_PATTERN, value, re.ASCII):
        return time.fromisoformat(value)
    meant = value if isinstance(value, time) else guess_time(str(value))
    hint = f'write it as "{meant:%H:%M}"' if meant else 'write a time such as "08:30"'
    raise PydanticCustomError(
        "no_time", "{shown} is no time of the day", {"shown": _plain(value), "hint": hint}
    )


TimeOfDay = Annotated[
    time,
    BeforeValidator(_time_of_day),
    PlainSerializer(lambda at: f"{at:%H:%M}", when_used="json"),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": TIME_PATTERN,
            "description": "A time of the day, local time.",
            "examples": ["08:30"],
        }
    ),
]
"""By the clock on the wall."""


def _days(value: object) -> frozenset[int]:
    if isinstance(value, str) and (found := _RANGE.fullmatch(value)):
        first = DAYS.index(found[1])
        last = DAYS.index(found[2] or found[1])
        return frozenset((first + n) % 7 for n in range((last - first) % 7 + 1))
    if isinstance(value, list | tuple) and value and all(day in DAYS for day in value):
        return frozenset(DAYS.index(day) for day in value)
    if isinstance(value, frozenset):
        return value
    raise PydanticCustomError(
        "no_days",
        "{shown} are no days of the week",
        {"shown": _plain(value), "hint": _meant_days(value)},
    )


def _meant_days(value: object) -> str:
    """`man-fre` and `monday, wednesday` are known for what they are."""
    words = value if isinstance(value, list) else re.split(r"\s*[-–]\s*|[\s,]+", str(value))
    meant = [guess_day(word) for word in words[: len(DAYS)] if word not in ("og", "and", "til")]
    known = [DAYS[day] for day in meant if day is not None]
    if not known or len(known) != len(meant):
        return 'write them as "mon-fri", "sat" or ["mon", "wed"]'
    if isinstance(value, str) and "," not in value and len(known) <= 2:
        return f'write them as "{"-".join(known)}"'
    listed = ", ".join(f'"{day}"' for day in known)
    return f"write them as [{listed}]"


Days = Annotated[
    frozenset[int],
    BeforeValidator(_days),
    WithJsonSchema(
        {
            "description": "Days of the week.",
            "anyOf": [
                {"type": "string", "pattern": f"^{_DAY}(?:-{_DAY})?$"},
                {
                    "type": "array",
                    "minItems": 1,
                    "uniqueItems": True,
                    "items": {"enum": list(DAYS)},
                },
            ],
            "examples": ["mon-fri", ["mon", "wed"]],
        }
    ),
]
"""As numbers, 0 is Monday."""


def _plain(value: Any) -> str:
    """A value as TOML shows it, near enough for a sentence and never longer than one."""
    if isinstance(value, list):
        return f"[{', '.join(map(_plain, value))}]"[:SHOWN_MAX]
    return f'"{value[:SHOWN_MAX]}"' if isinstance(value, str) else str(value)[:SHOWN_MAX]
