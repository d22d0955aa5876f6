"""Whatever is told of doses, locks and dispensers: no dose twice, no guess told as a fact."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.alarms import Alarm, AlarmState
from heimvakt.core.codec import decode_event, encode_event
from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.dose_ledger import balance
from heimvakt.core.doses import doses
from heimvakt.core.engine import step
from heimvakt.core.events import (
    ContactBack,
    ContactLost,
    DeviceSeen,
    DispenserClosed,
    DispenserEmpty,
    DispenserFreed,
    DispenserJammed,
    DispenserLow,
    DispenserOnBattery,
    DispenserOnMains,
    DispenserOpened,
    DispenserRefilled,
    DispenserTilted,
    DispenserUpright,
    DoorClosed,
    DoorOpened,
    DoseMissed,
    DoseOffered,
    DoseRetracted,
    DoseTaken,
    Event,
    LockJammed,
    LockLocked,
    LockUnlocked,
    MainsLost,
    MainsRestored,
    RadioBack,
    RadioLost,
    TakenHow,
)
from heimvakt.core.ledger import COUNTER
from heimvakt.core.snapshot import changes, restore
from heimvakt.core.state import State
from heimvakt.rules.missed_dose import State as Doses
from tests.support.homes import OSLO, Desk, home, moved
from tests.support.medicine import MEDICINE, MORNING, NIGHT, SIX
from tests.support.plays import ANSWERS, CLOCKS, WAITS, play

DEVICES = {
    device.device_id: device
    for device in (
        MEDICINE,
        moved(MEDICINE, device_id="other", address="2", doses=(NIGHT,)),
        Device(device_id="lock", role=Role.LOCK, driver="osdp", address="1", door="door"),
        Device(device_id="door", role=Role.DOOR, driver="zigbee", address="3"),
    )
}
DISPENSERS = ("medicine", "other")
KINDS = (
    "missed-dose",
    "dispenser-fault",
    "dispenser-low",
    "dispenser-empty",
    "dispenser-open",
    "dispenser-tilted",
    "dispenser-lost",
    "dispenser-power",
    "lock-fault",
    "lock-left-open",
)
MOMENTS = st.sampled_from(
    [dose.at for dose in doses((MORNING, NIGHT), OSLO, SIX, SIX + timedelta(days=5))]
)
HOMES = st.builds(
    lambda less, rules, plans: home(
        {
            i: moved(device, doses=plans) if i == "medicine" else device
            for i, device in DEVICES.items()
            if i not in less
        },
        {kind: (kind, {}) for kind in ("missed-dose", *rules)},
    ),
    st.sets(st.sampled_from(["other", "lock"]), max_size=1),
    st.sets(st.sampled_from(KINDS[1:])).map(sorted),
    st.sampled_from([(MORNING, NIGHT), (MORNING,), ()]),
)
NAMES = st.sampled_from(DISPENSERS)
AGO = st.sampled_from([0.0, 30.0, 90_000.0])
FACTS = st.one_of(
    *(
        st.builds(kind, device_id=NAMES, dose=MOMENTS, ago_s=AGO)
        for kind in (DoseOffered, DoseMissed, DoseRetracted)
    ),
    st.builds(DoseTaken, device_id=NAMES, dose=MOMENTS, how=st.sampled_from(TakenHow), ago_s=AGO),
)
DEVICE = st.sampled_from(sorted(DEVICES))
TROUBLES = st.one_of(
    *(
        st.builds(kind, device_id=NAMES)
        for kind in (
            DispenserJammed,
            DispenserFreed,
            DispenserEmpty,
            DispenserClosed,
            DispenserTilted,
            DispenserUpright,
            DispenserOnBattery,
            DispenserOnMains,
        )
    ),
    st.builds(DispenserLow, device_id=NAMES, left=st.integers(0, 4)),
    st.builds(DispenserRefilled, device_id=NAMES, doses=st.just(28)),
    st.builds(DispenserOpened, device_id=NAMES, forced=st.booleans()),
    *(st.builds(kind, device_id=DEVICE) for kind in (ContactLost, ContactBack, DeviceSeen)),
    *(
        st.builds(kind, device_id=st.just("lock"))
        for kind in (LockJammed, LockLocked, LockUnlocked)
    ),
    *(st.builds(kind, device_id=st.just("door")) for kind in (DoorOpened, DoorClosed)),
    st.sampled_from([MainsLost(), MainsRestored()]),
    st.builds(RadioLost, driver=st.sampled_from(["dispenser", "osdp"]), reason=st.just("gone")),
    st.builds(RadioBack, driver=st.sampled_from(["dispenser", "osdp"])),
)
STEP = st.one_of(
    FACTS,
    FACTS,
    TROUBLES,
    TROUBLES,
    ANSWERS,
    WAITS,
    st.just(timedelta(hours=5)),
    st.tuples(st.just("restart"), HOMES, WAITS),
    CLOCKS,
)
STEPS = st.integers(0, 50).flatmap(lambda n: st.lists(STEP, min_size=n, max_size=n))


@given(HOMES, STEPS, MOMENTS)
def test_each_dose_is_accounted_for_once_and_told_as_what_the_dispenser_says_of_it(
    of: Home, steps: list[Any], dose: datetime
) -> None:
    desk = Desk(of, at=SIX)
    play(desk, steps)
    desk.tell(DoseMissed(device_id="medicine", dose=dose))
    state = desk.state.rules["missed-dose"]
    assert isinstance(state, Doses)
    for watch in state.dispensers.values():
        assert balance(watch.ledger).balances
    not_taken, taken = said(desk, DoseMissed, DoseRetracted), said(desk, DoseTaken)
    told = [alarm for alarm in desk.table.values() if alarm.kind == "missed-dose"]
    assert {which(alarm) for alarm in told} <= not_taken, "nothing is guessed"
    of_one = Counter(which(alarm) for alarm in told if alarm.device_id == "medicine")
    assert max(of_one.values(), default=0) <= 1, "nothing is told twice"
    for alarm in told:
        assert alarm.state is not AlarmState.RESET or which(alarm) in taken
    last = ("medicine", dose.isoformat())
    assert last in taken or last in of_one, "what was missed is told, whatever came before"


def which(alarm: Alarm) -> tuple[str | None, str]:
    return alarm.device_id, dict(alarm.thresholds)["dose"]


def said(
    desk: Desk, *kinds: type[DoseMissed | DoseRetracted | DoseTaken]
) -> set[tuple[str | None, str]]:
    """Of which doses a dispenser has said so."""
    told = (event for event in desk.journal if isinstance(event, kinds))
    return {(event.device_id, event.dose.isoformat()) for event in told}


@given(HOMES, STEPS)
def test_rows_tell_the_state_and_the_journal_played_again_gives_the_same_alarms(
    of: Home, steps: list[Any]
) -> None:
    desk = Desk(of, at=SIX)
    homes = play(desk, steps)
    assert desk.rows == {COUNTER: {"n": 0}, **changes(State(), desk.state)}
    assert restore(desk.home, desk.rows, desk.state.alarms.values(), 0) == (desk.state, [])
    state, table, current = State(), dict[str, Alarm](), of
    for number, event in enumerate(desk.journal, start=1):
        current = homes.get(number, current)
        read: Event = decode_event(encode_event(event))
        outcome = step(current, state, read)
        assert outcome.failed == ()
        state = outcome.state
        table |= {alarm.alarm_id: alarm for alarm in outcome.changed}
    assert (table, state) == (desk.table, desk.state)
