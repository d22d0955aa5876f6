"""The rows tell the state, and what cannot be read of them harms nothing else."""

from __future__ import annotations

from heimvakt.core.checkins import NOTHING_LEARNED
from heimvakt.core.events import BedLeft, ButtonPressed, MainsLost, MainsRestored, RadioLost
from heimvakt.core.ledger import COUNTER
from heimvakt.core.snapshot import changes, restore
from heimvakt.core.state import State
from tests.support.homes import Desk, home, oslo


def busy() -> Desk:
    desk = Desk(home())
    desk.tell(ButtonPressed(device_id="pendant"))
    desk.tell(RadioLost(driver="zigbee", reason="unplugged"))
    desk.tell(BedLeft(device_id="bed"), at=oslo("23:30"))
    return desk


def test_all_that_a_home_remembers_comes_back_from_its_rows() -> None:
    desk = busy()
    rows = changes(State(), desk.state)
    assert {row.partition(":")[0] for row in rows} == {
        "rule",
        "device",
        "timer",
        "lost",
        "counter",
        "clock",
        "month",
        "living",
    }
    whole = {key: body for key, body in rows.items() if body is not None}
    state, unread = restore(desk.home, whole, desk.state.alarms.values(), 0)
    assert unread == []
    assert state == desk.state


def test_a_step_writes_what_it_changed_and_no_more() -> None:
    desk = busy()
    before = desk.state
    desk.tell(ButtonPressed(device_id="button"))
    assert set(changes(before, desk.state)) == {
        "rule:button",
        "device:button",
        f"timer:/unaccepted/{desk.sent[-1].alarm_id}",
        COUNTER,
        "month:2026-11",
    }
    assert changes(desk.state, desk.state) == {}


def test_a_part_that_cannot_be_read_is_told_and_the_rest_is_used() -> None:
    desk = busy()
    rows = dict(desk.rows) | {
        "rule:night-wandering": {"is": "Dreaming"},
        "timer:button/pendant": {"at": "soon"},
        "device:bed": {},
        "moon:phase": {"n": 1},
    }
    state, unread = restore(desk.home, rows, desk.state.alarms.values(), 0)
    assert sorted(line.partition(": ")[0] for line in unread) == [
        "device:bed",
        "moon:phase",
        "rule:night-wandering",
        "timer:button/pendant",
    ]
    assert state.rules["button"] == desk.state.rules["button"]
    assert state.alarms == desk.state.alarms


def test_without_a_counter_numbers_go_on_above_all_that_may_be_in_use() -> None:
    desk = busy()
    rows = {key: body for key, body in desk.rows.items() if key != COUNTER}
    kept = list(desk.state.alarms.values())
    assert restore(desk.home, rows, kept, 0)[0].alarms_raised == kept[-1].number
    assert restore(desk.home, rows, kept, 5_000)[0].alarms_raised == 5_000
    assert restore(desk.home, rows | {COUNTER: {"n": "?"}}, kept, 70)[0].alarms_raised == 70


def test_a_counter_that_is_behind_the_alarms_is_not_believed() -> None:
    desk = busy()
    kept = list(desk.state.alarms.values())
    state, _ = restore(desk.home, desk.rows | {COUNTER: {"n": 0}}, kept, 0)
    assert state.alarms_raised == max(alarm.number for alarm in kept)


def test_what_was_stored_of_a_device_before_anything_was_learned_still_opens() -> None:
    desk = busy()
    old = {"last_seen": None, "silent_at": "2026-11-05T11:00:00Z", "silent": False}
    state, unread = restore(desk.home, {"device:hall": old}, [], 0)
    assert unread == []
    health = state.supervised.devices["hall"]
    assert (health.heard_at, health.learned, health.hold.now) == (None, NOTHING_LEARNED, None)


def test_that_the_mains_are_lost_is_kept() -> None:
    desk = busy()
    desk.tell(MainsLost())
    assert desk.rows["mains:lost"] == {"at": desk.at.isoformat()}
    assert restore(desk.home, desk.rows, [], 0)[0].supervised == desk.state.supervised
    desk.tell(MainsRestored())
    assert "mains:lost" not in desk.rows
