"""What we send is what the telephone shows, read by the other side's own decoder."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from heimvakt.net.sms.alphabet import septets_of
from heimvakt.net.sms.parts import PARTS_MAX, Alphabet, TextTooLong, split
from heimvakt.net.sms.submit import relative_validity, submits
from heimvakt_drivers.virtual.modem.pdu import Submitted, read_submit

NUMBER = "+4790000000"
GSM = [chr(code) for code in range(0x2100) if septets_of(chr(code))]
EXTENDED = [char for char in GSM if len(septets_of(char) or b"") == 2]
LENGTHS = [0, 1, *range(66, 72), *range(133, 136), *range(152, 162), *range(305, 308)]

gsm_texts = st.text(st.sampled_from(GSM), max_size=320)
any_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=140)
lengths = st.sampled_from(LENGTHS)


def read(text: str, number: str = NUMBER) -> list[Submitted]:
    sent = submits(number, text, validity=timedelta(hours=4), reference=200)
    return [read_submit(one.pdu, one.length) for one in sent]


def shown(parts: list[Submitted]) -> str:
    if len(parts) > 1:
        assert [part.joined for part in parts] == [
            (200, len(parts), place) for place in range(1, len(parts) + 1)
        ]
    return "".join(part.text for part in parts)


def test_the_alphabet_has_128_places_and_norwegian_is_in_it() -> None:
    assert len(GSM) == 127 + 10  # the escape is no character
    assert all(len(septets_of(char) or b"") == 1 for char in "æøåÆØÅ")


@given(text=gsm_texts)
@example(text="Blåbærsyltetøy på ærfugløya €")
def test_a_text_of_the_alphabet_comes_as_it_is(text: str) -> None:
    parts = read(text)
    assert shown(parts) == text
    assert {part.coding for part in parts} == {Alphabet.GSM7.value}


@given(text=any_texts)
def test_any_text_comes_as_it_is(text: str) -> None:
    assert shown(read(text)) == text


@given(length=lengths, char=st.sampled_from(GSM), rest=st.sampled_from("aå"))
def test_every_length_around_the_limits(length: int, char: str, rest: str) -> None:
    text = (rest * length)[: max(0, length - 1)] + char * min(length, 1)
    parts = read(text)
    assert shown(parts) == text
    septets = sum(len(septets_of(one) or b"") for one in text)
    assert len(parts) == (1 if septets <= 160 else -(-septets // 153))


@pytest.mark.parametrize(("length", "count"), [(70, 1), (71, 2), (134, 2), (135, 3)])
def test_the_limits_of_other_characters(length: int, count: int) -> None:
    parts = read("ŋ" * length)
    assert shown(parts) == "ŋ" * length
    assert len(parts) == count


@given(before=st.integers(145, 165), char=st.sampled_from(EXTENDED), after=st.integers(0, 170))
def test_a_character_of_two_septets_is_never_cut(before: int, char: str, after: int) -> None:
    text = "x" * before + char + "y" * after
    assert shown(read(text)) == text  # the other side refuses an escape at the end of a part


@given(before=st.integers(60, 72), after=st.integers(0, 80))
def test_a_character_of_two_halves_is_never_cut(before: int, after: int) -> None:
    text = "ŋ" * before + "🚨" + "ŋ" * after
    assert shown(read(text)) == text  # likewise half of a surrogate pair


def test_the_longest_and_one_more() -> None:
    assert len(split("a" * 153 * PARTS_MAX).parts) == PARTS_MAX
    with pytest.raises(TextTooLong):
        split("a" * (153 * PARTS_MAX + 1))


@given(digits=st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True))
def test_every_international_number(digits: str) -> None:
    (part,) = read("ja", f"+{digits}")
    assert part.number == f"+{digits}"


@pytest.mark.parametrize("number", ["", "90000000", "+0123456789", "+47 90000000", "+12345", "x"])
def test_what_is_no_international_number(number: str) -> None:
    with pytest.raises(ValueError, match="a number is written as"):
        submits(number, "ja", validity=timedelta(hours=1), reference=0)


def test_a_report_is_asked_for_and_the_validity_is_said() -> None:
    (part,) = read("ja")
    assert part.report_wanted
    assert part.valid_for == timedelta(hours=4)
    quiet = submits(NUMBER, "ja", validity=timedelta(hours=4), reference=0, report=False)[0]
    assert not read_submit(quiet.pdu, quiet.length).report_wanted


@given(minutes=st.integers(1, 63 * 7 * 24 * 60))
def test_the_validity_is_never_shorter_and_at_most_one_step_longer(minutes: int) -> None:
    wanted = timedelta(minutes=minutes)
    sent = submits(NUMBER, "ja", validity=wanted, reference=0)[0]
    said = read_submit(sent.pdu, sent.length).valid_for
    assert said is not None
    assert said >= wanted
    code = relative_validity(wanted)
    if code:
        step = timedelta(minutes=5), timedelta(minutes=30), timedelta(days=1), timedelta(weeks=1)
        assert said - wanted < step[(code > 143) + (code > 167) + (code > 196)]


def test_a_longer_validity_than_there_is() -> None:
    assert relative_validity(timedelta(weeks=100)) == 255


def test_the_octets_of_a_message_as_a_book_has_them() -> None:
    (sent,) = submits("+46708251358", "hellohello", validity=timedelta(days=4), reference=0)
    # Without a service centre: SUBMIT with validity and report, +46708251358, GSM alphabet, 4 days.
    assert sent.pdu == "0031000B916407281553F80000AA0AE8329BFD4697D9EC37"
    assert sent.length == 23
