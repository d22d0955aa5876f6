"""`[receivers.NAME]`: what is said of mistakes with brokers, telephones and modems, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from heimvakt.config import Catalogue, has_errors
from heimvakt.uplinks.mqtt_settings import MqttReceiverSettings
from heimvakt.uplinks.sms_settings import SmsReceiverSettings
from tests.unit.config.homes import check

REAL = Catalogue(drivers={}, receivers={"mqtt": MqttReceiverSettings, "sms": SmsReceiverSettings})
HOME = """\
version = 1

[gateway]
id = "no-1505-004711"

[paths.broadband]
interface = "eth0"

[paths.mobile]
interface = "wwan0"
modem = "auto"
pin = "credential:sim-pin"

[receivers.centre]
kind = "mqtt"
brokers = ["mqtts://in1.centre.example"]
reports = "information"

[receivers.daughter]
kind = "sms"
number = "+4790000000"

[[routes]]
priority = ["high", "medium", "low", "information"]
to = [{ receiver = "centre" }, { receiver = "daughter", after = "5m" }]
"""


def said(tmp_path: Path, *changes: tuple[str, str]) -> list[str]:
    """The findings with their lines, each followed by its hints."""
    text = HOME
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    loaded = check(tmp_path, text, REAL)
    assert (loaded.configuration is None) == has_errors(loaded.findings)
    return [
        line
        for finding in loaded.findings
        if finding.what != "there is no device: nothing is watched"
        for line in (f"{finding.line}: {finding.what}", *finding.hints)
    ]


def test_a_home_that_uses_all_of_it_is_right(tmp_path: Path) -> None:
    assert said(tmp_path) == []


ANOTHER = '[receivers.other]\nkind = "mqtt"\nbrokers = ["{}"]\n\n[receivers.daughter]'
MISTAKES = {
    "a broker twice, written otherwise": (
        ("[receivers.daughter]", ANOTHER.format("mqtts://IN1.centre.example:8883")),
        [
            "19: receivers.other: no route leads here",
            "name it in a route",
            "21: receivers.other.brokers[0]: receivers.centre has this broker already",
            "one broker is one receiver: name both centres' systems behind it once",
        ],
    ),
    "a broker twice in one receiver": (
        ('.example"]', '.example", "mqtts://in1.centre.example:8883"]'),
        ["16: receivers.centre.brokers[1]: this broker stands here already", "take it away"],
    ),
    "a broker in clear text": (
        ("mqtts:", "mqtt:"),
        [
            '16: receivers.centre.brokers[0]: "mqtt://in1.centre.example": '
            "clear text is for brokers on this machine only",
            'write "mqtts://in1.centre.example"',
        ],
    ),
    "a password in an address": (
        ("mqtts://", "mqtts://box:hunter2@"),
        [
            "16: receivers.centre.brokers[0]: mqtts://in1.centre.example: "
            "no user or password in an address",
            'write username = "..." and password = "credential:NAME"',
        ],
    ),
    "a file without file:": (
        ("reports", 'ca = "/etc/heimvakt/ca.pem"\nreports'),
        [
            '17: receivers.centre.ca: "/etc/heimvakt/ca.pem" is not written as it should be',
            'for example "file:/etc/heimvakt/ca.pem"',
        ],
    ),
    "reports are misspelt": (
        ('"information"', '"informations"'),
        [
            '17: receivers.centre.reports: "informations" cannot stand here',
            'did you mean "information"?',
            "it can be none, information or telemetry",
        ],
    ),
    "SMS without a modem": (
        ('modem = "auto"\npin = "credential:sim-pin"\n', ""),
        [
            "18: receivers.daughter.kind: receivers.daughter needs a modem, and no path has one",
            'write modem = "auto" below [paths.mobile]',
        ],
    ),
    "SMS without any path": (
        (HOME[HOME.index("[paths.b") : HOME.index("[receivers.c")], ""),
        [
            "12: receivers.daughter.kind: receivers.daughter needs a modem, and no path has one",
            'add [paths.broadband] and [paths.mobile], with modem = "auto" in the second',
        ],
    ),
    "a modem with a mistake is a modem": (
        ('modem = "auto"', 'modem = "ttyUSB2"'),
        [
            '11: paths.mobile.modem: "ttyUSB2" is no modem',
            'write "auto", "none", or its serial port, such as "/dev/ttyUSB2"',
        ],
    ),
    "a PIN in clear": (
        ("credential:sim-pin", "1234"),
        [
            "12: paths.mobile.pin: this is not a reference to a secret",
            'write a reference, such as "credential:NAME": secrets never stand in this file',
        ],
    ),
    "a telephone twice": (
        ("[[routes]]", '[receivers.son]\nkind = "sms"\nnumber = "+4790000000"\n\n[[routes]]'),
        [
            "23: receivers.son: no route leads here",
            "name it in a route",
            "25: receivers.son.number: receivers.daughter has this telephone already",
            "one telephone is one receiver, which may stand in several routes",
        ],
    ),
    "telephones and nobody else": (
        (
            HOME[HOME.index("[receivers.c") : HOME.index("[receivers.d")],
            "",
        ),
        [
            "14: telephones alone are told: nobody hears the gateway's heartbeat",
            'add a response centre, kind = "mqtt": who else notices when the gateway falls silent?',
            '20: routes[0].to[0].receiver: "centre" is no receiver of this file',
            "receivers of this file: daughter",
        ],
    ),
    "a key of the gateway outside its section": (
        ("version = 1\n", 'version = 1\nunknown_clock = "day"\n'),
        ["2: unknown_clock: there is no such key", "unknown_clock belongs below [gateway]"],
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_in_these_words(tmp_path: Path, name: str) -> None:
    change, report = MISTAKES[name]
    assert said(tmp_path, change) == report


@pytest.mark.parametrize(
    "written",
    [
        '"90000000"',
        '"90 00 00 00"',
        '"0047 90000000"',
        '"+47 900 00 000"',
        '"4790000000"',
        "90000000",
        "+4790000000",
    ],
)
def test_a_number_is_told_as_it_should_be_written(tmp_path: Path, written: str) -> None:
    assert said(tmp_path, ('"+4790000000"', written)) == [
        "21: receivers.daughter.number: this is no international number",
        'write it as "+4790000000"',
    ]


def test_a_misspelt_kind_hides_no_other_mistake(tmp_path: Path) -> None:
    """The keys are those of the kind that was meant."""
    changes = (('"sms"', '"SMS"'), ('"+4790000000"', '"90000000"\nat_most = 100'))
    assert said(tmp_path, *changes) == [
        '20: receivers.daughter.kind: "SMS" is no kind of receiver',
        'did you mean "sms"?',
        "21: receivers.daughter.number: this is no international number",
        'write it as "+4790000000"',
        "22: receivers.daughter.at_most: 100 is too large",
        "it must be at most 30",
    ]


def test_a_wrong_chain_hides_no_alarm_that_goes_nowhere(tmp_path: Path) -> None:
    changes = ((', "information"]', "]"), ('"centre" }', '"centre", after = "5m" }'))
    assert said(tmp_path, *changes) == [
        '23: alarms of priority "information" go nowhere: no route names it',
        "add it to a route; without any [[routes]] every receiver gets everything",
        "25: routes[0].to[0].after: the first of a route is told at once",
        "take it away here; it stands at those who come after",
    ]
