"""Durations and hours of the day as an installer writes them: `"20m"`, `"23:00-06:00"`.

Types for the fields of pydantic models. One spelling each: a window that may be read in two ways is
not read at all, but the mistake says how to write what was probably meant. Every refusal is a
`PydanticCustomError` whose context may carry `hint`, the line that tells what to do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from .calendar import Window
from .spelling import SHOWN_MAX, any_unit, guess_duration, guess_hours

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaValue

LONGEST = "31d"
"""No wait in a home is longer; a longer one is a slip of the finger."""

_DURATION = r"^(?=\d)(?:\d{1,6}d)?(?:\d{1,6}h)?(?:\d{1,6}m)?(?:\d{1,6}s)?$"
HOURS_PATTERN = r"^(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d$"
_PART = re.compile(r"(\d{1,6})([dhms])", re.ASCII)
_UNIT_S = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}


# ----------------------------------------------------------------------------------- durations


def parse_duration(text: str) -> timedelta:
    """`"1h30m"` as a duration.

    Raises:
        ValueError: it is not written so.
    """
    if not re.fullmatch(_DURATION, text, re.ASCII):
        raise ValueError(f'"{text}" is no duration')
    return timedelta(seconds=sum(int(n) * _UNIT_S[unit] for n, unit in _PART.findall(text)))


def format_duration(duration: timedelta) -> str:
    """`90 minutes` as `"1h30m"`: the shortest text that `parse_duration` reads as the same.

    Parts of a second are left out.
    """
    left = int(duration.total_seconds())
    text = ""
    for unit, seconds in _UNIT_S.items():
        count, left = divmod(left, seconds)
        text += f"{count}{unit}" if count else ""
    return text or "0s"


@dataclass(frozen=True, slots=True)
class DurationText:
    """Makes a `timedelta` field out of text such as `"20m"`, within bounds."""

    at_least: str
    at_most: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._read,
            serialization=core_schema.plain_serializer_function_ser_schema(
                format_duration, when_used="json"
            ),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {
            "type": "string",
            "pattern": _DURATION,
            "description": "A duration in days (d), hours (h), minutes (m) and seconds (s).",
            "examples": self._examples(),
            "x-bounds": f"{self.at_least} to {self.at_most}",
        }

    def _read(self, value: object) -> timedelta:
        if isinstance(value, timedelta):
            read, shown = value, format_duration(value)
        elif isinstance(value, str):
            try:
                read, shown = parse_duration(value), value
            except ValueError:
                raise self._no_duration(_plain(value), guess_duration(value)) from None
        else:
            raise self._no_duration(_plain(value), any_unit(value))
        if self.fits(read):
            return read
        which, bound = (
            ("short", f"at least {self.at_least}")
            if read < parse_duration(self.at_least)
            else ("long", f"at most {self.at_most}")
        )
        raise PydanticCustomError(
            "duration_out_of_bounds",
            '"{shown}" is too {which}: {bound}',
            {
                "shown": shown,
                "which": which,
                "bound": bound,
                "hint": f"write a duration from {self.at_least} to {self.at_most}",
            },
        )

    def fits(self, duration: timedelta) -> bool:
        """Whether it is within the bounds."""
        return parse_duration(self.at_least) <= duration <= parse_duration(self.at_most)

    def _examples(self) -> list[str]:
        usual = ["10s", "20m", "4h", "7d", "1h30m"]
        return [e for e in usual if self.fits(parse_duration(e))] or [self.at_most]

    def _no_duration(self, shown: str, guesses: list[timedelta]) -> PydanticCustomError:
        meant = [f'"{format_duration(g)}"' for g in guesses if self.fits(g) and not g.microseconds]
        examples = [f'"{e}"' for e in self._examples()[:3]]
        if meant:
            hint = f"write it as {_either(meant)}"
        elif guesses:
            hint = f"write a duration from {self.at_least} to {self.at_most}"
        else:
            hint = f"write for example {_either(examples)}"
        return PydanticCustomError(
            "no_duration", "{shown} is no duration", {"shown": shown, "hint": hint}
        )


def duration(*, at_least: str = "1s", at_most: str = LONGEST) -> Any:
    """The annotation of a duration within bounds: `Annotated[timedelta, duration(at_most="60s")]`.

    Raises:
        ValueError: a bound is no duration.
    """
    parse_duration(at_least), parse_duration(at_most)
    return DurationText(at_least, at_most)


Duration = Annotated[timedelta, duration()]
"""A duration from one second to a month, written as `"10s"`, `"20m"`, `"4h"`, `"7d"`, `"1h30m"`."""

# --------------------------------------------------------------------------------------- hours


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of the day as it is written, `"23:00-06:00"`; it may cross midnight.

    It becomes a `Window` when it is bound to the time zone of the home. The end is not in it.
    """

    begin: time
    end: time

    def __post_init__(self) -> None:
        if self.begin == self.end:
            raise ValueError(f"{self} never opens")

    @classmethod
    def parse(cls, text: str) -> Hours:
        """`"23:00-06:00"` as hours.

        Raises:
            ValueError: it is not written so, or begins when it ends.
        """
        if not re.fullmatch(HOURS_PATTERN, text, re.ASCII):
            raise ValueError(f'"{text}" is no time window')
        begin, end = text.split("-")
        return cls(time.fromisoformat(begin), time.fromisoformat(end))

    def window(self, zone: ZoneInfo) -> Window:
        """These hours on the clock on the wall in `zone`."""
        return Window(self.begin, self.end, zone)

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _read_hours,
            serialization=core_schema.plain_serializer_function_ser_schema(str, when_used="json"),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {
            "type": "string",
            "pattern": HOURS_PATTERN,
            "description": "A stretch of the day in local time; it may cross midnight.",
            "examples": ["23:00-06:00", "08:00-21:00"],
        }


def _read_hours(value: object) -> Hours:
    if isinstance(value, Hours):
        return value
    if not isinstance(value, str):
        raise _no_hours(_plain(value), None)
    if not re.fullmatch(HOURS_PATTERN, value, re.ASCII):
        raise _no_hours(_plain(value), _meant_hours(value))
    begin, end = value.split("-")
    if begin == end:
        raise PydanticCustomError(
            "hours_never_open",
            '"{shown}" never opens: it ends when it begins',
            {
                "shown": value,
                "hint": "write two different times; "
                'what comes closest to the whole day is "00:00-23:59"',
            },
        )
    return Hours.parse(value)


def _meant_hours(text: str) -> Hours | None:
    match guess_hours(text):
        case (begin, end) if begin != end:
            return Hours(begin, end)
        case _:
            return None


def _no_hours(shown: str, meant: Hours | None) -> PydanticCustomError:
    hint = f'write it as "{meant}"' if meant else 'write a window such as "23:00-06:00"'
    return PydanticCustomError(
        "no_hours", "{shown} is no time window", {"shown": shown, "hint": hint}
    )


# ------------------------------------------------------------------------------------- helpers


def _plain(value: object) -> str:
    """A value as TOML shows it, near enough for a sentence and never longer than one."""
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= SHOWN_MAX else f'"{value[:SHOWN_MAX]}..."'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a table"
    return str(value)[:SHOWN_MAX]


def _either(choices: list[str]) -> str:
    *others, last = choices
    return f"{', '.join(others)} or {last}" if others else last
