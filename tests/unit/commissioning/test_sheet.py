"""What stands on the sheet, and how it is put into HTML and PDF."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.commissioning.code import squares
from heimvakt.commissioning.page import page
from heimvakt.commissioning.paper import paper
from heimvakt.commissioning.record import Record, Step, canonical, digest_of
from heimvakt.commissioning.sheet import Sheet
from heimvakt.commissioning.telling import sheet_of, unit_code
from heimvakt.commissioning.type import Face, broken, coded, width
from heimvakt.core.checks import Outcome
from tests.support.handed import device, record, seen

LEFT = seen(Step.WALK, "front-door", Outcome.FAIL, found="not heard", reason="the wall is of steel")


def sheet(one: Record) -> Sheet:
    return sheet_of(one, digest_of(canonical(one)))


def said(pdf: bytes) -> str:
    """All that stands in a PDF, in its order."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    texts: list[bytes] = []
    for stream in streams:
        texts += re.findall(rb"\((.*?)(?<!\\)\) Tj", zlib.decompress(stream), re.DOTALL)
    return " ".join(re.sub(rb"\\([\\()])", rb"\1", text).decode("cp1252") for text in texts)


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html.partition("</style>")[2])).split())


@pytest.mark.parametrize("form", ["html", "pdf"])
@pytest.mark.parametrize("language", ["nb", "en"])
def test_both_forms_tell_all_of_it_in_the_language_of_the_home(form: str, language: str) -> None:
    one = record(LEFT, language=language)
    made = sheet(one)
    text = words(page(made)) if form == "html" else said(paper(made))
    for part in (
        *("no-1505-004711", "0.3.0", "3f9a 22c1 0b7e 91d4", "installer-12", "4711"),
        *("13:30", "not heard", "the wall is of steel", "front-door", "180", "88 %"),
        *("centre", "broadband, mobile", digest_of(canonical(one))),
    ):
        assert part in text, part
    theirs = {
        "nb": ("Én ting står igjen", "Beboer eller pårørende", "Gåprøve", "1,2 s", "Underskrift"),
        "en": ("One thing remains", "Resident or next of kin", "Walk test", "1.2 s", "Signature"),
    }
    assert all(part in text for part in theirs[language])
    other = "en" if language == "nb" else "nb"
    assert not any(part in text for part in theirs[other])


def test_nothing_is_claimed_that_was_not_seen() -> None:
    nothing = replace(record(), seen=(), devices=())
    text = words(page(sheet(nothing)))
    # Nothing to pair, to walk to or to press: so it is. The others belong to every home.
    assert "no button in this home" in text
    assert text.count("Not tried") == 2 * 3
    assert "3 things remain" in text
    unpaired = replace(record(), seen=(), devices=(device("pendant", "button", address=""),))
    assert "no button in this home" not in words(page(sheet(unpaired)))


def test_a_good_home_says_so_and_a_bad_one_does_not() -> None:
    assert "Everything was tried, and all of it worked" in page(sheet(record()))
    assert "Everything was tried" not in page(sheet(record(LEFT)))
    assert "What remains" not in page(sheet(record()))


def test_the_page_is_of_one_piece_and_what_somebody_typed_is_only_text() -> None:
    evil = replace(LEFT, reason="<script>alert(1)</script>")
    html = page(sheet(record(evil)))
    assert "<script" not in html
    assert not re.search(r"(?:src|href)\s*=|url\(|@import|https?://", html)
    assert "&lt;script&gt;" in html


def test_a_large_home_takes_several_pages_and_each_says_which_it_is() -> None:
    many = tuple(device(f"sensor-{number}", "motion") for number in range(120))
    pdf = paper(sheet(replace(record(), devices=many)))
    text = said(pdf)
    pages = pdf.count(b"/Type /Page/") + pdf.count(b"/Type /Page\n")
    assert all(f"sensor-{number} " in text for number in range(120))
    assert pages >= 3
    assert f"{pages}/{pages}" in text


def test_the_same_record_makes_the_same_files() -> None:
    assert page(sheet(record(LEFT))) == page(sheet(record(LEFT)))
    assert paper(sheet(record(LEFT))) == paper(sheet(record(LEFT)))


def test_the_code_names_the_unit_its_software_and_its_configuration() -> None:
    code = unit_code(record())
    assert code == "heimvakt:no-1505-004711?version=0.3.0&configuration=3f9a22c10b7e91d4"
    rows = squares(code)
    assert {len(row) for row in rows} == {len(rows)}
    finder = [all(rows[0][:7]), any(rows[1][1:6]), all(rows[2][2:5])]
    assert finder == [True, False, True], "as ISO/IEC 18004 has it in three corners"


LETTERS: Any = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])


@given(st.text(LETTERS, max_size=200), st.floats(30, 300), st.sampled_from(Face))
def test_no_line_is_wider_than_its_room_and_no_letter_is_lost(
    text: str, room: float, face: Face
) -> None:
    lines = broken(text, room, 9, face)
    for line in lines:
        assert width(line, 9, face) <= room
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_letters_of_norway_are_there_and_others_lose_their_accent() -> None:
    assert coded("Blåbærsyltetøy – Ærøs Å").decode("cp1252") == "Blåbærsyltetøy – Ærøs Å"
    assert coded("Čáhput 漢") == "Cáhput ?".encode("cp1252")
