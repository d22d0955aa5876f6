"""Which configuration a start takes: the file, the file without what is wrong, or the last good."""

from __future__ import annotations

from pathlib import Path

import pytest

from heimvakt.app.home_file import LAST_GOOD, HomeFile, NotUsed, keep
from heimvakt.config.findings import Finding
from tests.unit.config.homes import CATALOGUE, GOOD

BAD_RULE = GOOD.replace('"23:00-06:00"', '"23-6"')
BAD_DEVICE = GOOD.replace('address = "01"', 'address = "bad"')


class Desk:
    """A file, a folder for the state, and what was told."""

    def __init__(self, folder: Path) -> None:
        self.file, self.state = folder / "home.toml", folder / "state"
        self.state.mkdir()
        self.told: list[Finding] = []
        self.home = HomeFile(self.file, self.state, lambda: CATALOGUE, self.told.extend)

    def write(self, text: str) -> None:
        self.file.write_text(text, encoding="utf-8")

    def used(self, text: str) -> None:
        """The gateway has taken this."""
        self.write(text)
        keep(self.file, self.state, self.home.read())

    @property
    def kept(self) -> str | None:
        file = self.state / LAST_GOOD
        return file.read_text(encoding="utf-8") if file.exists() else None


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_good_file_is_used_and_kept_for_nobody_else_to_read(desk: Desk) -> None:
    desk.used(GOOD)
    assert desk.kept == GOOD
    assert (desk.state / LAST_GOOD).stat().st_mode & 0o777 == 0o600
    assert desk.home.begin().refused == ""


def test_a_bad_file_gives_way_to_the_last_good_one_and_that_is_told(desk: Desk) -> None:
    desk.used(GOOD)
    desk.write(BAD_RULE)
    begun = desk.home.begin()
    assert "rules.night-wandering.between" in begun.refused
    assert "night-wandering" in {rule.rule_id for rule in begun.rules}
    assert [finding.path[0] for finding in desk.told] == ["rules"]
    with pytest.raises(NotUsed, match="night-wandering"):
        desk.home.read()


@pytest.mark.parametrize("text", [BAD_RULE, "", "version = ", None])
def test_without_any_good_one_there_is_none(desk: Desk, text: str | None) -> None:
    if text is not None:
        desk.write(text)
    with pytest.raises(NotUsed):
        desk.home.begin()


def test_a_file_that_is_gone_gives_way_too(desk: Desk) -> None:
    desk.used(GOOD)
    desk.file.unlink()
    assert "no such file" in desk.home.begin().refused


def test_a_bad_device_gives_no_way_and_is_not_kept(desk: Desk) -> None:
    desk.used(GOOD)
    desk.used(BAD_DEVICE)
    begun = desk.home.begin()
    assert begun.refused == ""
    assert [one.where for one in begun.unusable] == ["devices.bed"]
    assert desk.kept == GOOD


def test_what_was_changed_since_it_was_read_is_not_kept(desk: Desk) -> None:
    desk.write(GOOD)
    read = desk.home.read()
    desk.write(GOOD + "# half of a change\n")
    keep(desk.file, desk.state, read)
    assert desk.kept is None


def test_what_is_there_already_is_not_written_again(desk: Desk) -> None:
    desk.used(GOOD)
    before = (desk.state / LAST_GOOD).stat().st_ino
    desk.used(GOOD)
    assert (desk.state / LAST_GOOD).stat().st_ino == before


def test_a_folder_that_takes_nothing_stops_nobody(desk: Desk) -> None:
    (desk.state / LAST_GOOD).mkdir()
    desk.used(GOOD)
    assert desk.home.read().refused == ""


def test_what_was_last_good_under_another_version_may_be_good_no_more(desk: Desk) -> None:
    (desk.state / LAST_GOOD).write_text(BAD_RULE)
    desk.write(BAD_RULE)
    with pytest.raises(NotUsed):
        desk.home.begin()
