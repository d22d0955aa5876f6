"""What a dispenser complains of is an alarm of its own kind, and ends when it says so."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import Alarm, AlarmState, Evidence, Priority
from heimvakt.core.devices import Role
from heimvakt.core.events import (
    AlarmClosed,
    AlarmDelivered,
    ClockStepped,
    ConfigurationChanged,
    ContactBack,
    ContactLost,
    DeviceEvent,
    DeviceSeen,
    DeviceSilent,
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
    GatewayStarted,
    MainsLost,
    MainsRestored,
    RadioBack,
    RadioLost,
)
from heimvakt.core.words import Words
from heimvakt.rules import KINDS as CATALOGUE
from heimvakt.rules.trouble import State, Trouble
from tests.support.homes import Desk, moved
from tests.support.medicine import MEDICINE, with_medicine

ID = "medicine"
OTHER = moved(MEDICINE, device_id="other", address="2", room=None)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of complaint, as a test sees it."""

    name: str
    begins: DeviceEvent
    ends: DeviceEvent
    priority: Priority
    after: timedelta
    en: str
    nb: str
    thresholds: dict[str, str] = field(default_factory=dict)
    steady: timedelta = timedelta()


AT_ONCE = timedelta()
KINDS = (
    Kind(
        "dispenser-fault",
        DispenserJammed(device_id=ID, reason="the motor draws too much"),
        DispenserFreed(device_id=ID),
        Priority.MEDIUM,
        AT_ONCE,
        "The dispenser medicine (kitchen) is jammed and gives out no medicine. "
        "Somebody must see to it.",
        "Dispenseren medicine (kitchen) sitter fast og gir ikke ut medisin. Noen må se til den.",
        {"reason": "the motor draws too much"},
    ),
    Kind(
        "dispenser-low",
        DispenserLow(device_id=ID, left=4),
        DispenserRefilled(device_id=ID, doses=28),
        Priority.LOW,
        AT_ONCE,
        "Doses left in the dispenser medicine (kitchen): 4. Refill it.",
        "Doser igjen i dispenseren medicine (kitchen): 4. Fyll den.",
    ),
    Kind(
        "dispenser-empty",
        DispenserEmpty(device_id=ID),
        DispenserRefilled(device_id=ID, doses=28),
        Priority.MEDIUM,
        AT_ONCE,
        "The dispenser medicine (kitchen) is empty. Refill it.",
        "Dispenseren medicine (kitchen) er tom. Fyll den.",
    ),
    Kind(
        "dispenser-open",
        DispenserOpened(device_id=ID),
        DispenserClosed(device_id=ID),
        Priority.LOW,
        timedelta(minutes=15),
        "The dispenser medicine (kitchen) has been open for 15 min. Close it.",
        "Dispenseren medicine (kitchen) har stått åpen i 15 min. Lukk den.",
        {"told_after": "15 min"},
    ),
    Kind(
        "dispenser-tilted",
        DispenserTilted(device_id=ID),
        DispenserUpright(device_id=ID),
        Priority.MEDIUM,
        timedelta(minutes=1),
        "The dispenser medicine (kitchen) does not stand upright and cannot give out medicine. "
        "Set it upright.",
        "Dispenseren medicine (kitchen) står ikke som den skal, og kan ikke gi ut medisin. "
        "Rett den opp.",
        {"told_after": "1 min"},
    ),
    Kind(
        "dispenser-lost",
        ContactLost(device_id=ID, reason="no answer"),
        ContactBack(device_id=ID),
        Priority.MEDIUM,
        timedelta(minutes=2),
        "The dispenser medicine (kitchen) has not answered for 2 min. "
        "It is not known whether medicine is taken.",
        "Dispenseren medicine (kitchen) har ikke svart på 2 min. "
        "Det er ikke kjent om medisin blir tatt.",
        {"told_after": "2 min", "reason": "no answer"},
        timedelta(minutes=5),
    ),
    Kind(
        "dispenser-power",
        DispenserOnBattery(device_id=ID),
        DispenserOnMains(device_id=ID),
        Priority.LOW,
        timedelta(minutes=10),
        "The dispenser medicine (kitchen) has run on its battery for 10 min. See to its plug.",
        "Dispenseren medicine (kitchen) har gått på batteri i 10 min. Se etter støpselet.",
        {"told_after": "10 min"},
    ),
)
every = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
every_slow = pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind.after], ids=lambda kind: kind.name
)
LOST = next(kind for kind in KINDS if kind.name == "dispenser-lost")
POWER = next(kind for kind in KINDS if kind.name == "dispenser-power")


