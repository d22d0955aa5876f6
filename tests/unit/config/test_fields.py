"""Durations and hours as an installer writes them (heimvakt.core.fields)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from heimvakt.core.fields import Duration, Hours, duration, format_duration, parse_duration

SHORT = TypeAdapter[timedelta](Annotated[timedelta, duration(at_most="60s")])
LONG = TypeAdapter[timedelta](Duration)
HOURS = TypeAdapter[Hours](Hours)


def refusal(adapter: TypeAdapter[Any], value: object) -> tuple[str, str]:
    with pytest.raises(ValidationError) as refused:
        adapter.validate_python(value)
    (error,) = refused.value.errors()
    return error["msg"], error["ctx"]["hint"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("10s", 10), ("20m", 1200), ("4h", 14_400), ("7d", 604_800), ("1h30m", 5400), ("90m", 5400)],
)
def test_durations(text: str, seconds: int) -> None:
    assert LONG.validate_python(text) == timedelta(seconds=seconds)
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (20, 'write it as "20s", "20m" or "20h"'),
        ("20", 'write it as "20s", "20m" or "20h"'),
        ("20 min", 'write it as "20m"'),
        ("1,5 timer", 'write it as "1h30m"'),
        ("2 t", 'write it as "2h"'),
        ("3 døgn", 'write it as "3d"'),
        ("1 uke", 'write it as "7d"'),
        ("1h 30min", 'write it as "1h30m"'),
        ("PT20M", 'write it as "20m"'),
        ("30m1h", 'write it as "1h30m"'),
        ("soon", 'write for example "10s", "20m" or "4h"'),
        ("", 'write for example "10s", "20m" or "4h"'),
        (True, 'write for example "10s", "20m" or "4h"'),
        (float("nan"), 'write for example "10s", "20m" or "4h"'),
        (None, 'write for example "10s", "20m" or "4h"'),
        ("x" * 100_000, 'write for example "10s", "20m" or "4h"'),
        ("\u0662\u0660m", 'write for example "10s", "20m" or "4h"'),
    ],
)
def test_what_is_no_duration(written: object, meant: str) -> None:
    sentence, hint = refusal(LONG, written)
    assert sentence.endswith("is no duration")
    assert len(sentence) < 100
    assert hint == meant


def test_bounds() -> None:
    assert SHORT.validate_python("60s") == timedelta(seconds=60)
    assert refusal(SHORT, "61s") == (
        '"61s" is too long: at most 60s',
        "write a duration from 1s to 60s",
    )
    assert refusal(SHORT, "0s")[0] == '"0s" is too short: at least 1s'
    assert refusal(SHORT, 20)[1] == 'write it as "20s"'
    assert refusal(LONG, "40d")[0] == '"40d" is too long: at most 31d'
    with pytest.raises(ValueError, match="no duration"):
        duration(at_most="1 hour")


@given(st.integers(0, 10**9).map(lambda s: timedelta(seconds=s)))
def test_a_duration_survives_being_written(length: timedelta) -> None:
    assert parse_duration(format_duration(length)) == length


@given(st.one_of(st.text(max_size=20), st.integers(), st.floats(), st.lists(st.integers())))
def test_whatever_is_written_is_read_or_refused_with_a_hint(value: object) -> None:
    for adapter in (SHORT, LONG, HOURS):
        hints = ["read"]
        try:
            adapter.validate_python(value)
        except ValidationError as refused:
            hints = [error["ctx"]["hint"] for error in refused.errors()]
        assert all(hints)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("23-6", "23:00-06:00"),
        ("23:00-6", "23:00-06:00"),
        ("23.00-06.00", "23:00-06:00"),
        ("2300-0600", "23:00-06:00"),
        ("23:00 - 06:00", "23:00-06:00"),
        ("23:00–06:00", "23:00-06:00"),
        ("kl. 23 til 6", "23:00-06:00"),
        ("11pm-6am", "23:00-06:00"),
        ("22:00-24:00", "22:00-00:00"),
        ("23:00:00-06:00:00", "23:00-06:00"),
    ],
)
def test_other_spellings_of_a_window(written: str, meant: str) -> None:
    sentence, hint = refusal(HOURS, written)
    assert sentence == f'"{written}" is no time window'
    assert hint == f'write it as "{meant}"'
    assert str(HOURS.validate_python(meant)) == meant


@pytest.mark.parametrize("written", ["25:00-06:00", "23:00", "night", "", "1-2-3", 7, None, []])
def test_what_is_no_window(written: object) -> None:
    assert refusal(HOURS, written)[1] == 'write a window such as "23:00-06:00"'


def test_a_window_that_never_opens() -> None:
    assert refusal(HOURS, "06:00-06:00")[0] == '"06:00-06:00" never opens: it ends when it begins'
    with pytest.raises(ValueError, match="never opens"):
        Hours.parse("06:00-06:00")
    with pytest.raises(ValueError, match="no time window"):
        Hours.parse("6-7")


def test_hours_become_a_window_of_the_home() -> None:
    hours = Hours.parse("23:00-06:00")
    assert hours == Hours(time(23), time(6))
    window = hours.window(ZoneInfo("Europe/Oslo"))
    assert window.contains(datetime(2026, 1, 1, 22, 30, tzinfo=UTC))
    assert not window.contains(datetime(2026, 1, 1, 5, 30, tzinfo=UTC))


class Model(BaseModel):
    wait: Annotated[Duration, Field(description="How long.")] = timedelta(minutes=20)
    between: Hours = Hours.parse("23:00-06:00")


def test_python_values_are_taken_and_json_has_the_text() -> None:
    model = Model(wait=timedelta(minutes=90), between=Hours(time(1), time(2)))
    assert model.model_dump_json() == '{"wait":"1h30m","between":"01:00-02:00"}'
    assert Model.model_validate_json(model.model_dump_json()) == model


def test_the_json_schema_is_a_text_with_a_pattern() -> None:
    properties = Model.model_json_schema()["properties"]
    for name, good, bad in (("wait", "1h30m", "20"), ("between", "23:00-06:00", "23-6")):
        assert properties[name]["type"] == "string"
        assert properties[name]["description"]
        assert all(re.search(properties[name]["pattern"], e) for e in properties[name]["examples"])
        assert re.search(properties[name]["pattern"], good)
        assert not re.search(properties[name]["pattern"], bad)
    assert not re.search(properties["wait"]["pattern"], "")
