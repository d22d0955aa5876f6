"""A hand-over on the disk."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from heimvakt.commissioning.kept import KEPT, UNFINISHED, Busy, Desk
from heimvakt.commissioning.record import Progress, Step
from tests.support.handed import AT, seen

PROGRESS = Progress(by="installer-12", began_at=AT, seen=(seen(Step.WALK, "bed", seconds=0.4),))


def test_what_was_kept_is_there_after_a_power_cut_and_gone_when_it_is_over(tmp_path: Path) -> None:
    with Desk(tmp_path).open():
        assert Desk(tmp_path).unfinished() is None
        Desk(tmp_path).keep(PROGRESS)
    with (again := Desk(tmp_path)).open():
        assert again.unfinished() == PROGRESS
        again.forget()
        assert again.unfinished() is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"by": "x"}', "\0" * 4096])
def test_what_cannot_be_read_begins_anew(content: str, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with desk.open():
        (desk.folder / UNFINISHED).write_text(content)
        assert desk.unfinished() is None


def test_one_installer_at_a_time(tmp_path: Path) -> None:
    with Desk(tmp_path).open(), pytest.raises(Busy), Desk(tmp_path).open():
        pass
    with Desk(tmp_path).open():
        pass  # when he is done the next may begin


def test_the_oldest_sheets_go_and_the_new_one_stays_whatever_the_clock_says(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    with desk.open():
        desk.keep(PROGRESS)
        for day in range(KEPT + 3):
            desk.file(AT + timedelta(days=day), b"{}", b"<p>", b"%PDF")
        last = desk.file(AT - timedelta(days=900), b"{}", b"<p>", b"%PDF")
        assert last.page.exists()
        for suffix in ("json", "html", "pdf"):
            assert len(list(desk.folder.glob(f"2*.{suffix}"))) == KEPT
        assert desk.unfinished() == PROGRESS
        last.discard()
        assert not last.paper.exists()
