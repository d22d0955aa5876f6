"""A path that is lost is told over the other one; what is lost together is told together."""

from __future__ import annotations

from datetime import timedelta

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.devices import Home
from heimvakt.core.events import PathBack, PathLost
from heimvakt.rules import KINDS, Context
from tests.support.homes import GATEWAY, OSLO, Desk, oslo, to_all

BOTH = ("broadband", "mobile")
NO_CABLE = PathLost(path="broadband", reason="the interface eth0 is down", for_s=90.0)
NO_MOBILE = PathLost(path="mobile", reason="no receiver is reached over it")


def home(*paths: str, **settings: object) -> Home:
    kind = KINDS["path-lost"]
    context = Context(devices={}, zone=OSLO, paths=paths)
    rule = kind.bind("path-lost", kind.settings(**settings), context)
    return Home(gateway_id=GATEWAY, rules={"path-lost": rule}, routes=to_all("centre"))


def desk(*paths: str) -> Desk:
    return Desk(home(*(paths or BOTH)), at=oslo("22:00"))


def test_a_lost_path_is_told_with_since_when_and_why() -> None:
    d = desk()
    d.tell(NO_CABLE, at=oslo("22:08"))
    d.wait(seconds=5)
    alarm = d.alarm("path")
    assert alarm.began_at == oslo("22:08") - timedelta(seconds=90)
    assert alarm.priority is Priority.LOW
    assert alarm.text.en == (
        "No connection over broadband since 22:06: the interface eth0 is down. "
        "Alarms go over mobile."
    )
    assert alarm.text.nb == (
        "Ingen forbindelse over broadband siden 22:06. Alarmer går over mobile."
    )


def test_it_is_told_within_seconds_of_the_loss() -> None:
    d = desk()
    d.tell(NO_CABLE)
    d.wait(seconds=5)
    assert d.alarm("path").raised_at == d.at


def test_a_path_that_is_back_resets_its_alarm() -> None:
    d = desk()
    d.tell(NO_CABLE)
    d.wait(minutes=5)
    d.tell(PathBack(path="broadband"))
    d.wait(seconds=5)
    assert d.alarm("path").state is AlarmState.RESET


def test_two_paths_that_are_lost_together_are_one_alarm() -> None:
    d = desk()
    d.tell(NO_CABLE)
    d.wait(seconds=1)
    d.tell(NO_MOBILE)
    d.wait(minutes=5)
    alarm = d.alarm("path")
    assert alarm.priority is Priority.MEDIUM
    assert alarm.text.en.startswith("No connection since 22:00: alarms did not get through")
    assert len(alarm.evidence) == 2


def test_the_second_of_two_that_are_lost_is_told_and_the_first_keeps_its_alarm() -> None:
    d = desk()
    d.tell(NO_CABLE)
    d.wait(hours=1)
    d.tell(NO_MOBILE)
    d.wait(hours=1)
    assert d.kinds() == ["path", "path"]
    d.tell(PathBack(path="mobile"))
    d.wait(hours=1)
    assert d.kinds() == ["path", "path"]
    states = [(alarm.key, alarm.state) for alarm in d.table.values()]
    assert states == [("broadband", AlarmState.RAISED), ("/all", AlarmState.RESET)]


def test_what_is_still_lost_when_one_of_them_is_back_is_told() -> None:
    d = desk()
    d.tell(NO_CABLE)
    d.tell(NO_MOBILE)
    d.wait(hours=1)
    d.tell(PathBack(path="mobile"))
    d.wait(seconds=5)
    states = [(alarm.key, alarm.state) for alarm in d.table.values()]
    assert states == [("/all", AlarmState.RESET), ("broadband", AlarmState.RAISED)]


def test_a_home_with_one_path_has_one_alarm_for_it() -> None:
    d = desk("default")
    d.tell(PathLost(path="default", reason="no receiver is reached over it"))
    d.wait(hours=1)
    assert d.alarm("path").priority is Priority.MEDIUM


def test_a_restart_makes_no_new_alarm_of_a_loss_that_lasts() -> None:
    d = desk()
    d.tell(NO_CABLE)
    d.wait(minutes=5)
    for _ in range(3):
        d.restart(seconds=5)
        d.tell(NO_CABLE)
        d.wait(hours=1)
    assert d.kinds() == ["path"]
    d.tell(PathBack(path="broadband"))
    d.wait(seconds=5)
    assert d.alarm("path").state is AlarmState.RESET


def test_a_path_that_says_it_is_good_after_a_start_is_no_news() -> None:
    d = desk()
    d.tell(PathBack(path="broadband"))
    d.tell(PathBack(path="mobile"))
    d.wait(hours=1)
    assert d.table == {}


def test_a_path_that_was_taken_out_of_the_home_is_nobody_s_loss() -> None:
    d = desk()
    d.tell(NO_CABLE)
    d.wait(minutes=5)
    d.restart(home("mobile"), seconds=5)
    d.wait(seconds=5)
    assert d.alarm("path").state is AlarmState.RESET


def test_a_restart_between_the_loss_and_its_telling_forgets_nothing() -> None:
    d = desk()
    d.tell(NO_CABLE)
    d.restart(seconds=30)
    assert d.kinds() == ["path"]
