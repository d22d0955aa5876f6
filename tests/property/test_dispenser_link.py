"""Whatever happens to the wire, to either side and in the room: no dose twice, none lost from view.

HEIMVAKT_DISPENSER_LIVES says how many lives are lived (25 without it).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heimvakt.core.doses import doses
from tests.support.dispenser import OSLO, Desk, GatewayDied
from tests.support.dispenser_book import check

LIVES = int(os.environ.get("HEIMVAKT_DISPENSER_LIVES", "25"))

Act = Callable[[Desk], object]


def _release(desk: Desk) -> None:
    """The next dose, as somebody who may orders it."""
    coming = doses(desk.doses, OSLO, desk.now, desk.now + timedelta(days=2))
    desk.release(f"order {desk.seconds}", next(coming).at)


def _power(desk: Desk) -> None:
    if not desk.device.on:
        desk.device.start()


def act(name: str, do: Act) -> st.SearchStrategy[tuple[str, Act]]:
    return st.just((name, do))


def numbered(
    name: str, numbers: st.SearchStrategy[float], do: Callable[[Desk, float], object]
) -> st.SearchStrategy[tuple[str, Act]]:
    return numbers.map(lambda n: (f"{name} {n}", lambda desk: do(desk, n)))


ACTS = st.one_of(
    numbered("seconds", st.floats(0.01, 3), lambda desk, n: desk.run(n)),
    numbered("minutes", st.integers(1, 400), lambda desk, n: desk.go_on(minutes=n)),
    act("take", lambda desk: desk.device.take()),
    act("order", _release),
    act("restart the gateway", lambda desk: desk.restart()),
    act("restart the dispenser", lambda desk: desk.device.restart()),
    act("kill the dispenser", lambda desk: desk.device.kill()),
    act("start the dispenser", _power),
    act("it forgets", lambda desk: desk.device.forget()),
    act("jam", lambda desk: desk.device.jam()),
    act("free", lambda desk: desk.device.jam(stuck=False)),
    act("tilt", lambda desk: desk.device.tilt()),
    act("upright", lambda desk: desk.device.tilt(tilted=False)),
    act("refill", lambda desk: desk.device.refill(28)),
    act("refill three", lambda desk: desk.device.refill(3)),
    act("mend", lambda desk: desk.device.faults.mend()),
    numbered("cut", st.integers(0, 500), lambda d, n: setattr(d.device.faults, "cut_after", n)),
    numbered("noise", st.floats(0, 0.02), lambda d, n: setattr(d.device.faults, "noise", n)),
    numbered("lose", st.integers(1, 5), lambda d, n: setattr(d.device.faults, "answers_lost", n)),
    numbered("power for", st.integers(0, 9), lambda d, n: setattr(d.device.faults, "power_for", n)),
    numbered("gateway for", st.integers(0, 9), lambda d, n: setattr(d, "dies_in", n)),
)


@settings(max_examples=LIVES, suppress_health_check=list(HealthCheck))
@given(st.lists(ACTS, max_size=40), st.booleans())
def test_the_gateway_knows_what_the_dispenser_did_and_nothing_is_given_twice(
    acts: list[tuple[str, Act]], rtc: bool
) -> None:
    desk = Desk(rtc=rtc)
    desk.speak()
    for _, do in acts:
        try:
            do(desk)
        except GatewayDied:
            desk.restart()
    desk.device.faults.mend()
    desk.device.faults.power_for = desk.dies_in = None
    _power(desk)
    desk.device.jam(stuck=False)
    desk.device.tilt(tilted=False)
    desk.run(5)
    desk.go_on(hours=26)
    desk.speak()
    check(desk)
