"""A month of a dispenser's life, in which nearly everything goes wrong: the ledger balances.

The real conversation, a virtual dispenser and the real rules; only time is turned by hand. Each
life goes over a night in which the clock is set. HEIMVAKT_DISPENSER_MONTHS says how many are lived
(2 without it: one in spring, one in autumn).
"""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime, timedelta

import pytest

from heimvakt.core.doses import doses
from tests.support.dispenser import OSLO
from tests.support.dispenser_life import Act, Life, books_balance

MONTHS = int(os.environ.get("HEIMVAKT_DISPENSER_MONTHS", "2"))
SPRING, AUTUMN = datetime(2026, 3, 14, 7, tzinfo=UTC), datetime(2026, 10, 10, 6, tzinfo=UTC)
SPRING_NIGHT, AUTUMN_NIGHT = (
    datetime(2026, 3, 28, 12, tzinfo=UTC),
    datetime(2026, 10, 24, 12, tzinfo=UTC),
)
MONTH, DAY = timedelta(days=31), timedelta(days=1)
TROUBLES = 40


def _order(life: Life, *, travel: bool) -> None:
    coming = doses(life.doses, OSLO, life.now, life.now + 2 * DAY)
    life.release(f"order {life.seconds}", next(coming).at, travel=travel)


def _refill(life: Life) -> None:
    if life.device.on and life.device.machine.body.left <= 4:
        life.device.refill(life.chance.choice([28, 28, 6]))


def _switch_on(life: Life) -> None:
    if not life.device.on:
        life.device.start()


def _power_back(life: Life) -> None:
    if not life.on:
        life.start()


def _forget(life: Life) -> None:
    if life.chance.random() < 0.2:
        life.device.forget()


def _off(life: Life) -> None:
    life.on = False


TROUBLE: tuple[tuple[Act, Act | None], ...] = (
    (lambda life: life.device.jam(), lambda life: life.device.jam(stuck=False)),
    (lambda life: life.device.tilt(), lambda life: life.device.tilt(tilted=False)),
    (lambda life: life.device.mains(False), lambda life: life.device.mains(True)),
    (lambda life: life.device.open_lid(), lambda life: life.device.close_lid()),
    (lambda life: life.device.kill(), _switch_on),
    (_off, _power_back),
    (
        lambda life: setattr(life.device.faults, "cut_after", life.chance.randrange(200)),
        lambda life: life.device.faults.mend(),
    ),
    (lambda life: setattr(life, "dies_in", life.chance.randrange(9)), None),
    (lambda life: setattr(life.device.faults, "answers_lost", 3), None),
    (_forget, None),
    (lambda life: _order(life, travel=False), None),
    (lambda life: _order(life, travel=True), None),
)


def trouble(life: Life) -> None:
    """What will go wrong in a month, and when it is mended: after a moment, or most of a day."""
    for _ in range(TROUBLES):
        begin, mend = life.chance.choice(TROUBLE)
        when = life.now + life.chance.random() * MONTH
        life.at(when, begin)
        if mend is not None:
            life.at(when + timedelta(minutes=10 ** life.chance.uniform(0, 3)), mend)
    for day in range(MONTH.days):
        life.at(life.now + day * DAY + life.chance.random() * DAY, _refill)


def mend(life: Life) -> None:
    """All is whole, and stays so for a day."""
    life.to_come.clear()
    life.dies_in = None
    life.device.faults.mend()
    _switch_on(life)
    _power_back(life)
    life.device.jam(stuck=False)
    life.device.tilt(tilted=False)
    life.device.mains(True)
    life.device.refill(28)


@pytest.mark.parametrize("number", range(MONTHS))
def test_the_ledger_of_a_month_balances(number: int) -> None:
    begin = (SPRING, AUTUMN)[number % 2]
    life = Life(now=begin, chance=random.Random(number))
    life.work()
    trouble(life)
    life.live(begin + MONTH)
    mend(life)
    until = (begin + MONTH + DAY).replace(hour=12)
    life.live(until)
    books_balance(life)


@pytest.mark.parametrize("night", [SPRING_NIGHT, AUTUMN_NIGHT])
def test_when_nothing_goes_wrong_only_what_was_missed_is_told(night: datetime) -> None:
    life = Life(now=night - DAY)
    life.work()
    life.live(night + DAY)
    books_balance(life)
    assert {alarm.kind for alarm in life.raised} <= {"missed-dose"}
    assert len(life.ledger.entries) == 6
