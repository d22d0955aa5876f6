"""Answers of modems as values. The lines are as several makes of modems write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.modem import Registration, Sim
from heimvakt.net.modem import at_replies as replies
from heimvakt.net.modem.scale import from_csq, from_percent


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("+CREG: 0,1", (Registration.HOME, None)),
        ('+CREG: 2,5,"00A1","01B2C3",2', (Registration.ROAMING, "3g")),
        ('+CEREG: 2,1,"00A1","000001B2",7', (Registration.HOME, "4g")),
        ('+CEREG: 1,"00A1","000001B2",7', (Registration.HOME, "4g")),
        ("+CREG: 2", (Registration.SEARCHING, None)),
        ("+CREG: 3", (Registration.DENIED, None)),
        ("+CREG: 2,0", (Registration.NONE, None)),
        ("+CREG: 2,4", (Registration.NONE, None)),
        ("+CREG: 0,8", (Registration.NONE, None)),
        ("+CREG: 2,6", (Registration.HOME, None)),
        ("+CREG: 2,1,,,0", (Registration.HOME, "2g")),
        ("+CREG: x", None),
        ("+CREG:", None),
    ],
)
def test_registration(line: str, found: object) -> None:
    assert replies.registration(line) == found


@pytest.mark.parametrize(
    ("line", "name", "technology"),
    [
        ('+COPS: 0,0,"Telenor NO",7', "Telenor NO", "4g"),
        ('+COPS: 0,2,"24201",2', "24201", "3g"),
        ('+COPS: 0,0,"Ice, Norge",11', "Ice, Norge", "5g"),
        ("+COPS: 0", None, None),
        ('+COPS: 0,0,"Telia"', "Telia", None),
    ],
)
def test_the_operator(line: str, name: str | None, technology: str | None) -> None:
    found = replies.operator(line)
    assert (found.name, found.technology) == (name, technology)


@pytest.mark.parametrize(
    ("line", "sim"),
    [
        ("+CPIN: READY", Sim.READY),
        ("+CPIN: SIM PIN", Sim.PIN_NEEDED),
        ("+CPIN: SIM PUK", Sim.PUK_NEEDED),
        ("+CPIN: PH-NET PUK", Sim.PUK_NEEDED),
        ("+CPIN: PH-NET PIN", Sim.UNKNOWN),
        ("+CPIN: NOT INSERTED", Sim.ABSENT),
    ],
)
def test_the_sim(line: str, sim: Sim) -> None:
    assert replies.sim(line) is sim


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        (["+CPINR: SIM PIN,3,3", "+CPINR: SIM PUK,10,10"], 3),
        (['+CPINR: "SIM PIN",1,3'], 1),
        (["+CPINR: SIM PUK,10,10"], None),
        (["^CPIN: SIM PIN,,10,2,10,3"], 2),
        (["^CPIN: READY"], None),
        ([], None),
    ],
)
def test_tries_left(lines: list[str], left: int | None) -> None:
    assert replies.tries_left(lines) == left


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("+CCID: 89470000160409123456", "89470000160409123456"),
        ('+ICCID: "8947000016040912345F"', "8947000016040912345"),
        ("8947000016040912345", "8947000016040912345"),
        ("+CCID: none", None),
    ],
)
def test_the_number_of_the_sim(line: str, number: str | None) -> None:
    assert replies.iccid([line]) == number


def test_the_reference_of_what_was_sent() -> None:
    assert replies.reference(["+CMGS: 255"]) == 255
    assert replies.reference(['+CMGS: 17,"26/11/05,02:14:30+04"']) == 17
    assert replies.reference([]) is None


@given(
    line=st.text(max_size=80), name=st.sampled_from(["+CREG:", "+COPS:", "+CPINR:", "^CPIN:", ""])
)
def test_no_line_raises(line: str, name: str) -> None:
    whole = name + line
    replies.registration(whole)
    replies.operator(whole)
    replies.sim(whole)
    replies.csq(whole)
    replies.tries_left([whole])
    replies.iccid([whole])
    replies.reference([whole])


def test_strength_on_both_scales() -> None:
    assert from_csq(99) is None
    assert from_csq(32) is None
    for rssi in range(32):
        ours, theirs = from_csq(rssi), from_percent(rssi * 100 // 31)
        assert ours is not None
        assert abs(ours.dbm - theirs.dbm) <= 1
        assert abs(ours.percent - theirs.percent) <= 1
    assert from_percent(120).dbm == -51
