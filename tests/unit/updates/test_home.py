"""The file of the home is put in place and back for the same eyes, and never lost."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from heimvakt.updates.home import HomeFile
from heimvakt.updates.trust import digest_of

BEFORE, AFTER = b"version = 1\n", b"version = 1\n# new\n"


@pytest.fixture
def home(tmp_path: Path) -> HomeFile:
    (tmp_path / "etc").mkdir()
    (tmp_path / "own").mkdir()
    (tmp_path / "etc" / "home.toml").write_bytes(BEFORE)
    (tmp_path / "etc" / "home.toml").chmod(0o640)
    return HomeFile(tmp_path / "etc" / "home.toml", tmp_path / "own")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_comes_back_and_what_was_tried_stands_beside_it(home: HomeFile, tmp_path: Path) -> None:
    home.remember()
    home.put(AFTER)
    assert (home.content(), mode(home.path)) == (AFTER, 0o640)
    assert mode(tmp_path / "own" / "home.toml.before") == 0o600
    for _ in range(2):  # a power cut may come in between
        assert home.put_back(digest_of(BEFORE))
        assert (home.content(), mode(home.path)) == (BEFORE, 0o640)
        assert home.path.with_name("home.toml.returned").read_bytes() == AFTER


def test_a_file_that_is_gone_comes_back_for_the_service_to_read(home: HomeFile) -> None:
    home.remember()
    home.path.unlink()
    assert home.put_back(digest_of(BEFORE))
    assert (home.content(), mode(home.path)) == (BEFORE, 0o640)
    if os.geteuid() == 0:
        assert home.path.stat().st_gid == home.path.parent.stat().st_gid


@pytest.mark.parametrize("kept", [None, b"damaged"])
def test_what_is_not_what_it_was_is_not_put_back(
    home: HomeFile, tmp_path: Path, kept: bytes | None
) -> None:
    home.put(AFTER)
    if kept is not None:
        (tmp_path / "own" / "home.toml.before").write_bytes(kept)
    assert not home.put_back(digest_of(BEFORE))
    assert home.content() == AFTER


def test_a_name_that_is_a_link_stays_one(home: HomeFile, tmp_path: Path) -> None:
    link = tmp_path / "home.toml"
    link.symlink_to(home.path)
    named = HomeFile(link, tmp_path / "own")
    named.remember()
    named.put(AFTER)
    assert link.is_symlink()
    assert home.content() == AFTER
    assert named.put_back(digest_of(BEFORE))
    assert (link.is_symlink(), home.content()) == (True, BEFORE)
