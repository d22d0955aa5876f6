"""Whatever may happen in whatever home: what is drawn, and how a desk lives through it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any

from hypothesis import strategies as st

from heimvakt.core.alarms import Priority
from heimvakt.core.calendar import Window
from heimvakt.core.chain import Target
from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    BatteryMeasured,
    BedEntered,
    BedLeft,
    ButtonCancelled,
    ButtonPressed,
    ClockStepped,
    DeviceSeen,
    DoorClosed,
    DoorOpened,
    Event,
    MainsLost,
    MainsRestored,
    Mode,
    ModeChosen,
    MotionCleared,
    MotionDetected,
    RadioBack,
    RadioLost,
    StoreFault,
)
from heimvakt.core.routes import Route, Routes
from tests.support.homes import DEVICES, GATEWAY, OSLO, RULES, Desk, home, moved, routes

WIRED = {"bed", "front-door", "hall"}
LAMP = Device(device_id="lamp", role=Role.LIGHT, driver="zigbee", address="6")
ALL = {**DEVICES, "lamp": LAMP}
"""With something that is fed by the mains."""
ALL_RULES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    **RULES,
    "device-stuck": ("device-stuck", {}),
    "device-battery": ("device-battery", {}),
    "mains-lost": ("mains-lost", {}),
}
CENTRE, DAUGHTER = Target("centre"), Target("daughter", timedelta(minutes=5))
CHAIN = (CENTRE, Target("guard"), DAUGHTER, Target("neighbour", timedelta(seconds=30)))
HIGH = frozenset({Priority.HIGH})
ROUTES = (
    routes(CENTRE),
    routes(CENTRE, DAUGHTER),
    routes(*CHAIN),
    routes(*CHAIN[::-1][:2], CENTRE),
    routes(Target("other-centre"), DAUGHTER),
    Routes(
        (
            Route(priorities=HIGH, window=Window(time(22, 30), time(7), OSLO), to=CHAIN),
            Route(priorities=HIGH, kinds=frozenset({"button"}), to=(Target("guard"),)),
            *routes(CENTRE).routes,
        )
    ),
)
HOMES = st.builds(
    lambda devices, rules, soon, told: home(
        {i: moved(d, silent_after=soon, stuck_after=soon) for i, d in ALL.items() if i in devices},
        {i: ALL_RULES[i] for i in sorted(rules)},
        told,
    ),
    st.sets(st.sampled_from(sorted(ALL))).map(lambda less: ALL.keys() - less | WIRED),
    st.sets(st.sampled_from(sorted(ALL_RULES)), max_size=3).map(
        lambda less: ALL_RULES.keys() - less
    ),
    st.none() | st.just(timedelta(minutes=30)),
    st.sampled_from(ROUTES),
)
DEVICE = st.sampled_from(sorted(ALL))
ALARM = st.integers(1, 6).map(lambda number: f"{GATEWAY}-{number}")
RECEIVER = st.sampled_from(["centre", "daughter", "guard", "other-centre"])
ANSWERS = st.one_of(
    st.builds(AlarmDelivered, alarm_id=ALARM, receiver=RECEIVER, revision=st.integers(0, 1)),
    st.builds(AlarmAcknowledged, alarm_id=ALARM, receiver=RECEIVER, by=st.just("op-7")),
    st.builds(AlarmClosed, alarm_id=ALARM, receiver=RECEIVER, by=st.just("op-7")),
)
FACTS = st.one_of(
    *(
        st.builds(kind, device_id=DEVICE)
        for kind in (ButtonPressed, ButtonCancelled, BedLeft, BedEntered, DoorOpened)
    ),
    *(st.builds(kind, device_id=DEVICE) for kind in (MotionDetected, MotionCleared, DoorClosed)),
    st.builds(
        BatteryMeasured, device_id=DEVICE, percent=st.none() | st.floats(0, 100), low=st.booleans()
    ),
    st.sampled_from([MainsLost(), MainsRestored()]),
    st.builds(DeviceSeen, device_id=DEVICE),
    st.builds(RadioLost, driver=st.sampled_from(["zigbee", "gpio"]), reason=st.just("gone")),
    st.builds(RadioBack, driver=st.sampled_from(["zigbee", "gpio"])),
    st.builds(ModeChosen, mode=st.sampled_from(Mode), by=st.just("command")),
    st.just(StoreFault(reason="damage", set_aside="x", saved="all")),
    ANSWERS,
)
WAITS = st.sampled_from([0.2, 3.0, 11.0, 20.0, 90.0, 300.0, 1300.0, 7200.0]).map(
    lambda s: timedelta(seconds=s)
)
CHANGES = st.tuples(st.just("restart"), HOMES, WAITS)
CLOCKS = st.tuples(st.just("clock"), WAITS | WAITS.map(lambda wait: -wait))
STEP = st.one_of(FACTS, FACTS, FACTS, WAITS, CHANGES, CLOCKS)
STEPS = st.integers(0, 60).flatmap(lambda n: st.lists(STEP, min_size=n, max_size=n))


def play(desk: Desk, steps: list[Any]) -> dict[int, Home]:
    """Live through it; which home each start was under, by the number of its event."""
    homes = {1: desk.home}
    for each in steps:
        match each:
            case Event():
                desk.tell(each)
            case timedelta():
                desk.wait_until(desk.at + each)
            case ("restart", changed, off):
                homes[len(desk.journal) + 1] = changed
                desk.restart(changed, seconds=off.total_seconds())
            case ("clock", by):
                was, desk.at = desk.at, desk.at + by
                desk.tell(ClockStepped(before=was, after=desk.at))
    return homes
