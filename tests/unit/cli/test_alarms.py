"""What a person reads of alarms: a line for each, in the time of the home."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from heimvakt.cli.alarms import WIDTH, table

TOLD = {"receiver": "centre", "at": "2026-11-05T01:14:30Z", "why": "raised"}
ALARM: dict[str, Any] = {
    "number": 4711,
    "priority": "high",
    "kind": "night-wandering",
    "device_id": "front-door",
    "text": {"nb": "Dør åpnet.", "en": "Door opened."},
    "raised_at": "2026-11-05T01:14:30Z",
    "clock": "synchronised",
    "clock_offset_s": None,
    "history": [{"state": "raised", "at": "2026-11-05T01:14:30Z", "by": None}],
    "told": [TOLD],
    "accepted_by": None,
    "delivered_at": None,
}
BEGIN = "4711  high  night-wandering  front-door  "


def line(**changed: object) -> str:
    console = Console(width=WIDTH, highlight=False)
    with console.capture() as shown:
        console.print(table([ALARM | changed], "Europe/Oslo"))
    (text,) = shown.get().splitlines()
    return text.rstrip()


def test_an_alarm_is_told_in_the_time_of_the_home() -> None:
    assert line() == BEGIN + "Thu 05 Nov 02:14:30  raised 02:14:30, not delivered yet"


def test_what_is_of_no_device_says_what_it_is() -> None:
    text = {"nb": "Ingen forbindelse.", "en": "No connection since 03:30 (broadband: down)."}
    assert line(device_id=None, kind="path", text=text).startswith(
        "4711  high  path  No connection since 03:30  Thu"
    )


def test_what_became_of_it_and_whom_it_went_on_to() -> None:
    step = {"state": "delivered", "at": "2026-11-05T01:14:31Z", "by": "centre"}
    daughter = {"receiver": "daughter", "at": "2026-11-05T01:19:30Z", "why": "unaccepted"}
    delivered: dict[str, object] = {"history": [step], "delivered_at": step["at"]}
    assert line(**delivered).endswith("delivered 02:14:31 by centre")
    assert line(**delivered, told=[TOLD, daughter]).endswith(
        "delivered 02:14:31 by centre, told on to daughter"
    )
    accepted = {"state": "accepted", "at": "2026-11-05T01:20:00Z", "by": "daughter"}
    assert line(
        history=[step, accepted],
        delivered_at=step["at"],
        told=[TOLD, daughter],
        accepted_by="daughter",
    ).endswith("accepted 02:20:00 by daughter")


@pytest.mark.parametrize(
    ("offset_s", "said"),
    [(None, "Thu 05 Nov 02:14:30 (clock not set)"), (3600.0, "Thu 05 Nov 03:14:30  ")],
)
def test_a_time_of_a_clock_that_was_not_set(offset_s: float | None, said: str) -> None:
    assert said in line(clock="unknown", clock_offset_s=offset_s)


def test_what_a_mode_keeps_back_says_so_and_a_test_is_one() -> None:
    kept = {"state": "suppressed", "at": "2026-11-05T01:14:30Z", "by": "visit"}
    reset = {"state": "reset", "at": "2026-11-05T01:20:00Z", "by": None}
    assert line(history=[kept]).endswith("kept back since 02:14:30, mode visit")
    assert line(history=[kept, reset]).endswith("reset 02:20:00"), "nobody was ever to hear of it"
    assert line(test=True).endswith("not delivered yet, a test")


@pytest.mark.parametrize(("outcome", "told"), [("false", ": false"), ("unknown", "")])
def test_what_it_turned_out_to_be_where_somebody_has_said_so(outcome: str, told: str) -> None:
    step = {"state": "closed", "at": "2026-11-05T01:20:00Z", "by": "centre: op-7"}
    closed = line(history=[step], delivered_at=step["at"], accepted_by="op-7", outcome=outcome)
    assert closed.endswith(f"closed 02:20:00 by centre: op-7{told}")