def desk(kind: Kind | str, **settings: Any) -> Desk:
    name = kind if isinstance(kind, str) else kind.name
    return Desk(with_medicine({name: settings}, MEDICINE, OTHER))


def told(d: Desk, kind: Kind) -> Alarm:
    d.tell(kind.begins)
    d.wait_until(d.at + kind.after)
    return d.alarm(kind.name)


def states(d: Desk) -> list[AlarmState]:
    return [alarm.state for alarm in d.table.values()]


@every
def test_it_is_an_alarm_when_it_has_lasted_in_plain_words(kind: Kind) -> None:
    d = desk(kind)
    began = d.at
    d.tell(kind.begins)
    if kind.after:
        d.wait_until(began + kind.after - timedelta(seconds=1))
        assert d.table == {}
        d.wait(seconds=1)
    alarm = d.alarm(kind.name)
    assert (alarm.priority, alarm.state, alarm.began_at) == (
        kind.priority,
        AlarmState.RAISED,
        began,
    )
    assert (alarm.device_id, alarm.room) == (ID, "kitchen")
    assert alarm.text.en == kind.en
    assert alarm.text.nb == kind.nb
    assert [e.kind for e in alarm.evidence] == [kind.begins.kind]
    assert dict(alarm.thresholds) == kind.thresholds


@every
def test_it_is_over_when_the_dispenser_says_so_and_the_next_is_another(kind: Kind) -> None:
    d = desk(kind)
    told(d, kind)
    d.wait(hours=2)
    assert states(d) == [AlarmState.RAISED]
    d.tell(kind.ends)
    d.wait_until(d.at + kind.steady)
    assert states(d) == [AlarmState.RESET]
    assert d.state.timers == {}
    d.tell(kind.begins)
    d.wait_until(d.at + kind.after)
    assert states(d) == [AlarmState.RESET, AlarmState.RAISED]


@every_slow
def test_said_again_while_it_is_waited_for_it_is_counted_from_the_first(kind: Kind) -> None:
    d = desk(kind)
    began = d.at
    d.tell(kind.begins)
    d.wait(seconds=50)
    d.tell(kind.begins)
    d.wait_until(began + kind.after)
    assert d.alarm(kind.name).began_at == began


@every_slow
def test_what_is_over_sooner_is_not_told(kind: Kind) -> None:
    d = desk(kind)
    for _ in range(3):
        d.tell(kind.begins)
        d.wait_until(d.at + kind.after - timedelta(seconds=1))
        d.tell(kind.ends)
    d.wait(days=1)
    assert (d.table, d.state.timers) == ({}, {})


@every
def test_said_again_it_is_the_same_also_after_a_restart(kind: Kind) -> None:
    d = desk(kind)
    told(d, kind)
    d.tell(kind.begins)
    d.restart(minutes=1)
    d.tell(kind.begins)
    d.wait(days=1)
    assert d.kinds() == [kind.name]
    d.tell(kind.ends)
    d.wait_until(d.at + kind.steady)
    assert states(d) == [AlarmState.RESET]


@every_slow
def test_what_had_not_lasted_when_the_gateway_went_off_has_its_time_again(kind: Kind) -> None:
    d = desk(kind)
    d.tell(kind.begins)
    d.restart(hours=5)
    d.wait_until(d.at + kind.after - timedelta(seconds=1))
    assert d.table == {}
    d.wait(seconds=1)
    assert d.kinds() == [kind.name]


