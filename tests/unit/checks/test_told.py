"""What a self-test has found, as people and programs read it: lines, a page, JUnit, files."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from heimvakt.checks import kept
from heimvakt.checks.junit import junit
from heimvakt.checks.kept import FOLDER, KEPT, keep
from heimvakt.checks.lines import part_lines
from heimvakt.checks.page import page
from heimvakt.core.checks import Outcome
from heimvakt.core.codec import decode
from heimvakt.core.self_test import SelfTest, summary
from heimvakt.core.words import Words
from tests.support.self_test import one_that_was_done

TEST = one_that_was_done()


def test_as_lines_what_is_wrong_says_its_limit_and_what_to_do() -> None:
    _, link, modem, battery = TEST.results
    assert part_lines([link, battery], "en", 12) == [
        "  WARN     hall-motion  LQI 38 (limit 60 LQI): move it, or add a repeater",
        "  SKIPPED  hall-motion  battery: told of no battery",
    ]
    assert part_lines([modem], "en", 12) == [
        "  FAIL     mobile       the SIM asks for its PIN: write it into the file <home.toml>"
    ]
    assert "(grense 60 LQI): flytt det" in part_lines([link], "nb", 12)[0]


@pytest.mark.parametrize(("measured", "limit"), [(38.0, 60), (20.0, 60), (12.0, 20)])
def test_the_limit_that_is_said_is_the_one_that_was_met(measured: float, limit: int) -> None:
    link = replace(TEST.results[1], measured=measured)
    assert f"(limit {limit} LQI)" in part_lines([link], "en", 12)[0]
    assert f"<td>{limit} LQI</td>" in page(replace(TEST, results=(link,)))


def test_what_is_well_of_one_part_stands_in_one_line() -> None:
    flush = TEST.results[0]
    room = replace(flush, check_id="store/free", text=Words(nb="3 GiB", en="3.1 GiB free"))
    (line,) = part_lines([flush, room], "en", 6)
    assert line == "  PASS     store  write and flush 6 ms (limit 50 ms)   3.1 GiB free"


def test_the_numbers_are_said_in_both_languages() -> None:
    assert summary(TEST.results).en == "1 check passed, 1 warning, 1 failed, 1 skipped"
    assert summary(()).nb == "0 kontroller bestått, 0 advarsler, 0 feilet, 0 utelatt"


@pytest.mark.parametrize("language", ["nb", "en"])
def test_the_page_has_all_of_it_and_needs_nothing_from_elsewhere(language: str) -> None:
    made = page(replace(TEST, language=language))
    assert made.count("<tr class=") == len(TEST.results)
    assert made.index('class="fail"') < made.index('class="warn"') < made.index('class="pass"')
    assert "&lt;home.toml&gt;" in page(TEST), "what is not ours is no markup"
    for word in ("<script", "http:", "https:", "src=", "url("):
        assert word not in made
    alone = page(replace(TEST, with_service=False, language=language))
    assert ("not tried" if language == "en" else "ikke prøvd") in alone


def test_as_junit_each_check_is_a_case_that_every_reader_understands() -> None:
    broken = replace(TEST.results[1], text=Words(nb="x", en="says \x00 <of> itself"))
    suite = ElementTree.fromstring(junit(replace(TEST, results=(*TEST.results, broken))))[0]
    assert suite.attrib["tests"] == "5"
    assert suite.attrib["failures"] == "1"
    assert suite.attrib["skipped"] == "1"
    cases = {case.attrib["name"]: [part.tag for part in case] for case in suite}
    assert cases == {
        "store/flush": ["system-out"],
        "device/hall-motion/link": ["system-out"],
        "path/mobile/signal": ["failure"],
        "device/hall-motion/battery": ["skipped"],
    }
    (failure,) = suite.iter("failure")
    assert failure.attrib["message"] == "the SIM asks for its PIN"


def test_the_last_ones_are_kept_whole_and_the_oldest_goes(tmp_path: Path) -> None:
    days = [TEST.began_at + timedelta(days=day) for day in range(KEPT + 3)]
    files = [keep(tmp_path, replace(TEST, began_at=day)) for day in days]
    file = files[-1]
    assert file.exists()
    folder = tmp_path / FOLDER
    assert len(list(folder.glob("*.html"))) == len(list(folder.glob("*.json"))) == KEPT
    assert sorted(folder.iterdir())[-1].stem == file.stem
    stored = json.loads(file.with_suffix(".json").read_text())
    assert decode(SelfTest, stored).of(Outcome.FAIL) == TEST.of(Outcome.FAIL)

    early = keep(tmp_path, replace(TEST, began_at=TEST.began_at - timedelta(days=900)))
    assert early.exists(), "a clock that was wrong does not lose what was just done"
    assert len(list(folder.iterdir())) == 2 * KEPT


def took(file: Path) -> float:
    """By which the reports of these tests are told apart."""
    report: SelfTest = decode(SelfTest, json.loads(file.with_suffix(".json").read_text()))
    return report.took_s


def test_those_of_one_second_are_all_kept_and_stand_in_the_order_in_which_they_were_done(
    tmp_path: Path,
) -> None:
    before = keep(tmp_path, replace(TEST, began_at=TEST.began_at - timedelta(seconds=1)))
    same = [keep(tmp_path, replace(TEST, took_s=float(number))) for number in range(KEPT + 5)]
    after = keep(tmp_path, replace(TEST, began_at=TEST.began_at + timedelta(seconds=1)))
    assert not before.exists(), "the oldest went"
    for form in ("json", "html"):
        there = sorted((tmp_path / FOLDER).glob(f"*.{form}"))
        assert [file.stem for file in there] == [file.stem for file in (*same, after)][-KEPT:]
    assert [took(file) for file in same[6:]] == [float(n) for n in range(6, KEPT + 5)]


def test_what_somebody_has_laid_beside_them_is_not_written_over(tmp_path: Path) -> None:
    first = keep(tmp_path, TEST)
    copy = first.with_name(f"{first.stem}-copy.html")
    first.rename(copy)
    second = keep(tmp_path, TEST)
    assert second.exists()
    assert copy.read_text() == second.read_text()


def test_two_that_end_together_both_have_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without taking turns the second would look for a name before the first has its file."""
    put, at_it, files = kept.put_report, threading.Event(), list[Path]()
    second = threading.Thread(target=lambda: files.append(keep(tmp_path, replace(TEST, took_s=2))))

    def slow(*of: object) -> None:
        if threading.current_thread() is second:
            at_it.set()
        elif not second.ident:
            second.start()
            at_it.wait(0.2)  # it does not come, as it is not its turn
        put(*of)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(kept, "put_report", slow)
    files.append(keep(tmp_path, replace(TEST, took_s=1)))
    second.join(30)
    assert sorted(took(file) for file in files) == [1, 2]
    assert len(list((tmp_path / FOLDER).iterdir())) == 4
