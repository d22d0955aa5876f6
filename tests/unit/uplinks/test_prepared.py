"""A message that was made before its time is the one that would be made now."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from heimvakt.core.alarms import Alarm
from heimvakt.core.uplink import Sending
from heimvakt.uplinks import render
from heimvakt.uplinks.envelope import to_bytes
from heimvakt.uplinks.prepared import Prepared
from tests.support.uplinks import GATEWAY, alarm, sending
from tests.unit.uplinks.test_render import alarms, sendings


def octets(prepared: Prepared, one: Alarm, at: Sending) -> bytes:
    return to_bytes(prepared.message(one, at))


@given(alarms, sendings)
def test_it_is_the_same_message(one: Alarm, at: Sending) -> None:
    prepared = Prepared(GATEWAY)
    without = octets(prepared, one, at)
    prepared.make(one)
    assert octets(prepared, one, at) == without
    assert octets(prepared, one, replace(at, durable=False)) == octets(
        Prepared(GATEWAY), one, replace(at, durable=False)
    )


def test_an_alarm_that_has_changed_since_is_told_as_it_is_now() -> None:
    before = alarm()
    now = replace(before, revision=1)
    prepared = Prepared(GATEWAY)
    prepared.make(before)
    assert octets(prepared, now, sending()) == octets(Prepared(GATEWAY), now, sending())


def test_what_was_made_ready_is_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    one, prepared = alarm(), Prepared(GATEWAY)
    prepared.make(one)
    monkeypatch.delattr(render, "alarm_message")
    assert prepared.message(one, sending()).data.number == one.number
