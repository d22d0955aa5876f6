"""What became of a change is told to each receiver once, and nothing is changed while somebody may
be in danger."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heimvakt.core.bundle_url import URL_MAX, is_fetchable
from heimvakt.core.events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    ButtonPressed,
    ChangeDelivered,
    ChangeOf,
    ChangeOutcome,
    ChangeTold,
    RadioLost,
)
from heimvakt.core.updates import CHANGES_MAX, FORGOTTEN_AFTER, holding_back, name_of, owed
from tests.support.homes import Desk, home

RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "button": ("button", {}),
    "technical": ("technical", {}),
    "update": ("update", {}),
}


def desk() -> Desk:
    return Desk(home(rules=dict(RULES)))


def told(number: int, outcome: ChangeOutcome = ChangeOutcome.APPLIED) -> ChangeTold:
    return ChangeTold(
        change_id=f"change-{number}",
        what=ChangeOf.PROGRAM,
        outcome=outcome,
        before="0.8.0",
        after="0.9.0",
    )


def delivered(event: ChangeTold, receiver: str) -> ChangeDelivered:
    return ChangeDelivered(change_id=event.change_id, outcome=event.outcome, receiver=receiver)


def owed_to(d: Desk, receiver: str) -> list[str]:
    return [name_of(one) for one in owed(d.state, receiver)]


def test_each_receiver_is_told_until_it_has_heard_also_over_a_restart() -> None:
    d = desk()
    first, second = told(1), told(1, ChangeOutcome.KEPT)
    d.tell(first)
    d.tell(second)
    assert owed_to(d, "centre") == ["change-1/applied", "change-1/kept"]
    d.tell(delivered(first, "centre"))
    d.restart(seconds=1)
    assert owed_to(d, "centre") == ["change-1/kept"]
    assert owed_to(d, "other") == ["change-1/applied", "change-1/kept"]
    d.tell(delivered(second, "centre"))
    d.tell(delivered(second, "centre"))
    assert owed_to(d, "centre") == []


def test_only_so_many_are_remembered_and_the_oldest_goes() -> None:
    d = desk()
    for number in range(CHANGES_MAX + 3):
        d.tell(told(number))
    d.restart(seconds=1)
    assert owed_to(d, "centre") == [f"change-{n}/applied" for n in range(3, CHANGES_MAX + 3)]
    assert len([row for row in d.rows if row.startswith("change:")]) == CHANGES_MAX


def back(d: Desk) -> tuple[str, ...]:
    return holding_back(d.state, d.at)


def test_an_alarm_about_a_person_holds_a_change_back_until_it_is_over() -> None:
    d = desk()
    assert back(d) == ()
    d.tell(ButtonPressed(device_id="button"))
    alarm = d.alarm("button").alarm_id
    assert back(d) == (alarm,)
    d.tell(AlarmDelivered(alarm_id=alarm, receiver="centre", revision=0))
    d.tell(AlarmAcknowledged(alarm_id=alarm, receiver="centre", by="op-7"))
    assert back(d) == (alarm,)
    d.tell(AlarmClosed(alarm_id=alarm, receiver="centre", by="op-7"))
    assert back(d) == ()


def test_what_nobody_has_received_holds_it_back_for_ever_and_what_was_forgotten_does_not() -> None:
    d = desk()
    d.tell(ButtonPressed(device_id="button"))
    alarm = d.alarm("button").alarm_id
    d.wait(days=3)
    assert back(d) == (alarm,)
    d.tell(AlarmDelivered(alarm_id=alarm, receiver="centre", revision=0))
    d.at += FORGOTTEN_AFTER
    assert back(d) == (alarm,)
    d.at += timedelta(seconds=1)
    assert back(d) == ()


def test_what_is_about_the_gateway_itself_does_not_keep_its_cure_away() -> None:
    d = desk()
    d.tell(RadioLost(driver="zigbee", reason="unplugged"))
    d.wait(minutes=2)
    d.tell(told(1, ChangeOutcome.RETURNED))
    assert {"radio", "update"} <= set(d.kinds())
    assert back(d) == ()


@pytest.mark.parametrize(
    "url",
    [
        "https://centre.example/night.heimvakt",
        "https://centre.example:8443/a/b?token=x%20y&z=1",
        "https://10.0.0.7/x",
        "https://[2001:db8::1]:8443/x",
        "https://centre.example",
        "http://127.0.0.1:8000/x",
        "http://[::1]/x",
        "http://localhost:1/",
    ],
)
def test_a_bundle_may_come_from_there(url: str) -> None:
    assert is_fetchable(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://centre.example/x",
        "http://127.0.0.1@evil.example/x",
        "http://127.0.0.1.evil.example/x",
        "http://localhost:1@evil.example/",
        "https://user:secret@centre.example/x",
        "https://centre.example/x#part",
        "https://centre.example/a b",
        "https://centre.example\\@evil/",
        "https://centre.example/x\n",
        "https:///x",
        "https://-/x",
        "HTTPS://centre.example/x",
        "ftp://centre.example/x",
        "file:///etc/shadow",
        "https://centre.example/å",
        "https://centre.example/" + URL_MAX * "x",
    ],
)
def test_a_bundle_may_not_come_from_there(url: str) -> None:
    assert not is_fetchable(url)


def test_who_is_far_away_sends_nobody_to_what_listens_on_this_box() -> None:
    here, far = "http://127.0.0.1:8380/", "https://centre.example/"
    assert is_fetchable(here, after=here)
    assert not is_fetchable(here, after=far)
    assert is_fetchable(far, after=far)