@every
def test_two_dispensers_are_two_matters(kind: Kind) -> None:
    d = desk(kind)
    told(d, kind)
    d.tell(replace(kind.ends, device_id="other"))
    d.wait_until(d.at + kind.steady)
    assert states(d) == [AlarmState.RAISED]
    d.tell(replace(kind.begins, device_id="other"))
    d.wait_until(d.at + kind.after)
    assert [alarm.device_id for alarm in d.table.values()] == [ID, "other"]


@every
def test_who_closed_the_alarm_knows_that_it_is_so(kind: Kind) -> None:
    d = desk(kind)
    alarm_id = told(d, kind).alarm_id
    d.tell(AlarmDelivered(alarm_id=alarm_id, receiver="centre", revision=0))
    d.tell(AlarmClosed(alarm_id=alarm_id, receiver="centre", by="op-7"))
    d.tell(kind.begins)
    d.wait(days=1)
    assert d.kinds() == [kind.name]


@every
def test_a_home_chooses_how_urgent_it_is(kind: Kind) -> None:
    other = Priority.LOW if kind.priority is Priority.MEDIUM else Priority.MEDIUM
    assert told(desk(kind, priority=other), kind).priority is other


@every_slow
def test_a_home_chooses_how_soon_it_is_told(kind: Kind) -> None:
    d = desk(kind, told_after="33m")
    d.tell(kind.begins)
    d.wait(minutes=32, seconds=59)
    assert d.table == {}
    d.wait(seconds=1)
    assert "33 min" in d.alarm(kind.name).thresholds[0]


@every
@pytest.mark.parametrize("restarted", [True, False])
@pytest.mark.parametrize("waited", [True, False])
def test_a_dispenser_that_is_taken_out_is_no_matter_any_more(
    kind: Kind, restarted: bool, waited: bool
) -> None:
    d = desk(kind)
    d.tell(kind.begins)
    if waited:
        d.wait_until(d.at + kind.after)
    without = with_medicine({kind.name: {}}, OTHER)
    if restarted:
        d.restart(without)
    else:
        d.home = without
        d.tell(ConfigurationChanged(digest="new"))
    d.wait(days=1)
    assert d.state.timers == {}
    assert AlarmState.RAISED not in states(d)


@every
def test_a_clock_that_is_set_changes_nothing(kind: Kind) -> None:
    d = desk(kind)
    d.tell(kind.begins)
    was, d.at = d.at, d.at + timedelta(hours=3)
    d.tell(ClockStepped(before=was, after=d.at))
    if kind.after:
        d.wait_until(d.at + kind.after - timedelta(seconds=1))
        assert d.table == {}
    d.wait(seconds=1)
    assert d.kinds() == [kind.name]


@every
def test_a_silent_dispenser_makes_its_rule_blind(kind: Kind) -> None:
    assert desk(kind).home.rules_that_need(ID) == (kind.name,)


@every
def test_what_ends_first_or_comes_of_a_stranger_is_nothing(kind: Kind) -> None:
    d = desk(kind)
    d.tell(kind.ends)
    assert d.tell(replace(kind.begins, device_id="stranger")).failed == ()
    d.wait(days=1)
    assert d.table == {}


# --------------------------------------------------------------------------------- forced open


def test_one_that_is_forced_open_is_told_at_once_and_only_a_person_ends_it() -> None:
    d = desk("dispenser-open")
    forced = DispenserOpened(device_id=ID, forced=True)
    d.tell(DispenserOpened(device_id=ID))
    d.wait(minutes=1)
    d.tell(forced)
    alarm = d.alarm("dispenser-open")
    assert alarm.priority is Priority.MEDIUM
    assert alarm.text.en == (
        "The dispenser medicine (kitchen) was forced open. "
        "Somebody must see to it, and to the medicine."
    )
    assert alarm.text.nb == (
        "Dispenseren medicine (kitchen) er brutt opp. Noen må se til den, og til medisinen."
    )
    d.tell(forced)
    d.wait(hours=1)
    d.tell(DispenserClosed(device_id=ID))
    assert states(d) == [AlarmState.RAISED], "one cause, one alarm; and closing it mends nothing"
    d.tell(forced)
    assert states(d) == [AlarmState.RAISED, AlarmState.RAISED]


