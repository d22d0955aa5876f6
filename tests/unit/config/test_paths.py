"""`[paths.NAME]` and `[signs]`: what they become, and what is said of mistakes, word for word."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path as FilePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.config import has_errors, render_findings
from heimvakt.config.machine import Machine, this_machine
from heimvakt.core.path import Path
from heimvakt.rules import KINDS
from tests.unit.config.homes import CATALOGUE, GOOD, check

HERE = replace(CATALOGUE, machine=lambda: Machine(("eth0", "wlan0", "wwan0"), ("ACT", "PWR")))
TWO = """
[paths.broadband]
interface = "eth0"

[paths.mobile]
interface = "wwan0"
modem = "auto"

[signs]
led = "ACT"
"""
ETH0 = GOOD.count("\n") + 3
"""The line where the first path has its interface."""


def paths(tmp_path: FilePath, text: str) -> tuple[Path, ...]:
    loaded = check(tmp_path, GOOD + text, HERE)
    assert loaded.findings == ()
    assert loaded.configuration is not None
    return loaded.configuration.paths


def said(tmp_path: FilePath, text: str) -> list[str]:
    """The findings without places, each followed by its hints."""
    loaded = check(tmp_path, GOOD + text, HERE)
    assert (loaded.configuration is None) == has_errors(loaded.findings)
    render_findings(loaded.findings)
    return [line for finding in loaded.findings for line in (finding.what, *finding.hints)]


def test_without_paths_there_is_one_that_is_bound_to_nothing(tmp_path: FilePath) -> None:
    (only,) = paths(tmp_path, "")
    assert only == Path()
    assert (only.name, only.interface) == ("default", None)


def test_the_order_of_the_file_is_the_order_of_use(tmp_path: FilePath) -> None:
    first, second = paths(tmp_path, TWO)
    assert (first.name, first.interface, first.modem) == ("broadband", "eth0", None)
    assert (second.name, second.interface, second.modem) == ("mobile", "wwan0", "auto")


def test_the_second_path_is_spared_and_the_first_is_watched(tmp_path: FilePath) -> None:
    first, second = paths(tmp_path, TWO)
    assert (first.keepalive, second.keepalive) == (timedelta(seconds=10), timedelta(seconds=60))
    assert (first.heartbeat, second.heartbeat) == (timedelta(seconds=60), timedelta(minutes=15))
    assert (first.lost_after, second.lost_after) == (timedelta(seconds=90), timedelta(minutes=15))


def test_all_that_can_be_set(tmp_path: FilePath) -> None:
    more = 'keepalive = "4m"\nheartbeat = "5m"\nlost_after = "1h"\nrate = "2kB/s"\n'
    text = TWO.replace(
        'modem = "auto"\n', 'modem = "none"\ndns = ["9.9.9.9", "2620:fe::9"]\n' + more
    )
    mobile = paths(tmp_path, text)[1]
    assert mobile == Path(
        name="mobile",
        interface="wwan0",
        modem=None,
        keepalive=timedelta(minutes=4),
        heartbeat=timedelta(minutes=5),
        lost_after=timedelta(hours=1),
        bytes_per_s_max=2_000,
        dns=("9.9.9.9", "2620:fe::9"),
    )


@pytest.mark.parametrize(
    ("written", "rate"), [("750B/s", 750), ("2kB/s", 2_000), ("1MB/s", 1_000_000)]
)
def test_rates(tmp_path: FilePath, written: str, rate: int) -> None:
    text = TWO.replace('modem = "auto"', f'rate = "{written}"')
    assert paths(tmp_path, text)[1].bytes_per_s_max == rate


MISTAKES = {
    "an interface that is not there": (
        ('"wwan0"', '"wwan1"'),
        [
            'paths.mobile.interface: there is no "wwan1" on this machine now',
            'did you mean "wwan0"?',
            "there are: eth0, wlan0, wwan0",
        ],
    ),
    "an interface that is nothing like those that are there": (
        ('"wwan0"', '"usb7"'),
        [
            'paths.mobile.interface: there is no "usb7" on this machine now',
            "there are: eth0, wlan0, wwan0",
        ],
    ),
    "the same interface twice": (
        ('"wwan0"', '"eth0"'),
        [
            f'paths.mobile.interface: "eth0" is the interface of paths.broadband too (line {ETH0})',
            "two paths over one interface are lost together: name another, or take one away",
        ],
    ),
    "an interface is missing": (
        ('interface = "wwan0"\n', ""),
        ["paths.mobile: interface is missing", 'add a line such as: interface = "eth0"'],
    ),
    "no name of an interface": (
        ('"wwan0"', '"wwan 0"'),
        [
            'paths.mobile.interface: "wwan 0" is not written as it should be',
            'for example "eth0"',
        ],
    ),
    "a key is misspelt": (
        ("modem", "modm"),
        ["paths.mobile.modm: there is no such key", 'did you mean "modem"?'],
    ),
    "a modem is misspelt": (
        ('"auto"', '"autoo"'),
        ['paths.mobile.modem: "autoo" is no modem', 'did you mean "auto"?'],
    ),
    "a modem without its folder": (
        ('"auto"', '"ttyUSB2"'),
        [
            'paths.mobile.modem: "ttyUSB2" is no modem',
            'write "auto", "none", or its serial port, such as "/dev/ttyUSB2"',
        ],
    ),
    "a modem on each path": (
        ('"eth0"', '"eth0"\nmodem = "/dev/ttyUSB2"'),
        [
            f"paths.mobile.modem: paths.broadband has a modem already (line {ETH0 + 1}), "
            "and one is used",
            "take this line away; a second modem may carry a path without it",
        ],
    ),
    "a PIN without a modem": (
        ('modem = "auto"', 'pin = "credential:sim-pin"'),
        [
            "paths.mobile.pin: a PIN is for a modem, and this path has none",
            'add modem = "auto" here, or take the PIN away',
        ],
    ),
    "a rate in bits": (
        ('modem = "auto"', 'rate = "16 kbit/s"'),
        ['paths.mobile.rate: "16 kbit/s" is no rate', 'write it as "2kB/s" (bytes in a second)'],
    ),
    "a rate with a blank": (
        ('modem = "auto"', 'rate = "2 kB/s"'),
        ['paths.mobile.rate: "2 kB/s" is no rate', 'write it as "2kB/s" (bytes in a second)'],
    ),
    "a rate without a unit": (
        ('modem = "auto"', "rate = 2000"),
        ["paths.mobile.rate: 2000 is no rate", 'write for example "2kB/s"'],
    ),
    "a name server by its name": (
        ('modem = "auto"', 'dns = ["dns.quad9.net"]'),
        [
            'paths.mobile.dns[0]: "dns.quad9.net" is not the address of a name server',
            'write numbers, such as "9.9.9.9": a name needs one',
        ],
    ),
    "a keepalive that is too short": (
        ('modem = "auto"', 'keepalive = "1s"'),
        [
            'paths.mobile.keepalive: "1s" is too short: at least 5s',
            "write a duration from 5s to 10m",
        ],
    ),
    "a first path whose loss is known late": (
        ('"eth0"', '"eth0"\nlost_after = "5m"'),
        [
            "paths.broadband: its loss may be known only after 5m20s",
            "it should be 3m at most: shorten lost_after, keepalive or heartbeat",
        ],
    ),
    "a name that cannot be one": (
        ("paths.mobile", 'paths."4G Mobil"'),
        ['paths: "4G Mobil" cannot be a name here', 'write it as "4g-mobil"'],
    ),
    "a section of no name": (
        ("[paths.mobile]", "[paths]"),
        [
            "paths.interface: this must stand in a table",
            "write [paths.NAME] on a line above it",
            "paths.modem: this must stand in a table",
            "write [paths.NAME] on a line above it",
        ],
    ),
    "a section is misspelt": (
        ("[paths.mobile]", "[path.mobile]"),
        ["path: there is no such section", "did you mean [paths.NAME]?"],
    ),
    "a lamp that is not there": (
        ('"ACT"', '"act0"'),
        [
            'signs.led: there is no lamp "act0" on this machine now',
            'did you mean "ACT"?',
            "there are: ACT, PWR",
        ],
    ),
    "signs are no table": (
        ('[signs]\nled = "ACT"', '[[signs]]\nled = "ACT"'),
        ["signs: a list is not a table", "write [signs]"],
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_in_these_words(tmp_path: FilePath, name: str) -> None:
    (old, new), report = MISTAKES[name]
    assert old in TWO
    assert said(tmp_path, TWO.replace(old, new, 1)) == report


def test_paths_that_are_empty_are_no_paths(tmp_path: FilePath) -> None:
    assert said(tmp_path, "[paths]\n") == ["paths: it is empty", "add a section [paths.broadband]"]


def test_for_another_machine_nothing_is_said_of_what_is_plugged_in(tmp_path: FilePath) -> None:
    text = GOOD + TWO.replace("wwan0", "wwan7").replace("ACT", "led0")
    assert check(tmp_path, text).findings == ()


def test_the_rules_know_the_paths_and_the_gateway(tmp_path: FilePath) -> None:
    loaded = check(tmp_path, GOOD + TWO, HERE)
    assert loaded.configuration is not None
    bound = loaded.configuration.to_home(KINDS).rules["path-lost"]
    assert ("broadband", "mobile") in bound.step.args  # type: ignore[attr-defined]


@given(st.text(max_size=20))
def test_no_text_makes_a_rate_or_a_modem_raise(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    import json

    value = json.dumps(text, ensure_ascii=True)
    more = f"\n[paths.a]\ninterface = {value}\nrate = {value}\nmodem = {value}\ndns = [{value}]\n"
    loaded = check(tmp_path_factory.mktemp("home", numbered=True), GOOD + more, HERE)
    assert has_errors(loaded.findings)
    assert all(finding.hints for finding in loaded.findings)


def test_what_is_on_a_machine(tmp_path: FilePath) -> None:
    for name in ("net/lo", "net/eth0", "net/wwan0", "leds/ACT"):
        (tmp_path / name).mkdir(parents=True)
    assert this_machine(tmp_path) == Machine(("eth0", "wwan0"), ("ACT",))
    assert this_machine(tmp_path / "no-sys") == Machine((), ())


@pytest.mark.parametrize("value", ["{ a = 1 }", "[[1]]", "1979-05-27", "nan", '""', "[]", "[{}]"])
@pytest.mark.parametrize(
    "key", ["interface", "modem", "pin", "keepalive", "heartbeat", "lost_after", "rate", "dns"]
)
def test_a_value_of_another_type_is_a_finding(tmp_path: FilePath, key: str, value: str) -> None:
    own = "" if key == "interface" else 'interface = "eth0"\n'
    loaded = check(tmp_path, GOOD + f"\n[paths.a]\n{own}{key} = {value}\n", HERE)
    assert has_errors(loaded.findings) or (key, value) == ("dns", "[]")
    assert all(finding.hints for finding in loaded.findings)


@pytest.mark.parametrize("section", ["paths", "signs", "paths.a"])
def test_a_section_of_another_type_is_a_finding(tmp_path: FilePath, section: str) -> None:
    loaded = check(tmp_path, f"{section} = [1]\n" + GOOD, HERE)
    assert has_errors(loaded.findings)
