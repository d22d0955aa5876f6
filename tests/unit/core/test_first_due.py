"""The deadline that comes first is found without looking at all, and is the first of all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.health import Health, Supervised
from heimvakt.core.state import State, first_due, next_deadline
from heimvakt.core.supervision import deadlines
from tests.support.homes import EVENING

HOME = Home(
    gateway_id="test",
    devices={
        name: Device(device_id=name, role=role, driver=driver, address=name)
        for name, role, driver in (
            ("bed", Role.BED, "zigbee"),
            ("door", Role.DOOR, "zigbee"),
            ("plug", Role.LIGHT, "zigbee"),  # fed by the mains: its driver waits when they are lost
            ("button", Role.BUTTON, "gpio"),
        )
    },
)
TIMES = st.integers(0, 4).map(lambda hours: EVENING + timedelta(hours=hours))
HEALTH = st.builds(Health, silent_at=TIMES, silent=st.booleans(), no_contact=st.booleans())
STATES = st.builds(
    lambda devices, lost, mains, timers: State(
        timers=timers,
        supervised=Supervised(devices=devices, lost=lost, mains_lost=mains),
    ),
    st.dictionaries(st.sampled_from([*HOME.devices, "sold"]), HEALTH),
    st.dictionaries(st.sampled_from(["zigbee", "gpio"]), st.just(EVENING), max_size=1),
    st.none() | st.just(EVENING),
    st.dictionaries(st.sampled_from(["a/x", "b/x", "/pending/1", "~/x"]), TIMES),
)


@given(STATES, TIMES)
def test_it_is_the_first_by_time_and_then_by_name(state: State, now: datetime) -> None:
    every = {**dict(deadlines(HOME, state.supervised)), **state.timers}
    first = min(((due, name) for name, due in every.items()), default=None)
    found = next_deadline(HOME, state)
    assert found == (None if first is None else (first[1], first[0]))
    has_come = found is not None and found[1] <= now
    assert first_due(HOME, state, now) == (found if has_come else None)


def test_a_driver_that_waits_for_the_mains_puts_off_all_that_it_hears() -> None:
    known = Supervised(devices={"bed": Health(silent_at=EVENING)}, lost={})
    lost = replace(known, mains_lost=EVENING)
    assert next_deadline(HOME, State(supervised=known)) == ("/silent/bed", EVENING)
    later = next_deadline(HOME, State(supervised=lost))
    assert later is not None
    assert later[1] > EVENING
