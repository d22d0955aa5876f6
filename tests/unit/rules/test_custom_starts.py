"""An alarm that a home makes up over restarts, clocks that are set, and other files."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heimvakt.core.calendar import UnknownClock
from heimvakt.core.effects import NoAlarm
from heimvakt.core.events import ClockQuality, DoorOpened, GatewayStarted
from heimvakt.rules import KINDS, Context
from heimvakt.rules.custom.signs import Sign
from tests.support.custom import DEVICES, IN, OPENED, OUT, TEXT, desk, the
from tests.support.homes import OSLO, home, oslo, stamp


def test_what_was_due_while_off_is_told_late_and_says_so() -> None:
    d = desk(when={"opened": ["fridge"], "for": "10m"})
    d.tell(OPENED, at=oslo("12:00"))
    d.wait_until(oslo("12:05"))
    d.restart(hours=1)
    assert the(d).text.en == (
        "Something is wrong. Told 55 min late: the gateway was off."
        " What happened then nobody knows."
    )
    assert the(d).began_at == oslo("12:00")


def test_what_went_on_over_a_time_off_says_so() -> None:
    d = desk(when={"opened": ["fridge"], "for": "10h"})
    d.tell(OPENED, at=oslo("12:00"))
    d.restart(hours=1)
    d.wait_until(oslo("22:00"))
    assert the(d).text.nb == (
        "Noe er galt. Sentralen i boligen var av en stund imens. Hva som skjedde da, vet ingen."
    )


def test_a_short_restart_changes_nothing() -> None:
    d = desk(when={"opened": ["fridge"], "for": "10m"}, unless={"entered": ["bed"]})
    d.tell(IN, at=oslo("12:00"))
    d.tell(OPENED, at=oslo("12:00"))
    d.restart(minutes=1)
    d.wait_until(oslo("13:00"))
    assert d.kinds() == []
    d.tell(OUT, at=oslo("13:00"))
    assert the(d).text.en == "Something is wrong."


def test_what_kept_it_back_before_a_long_time_off_is_not_known_to_be_so_any_more() -> None:
    d = desk(when={"opened": ["fridge"], "for": "10m"}, unless={"entered": ["bed"]})
    d.tell(IN, at=oslo("12:00"))
    d.tell(OPENED, at=oslo("12:00"))
    d.wait_until(oslo("12:30"))
    d.restart(hours=2)
    assert the(d).text.en.endswith("Nothing is known of bed yet.")


def test_a_clock_that_is_set_moves_what_it_is_measured_by() -> None:
    d = desk(when={"opened": ["fridge"]}, at_most={"alarms": 1, "within": "1h"})
    d.tell(OPENED, at=oslo("12:00"))
    last, d.at = d.at, d.at - timedelta(hours=6)
    d.tell(GatewayStarted(cause="started", last_alive=last))
    d.wait(minutes=30)
    d.tell(OPENED)
    assert len(d.table) == 1
    d.wait(minutes=30)
    d.tell(OPENED)
    assert len(d.table) == 2


@pytest.mark.parametrize(("clock", "alarms"), [(UnknownClock.NIGHT, 1), (UnknownClock.DAY, 0)])
def test_while_nobody_knows_the_time_it_is_as_the_home_says(
    clock: UnknownClock, alarms: int
) -> None:
    kind = KINDS["custom"]
    context = Context(devices=DEVICES, zone=OSLO, unknown_clock=clock)
    made = kind.settings(when={"opened": ["door"]}, between="22:00-06:00", text=TEXT)
    rule = kind.bind("mine", made, context)
    unknown = stamp(at=oslo("12:00"))
    unknown = type(unknown)(
        seq=1, at=unknown.at, monotonic=0.0, boot_id="boot", clock=ClockQuality.UNKNOWN
    )
    _, effects = rule.step(rule.initial, DoorOpened(stamp=unknown, device_id="door"))
    assert sum(not isinstance(effect, NoAlarm) for effect in effects) == alarms


def test_a_device_that_is_taken_out_is_waited_about_no_more() -> None:
    d = desk(when={"opened": ["fridge", "door"], "for": "10m"})
    d.tell(OPENED)
    d.wait(minutes=5)
    few = {"text": TEXT, "when": {"opened": ["door"], "for": "10m"}}
    d.change(home({"door": DEVICES["door"]}, {"mine": ("custom", few)}))
    d.wait(hours=1)
    assert d.kinds() == []


def test_the_file_says_another_wait_while_one_goes_on() -> None:
    d = desk(when={"opened": ["fridge"], "for": "10m"})
    d.tell(OPENED)
    d.wait(minutes=5)
    d.change(home(DEVICES, {"mine": ("custom", {"text": TEXT, "when": {"opened": ["fridge"]}})}))
    d.wait(minutes=5)
    assert d.kinds() == ["custom"]
    d.wait(hours=1)
    d.tell(OPENED)
    assert d.kinds() == ["custom", "custom"]


def test_it_is_blind_without_any_of_its_devices() -> None:
    d = desk(
        when={"opened": ["door"]},
        after={"left": ["bed"], "within": "5m"},
        unless={"motion": ["hall"]},
    )
    assert d.home.rules["mine"].needs == {"door", "bed", "hall"}


def test_a_sign_is_named_by_what_it_is() -> None:
    assert Sign(verb="opened", device_id="fridge").key == "opened fridge"
