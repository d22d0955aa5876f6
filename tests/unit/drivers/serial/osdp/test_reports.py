"""What reports say, and why a lock is not reached, by values alone."""

from __future__ import annotations

import pytest

from heimvakt_drivers.serial.locks.contacts import Contact
from heimvakt_drivers.serial.osdp.frames import Code, Frame
from heimvakt_drivers.serial.osdp.panel import Report
from heimvakt_drivers.serial.osdp.reasons import why_not
from heimvakt_drivers.serial.osdp.reports import read_report
from heimvakt_drivers.serial.osdp.settings import OsdpLock

WIRED = OsdpLock.model_validate(
    {"inputs": {"door": 2, "bolt": 0}, "inverted": ["door"], "output": 1}
)


@pytest.mark.parametrize(
    ("report", "values", "levels"),
    [
        (Report.INPUTS, b"\x01\x00\x00", {Contact.DOOR: True, Contact.BOLT: True}),
        (Report.INPUTS, b"\x00\x01\x01", {Contact.DOOR: False, Contact.BOLT: False}),
        (Report.OUTPUTS, b"\x00\x01", {Contact.RELEASE: True}),
        (Report.LOCAL, b"\x00\x01", {Contact.TAMPER: False, Contact.SUPPLY: True}),
    ],
)
def test_a_report_says_where_contacts_are(
    report: Report, values: bytes, levels: dict[Contact, bool]
) -> None:
    assert read_report(WIRED, report, values) == (levels, 0)


def test_an_input_that_is_cut_or_shorted_says_nothing() -> None:
    assert read_report(WIRED, Report.INPUTS, b"\x02\x00\x03") == ({}, 2)


def test_a_report_that_is_too_short_says_what_it_says() -> None:
    assert read_report(WIRED, Report.INPUTS, b"\x01") == ({Contact.BOLT: True}, 0)
    assert read_report(WIRED, Report.OUTPUTS, b"") == ({}, 0)


def frame(code: int) -> Frame:
    return Frame(raw=b"", address=1, is_reply=True, sequence=0, secured=False, code=code)


@pytest.mark.parametrize(
    ("heard", "asked", "damaged", "why"),
    [
        (None, 0x61, False, "it does not answer"),
        (None, 0x61, True, "what comes is no OSDP: another speed, or two devices at its address"),
        (0x76, Code.CHALLENGE, False, "its key is another one, or it has none yet"),
        (Code.NAK, Code.CRYPTOGRAM, False, "its key is another one, or it has none yet"),
        (Code.CAPABILITIES, 0x62, False, "it has no secure channel"),
        (Code.NAK, 0x60, False, "it breaks the secure channel off"),
        (0x40, 0x60, False, "it does not answer any more"),
    ],
)
def test_why_it_is_not_reached(heard: int | None, asked: int, damaged: bool, why: str) -> None:
    last = None if heard is None else frame(heard)
    assert why_not(last, frame(asked), damaged=damaged) == why
