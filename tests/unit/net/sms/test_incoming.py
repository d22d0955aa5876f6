"""What comes from the network, written by the other side's own encoder, and by books."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.modem import Outcome
from heimvakt.net.sms.alphabet import septets_of
from heimvakt.net.sms.incoming import Deliver, PduError, StatusReport, outcome_of, parse
from heimvakt_drivers.virtual.modem.pdu import write_deliver, write_report

AT = datetime(2026, 11, 5, 2, 14, 30, tzinfo=UTC)
GSM = [chr(code) for code in range(0x2100) if septets_of(chr(code))]

times = st.integers(0, 36_000 * 86_400).map(
    lambda seconds: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
zones = st.integers(-48, 56).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))


def hear(number: str, text: str, at: datetime = AT) -> Deliver:
    message = parse(write_deliver(number, text, at).hex())
    assert isinstance(message, Deliver)
    return message


@given(text=st.text(st.sampled_from(GSM), max_size=80))
def test_a_text_of_the_alphabet(text: str) -> None:
    assert hear("+4790000000", text).text == text


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=35))
def test_any_text(text: str) -> None:
    assert hear("+4790000000", text).text == text


@given(at=times, zone=zones)
def test_the_time_of_the_network_with_its_zone(at: datetime, zone: timezone) -> None:
    heard = hear("+4790000000", "OK", at.replace(tzinfo=zone)).sent_at
    assert heard == at.replace(tzinfo=zone)
    assert heard is not None
    assert heard.utcoffset() == at.replace(tzinfo=zone).utcoffset()


@pytest.mark.parametrize("sender", ["+4790000000", "1990", "+47900000001", "Telenor", "Å"])
def test_numbers_and_names_of_senders(sender: str) -> None:
    assert hear(sender, "OK").number == sender


@given(reference=st.integers(0, 255), status=st.integers(0, 255))
def test_reports(reference: int, status: int) -> None:
    report = parse(write_report("+4790000000", reference, AT, status).hex())
    assert isinstance(report, StatusReport)
    assert (report.number, report.reference, report.status) == ("+4790000000", reference, status)
    assert (report.outcome is Outcome.DELIVERED) == (status == 0)


def test_only_a_handset_that_has_it_is_a_delivery() -> None:
    assert [outcome_of(status) for status in (0x01, 0x02, 0x20, 0x3F)] == [Outcome.TRYING] * 4
    assert {outcome_of(status) for status in range(0x40, 0x100)} == {Outcome.FAILED}


def test_a_message_as_a_book_has_it() -> None:
    message = parse("07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07")
    assert message == Deliver(
        number="+31641600986",
        text="How are you?",
        sent_at=datetime(2002, 8, 26, 19, 37, 41, tzinfo=UTC),  # zone 08: minus nothing
    )


def test_a_part_of_a_long_text_is_read_without_its_header() -> None:
    # UDHI, GSM alphabet, header 05 00 03 C8 02 01, one bit of filling, then `ab`.
    octets = "00" + "44" + "0A917409000000" + "0000" + "62115020413000" + "09" + "050003C80201C262"
    message = parse(octets)
    assert isinstance(message, Deliver)
    assert message.text == "ab"


@given(octets=st.binary(max_size=200))
def test_whatever_comes_is_a_message_or_refused(octets: bytes) -> None:
    with suppress(PduError):
        parse(octets.hex())


@given(
    head=st.sampled_from(["0004", "0044", "0006", "0000", "0040"]),
    octets=st.binary(min_size=10, max_size=180),
)
def test_whatever_follows_a_good_beginning(head: str, octets: bytes) -> None:
    with suppress(PduError):
        parse(head + octets.hex())


@given(text=st.text(max_size=60))
def test_what_is_no_hexadecimal(text: str) -> None:
    with suppress(PduError):
        parse(text)