# ---------------------------------------------------------------------------- one cause, one alarm


def test_a_wire_that_is_loose_is_one_alarm() -> None:
    d = desk(LOST)
    told(d, LOST)
    for _ in range(20):
        d.tell(ContactBack(device_id=ID))
        d.wait(minutes=4)
        d.tell(ContactLost(device_id=ID))
        d.wait(minutes=3)
    assert states(d) == [AlarmState.RAISED]
    d.tell(DeviceSeen(device_id=ID))
    d.wait(minutes=4)
    d.tell(DeviceSeen(device_id=ID))
    d.wait(minutes=1)
    assert states(d) == [AlarmState.RESET]


def test_any_word_of_it_is_an_answer_but_not_what_is_concluded_from_its_silence() -> None:
    d = desk(LOST)
    d.tell(LOST.begins)
    d.tell(DeviceSilent(device_id=ID, last_seen=None, limit_s=1.0))
    d.wait(minutes=2)
    assert d.kinds() == ["dispenser-lost"]
    d = desk(LOST)
    d.tell(LOST.begins)
    d.tell(DeviceSeen(device_id=ID))
    d.wait(hours=1)
    assert d.table == {}


def test_a_line_that_is_lost_is_told_by_itself() -> None:
    d = desk(LOST)
    d.tell(RadioLost(driver="dispenser", reason="unplugged"))
    d.tell(LOST.begins)
    d.tell(RadioLost(driver="zigbee", reason="unplugged"))
    d.tell(RadioBack(driver="zigbee"))
    d.wait(hours=1)
    assert d.table == {}
    d.tell(RadioBack(driver="dispenser"))
    d.wait(minutes=1, seconds=59)
    assert d.table == {}
    d.wait(seconds=1)
    assert d.kinds() == ["dispenser-lost"], "the line is back, and it still does not answer"


def test_another_line_that_comes_and_goes_gives_it_no_more_time() -> None:
    d = desk(LOST)
    d.tell(LOST.begins)
    d.wait(minutes=1)
    d.tell(RadioLost(driver="zigbee", reason="unplugged"))
    d.tell(RadioBack(driver="zigbee"))
    d.wait(minutes=1)
    assert d.kinds() == ["dispenser-lost"]


def test_what_an_older_version_complained_of_is_over() -> None:
    d = desk(LOST)
    old = Trouble(Evidence.of(LOST.begins), Words(nb="", en=""), told=True)
    d.state = replace(d.state, rules={"dispenser-lost": State({"medicine/rattling": old})})
    outcome = d.tell(GatewayStarted(cause="started", last_alive=d.at))
    assert outcome.failed == ()
    assert d.state.rules["dispenser-lost"] == State()


def test_a_line_that_was_lost_before_a_start_excuses_nothing_after_it() -> None:
    d = desk(LOST)
    d.tell(RadioLost(driver="dispenser", reason="unplugged"))
    d.restart(minutes=1)
    d.tell(LOST.begins)
    d.wait(minutes=2)
    assert d.kinds() == ["dispenser-lost"]


def test_with_the_mains_of_the_home_gone_its_battery_is_no_news() -> None:
    d = desk(POWER)
    d.tell(POWER.begins)
    d.tell(MainsLost())
    d.wait(hours=5)
    assert d.table == {}
    d.tell(MainsRestored())
    d.wait(minutes=9, seconds=59)
    assert d.table == {}
    d.wait(seconds=1)
    assert d.kinds() == ["dispenser-power"], "the rest of the home has mains again"


def test_every_kind_is_in_every_home_that_has_one() -> None:
    for kind in KINDS:
        assert CATALOGUE[kind.name].implicit
        assert CATALOGUE[kind.name].listens == {Role.DISPENSER}
