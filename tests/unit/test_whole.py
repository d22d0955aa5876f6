"""A file that is put whole: what was there before or all of the new one, wherever it is cut."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from heimvakt.whole import BESIDE, put_whole

STEPS = ("unlink", "open", "fchmod", "fsync", "replace")
"""As they come. Whatever stops at one of them leaves what was there."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "home" / "state.json"
    file.parent.mkdir()
    file.write_bytes(b"before")
    return file


def names(file: Path) -> list[str]:
    return sorted(one.name for one in file.parent.iterdir())


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o664])
def test_it_has_the_mode_that_is_wanted_whatever_the_mask_is(file: Path, mode: int) -> None:
    before = os.umask(0o077)
    try:
        put_whole(file, b"after", mode=mode)
    finally:
        os.umask(before)
    assert file.read_bytes() == b"after"
    assert stat.S_IMODE(file.stat().st_mode) == mode
    assert names(file) == [file.name]


def test_it_belongs_to_whom_it_should_where_root_puts_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "fchown", lambda _, user, group: given.append((user, group)))
    owner = file.stat()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    put_whole(file, b"after")
    assert given == [], "to nobody else where nobody is named"
    put_whole(file, b"after", owner=owner)
    monkeypatch.setattr(os, "geteuid", lambda: 1_000)
    put_whole(file, b"after", owner=owner)
    assert given == [(owner.st_uid, owner.st_gid)], "and others cannot give away what is theirs"


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_whatever_fails_leaves_what_was_there_and_nothing_beside_it(
    file: Path, monkeypatch: pytest.MonkeyPatch, step: str, failure: BaseException
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise failure

    with monkeypatch.context() as here:
        here.setattr(os, step, fail)
        with pytest.raises(type(failure)):
            put_whole(file, b"after")
    assert file.read_bytes() == b"before"
    assert names(file) == [file.name]


def test_it_is_on_the_disk_before_it_has_its_name_and_the_name_before_it_returns(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync, replace = os.fsync, os.replace

    def flush(end: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(end).st_mode) else "file")
        assert os.fstat(end).st_size == len(b"after") or done[-1] == "folder"
        fsync(end)

    def rename(*paths: Any) -> None:
        done.append("name")
        replace(*paths)

    monkeypatch.setattr(os, "fsync", flush)
    monkeypatch.setattr(os, "replace", rename)
    put_whole(file, b"after")
    assert done == ["file", "name", "folder"]


@pytest.mark.parametrize("what", ["left by a kill", "link", "hard link", "pipe"])
def test_what_lies_in_its_way_is_not_written_into(file: Path, tmp_path: Path, what: str) -> None:
    other, beside = tmp_path / "other", file.with_name(file.name + BESIDE)
    other.write_bytes(b"somebody else's")
    match what:
        case "left by a kill":
            beside.write_bytes(b"half of")
            beside.chmod(0o666)
        case "link":
            beside.symlink_to(other)
        case "hard link":
            beside.hardlink_to(other)
        case "pipe":
            os.mkfifo(beside)
    put_whole(file, b"after")
    assert file.read_bytes() == b"after"
    assert stat.S_IMODE(file.lstat().st_mode) == 0o600
    assert names(file) == [file.name]
    assert other.read_bytes() == b"somebody else's"
