"""A program is unpacked into its own folder and nowhere else, and never more than was said."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from heimvakt.updates import making, unpacking
from heimvakt.updates.refusing import Refused
from heimvakt.updates.slots import PYTHON, Slots
from heimvakt.updates.unpacking import unpack
from tests.support.updates import MADE_AT, a_program

FILE, DIR = tarfile.REGTYPE, tarfile.DIRTYPE


def packed(*members: tuple[str, bytes, bytes]) -> io.BytesIO:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:xz") as tar:
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type, info.size, info.linkname = kind, len(content), "/etc/passwd"
            info.mode = 0o6777
            tar.addfile(info, io.BytesIO(content))
    out.seek(0)
    return out


def test_a_program_comes_out_as_it_went_in(tmp_path: Path) -> None:
    tree = a_program(tmp_path / "tree", "1.4.0")
    archive = io.BytesIO()
    said = making.Said(serial=1, made_at=MADE_AT, arch="arm64")
    manifest = making.of_program(tree, archive, said)
    assert (manifest.version, manifest.arch) == ("1.4.0", "arm64")
    slots = Slots(tmp_path / "own", tree)
    (tmp_path / "own").mkdir()
    archive.seek(0)
    slots.fill("a", archive, unpacked=manifest.unpacked or 0)
    for file in (path for path in tree.rglob("*") if path.is_file()):
        other = tmp_path / "own" / "a" / file.relative_to(tree)
        assert other.read_bytes() == file.read_bytes()
        assert (other.stat().st_mode & 0o111 != 0) == (file.stat().st_mode & 0o100 != 0)
    assert (tmp_path / "own/a/bin/python3").readlink() == (tree / "bin/python3").readlink()
    assert slots.version("a") == "1.4.0"


def test_where_python_is_is_said_from_where_the_base_is(tmp_path: Path) -> None:
    base = a_program(tmp_path / "usr" / "lib" / "heimvakt")
    link = base / "bin" / "python3"
    link.unlink()
    link.symlink_to("../../../bin/python3.11")
    slots = Slots(tmp_path / "own", base)
    (tmp_path / "own").mkdir()
    archive = io.BytesIO()
    manifest = making.of_program(base, archive, making.Said(serial=1, made_at=MADE_AT, arch="x"))
    archive.seek(0)
    slots.fill("a", archive, unpacked=manifest.unpacked or 0)
    assert (tmp_path / "own/a/bin/python3").readlink() == tmp_path / "usr/bin/python3.11"


@pytest.mark.parametrize(
    "name",
    [
        "/etc/cron.d/x",
        "../x",
        "lib/../../x",
        "bin/python3",
        "x" * 1_001,
        "x" * 300,
        "a/" + "é" * 130,
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    (own := tmp_path / "own").mkdir()
    with pytest.raises(Refused):
        unpack(packed((name, FILE, b"x")), own, longest=10, python="/usr/bin/python3")
    assert [path.name for path in tmp_path.iterdir()] == ["own"]


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE],
)
def test_links_and_devices_are_refused(tmp_path: Path, kind: bytes) -> None:
    with pytest.raises(Refused, match="no regular file"):
        unpack(packed(("lib/x", kind, b"")), tmp_path, longest=10, python="/usr/bin/python3")


def test_no_more_is_unpacked_than_was_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MEMBERS_MAX", 2)
    zeros = packed(("x", FILE, bytes(1 << 20)))
    assert len(zeros.getvalue()) < 1_000, "it has to be small to be a trap"
    with pytest.raises(Refused, match="more in the program than its manifest says"):
        unpack(zeros, tmp_path, longest=1_000, python="/usr/bin/python3")
    many = packed(*((f"f{number}", FILE, b"") for number in range(3)))
    with pytest.raises(Refused, match="more than 2 files"):
        unpack(many, tmp_path, longest=1_000, python="/usr/bin/python3")


def test_a_file_that_stands_there_twice_or_is_cut_off_is_refused(tmp_path: Path) -> None:
    twice = packed(("x", FILE, b"1"), ("x", FILE, b"2"))
    with pytest.raises(Refused, match="stands twice"):
        unpack(twice, tmp_path, longest=10, python="/usr/bin/python3")
    whole = packed(("y", FILE, bytes(range(256)) * 20)).getvalue()
    with pytest.raises(Refused, match="cannot be unpacked"):
        unpack(io.BytesIO(whole[:-100]), tmp_path, longest=10_000, python="/usr/bin/python3")


def test_rights_of_files_are_ours_and_not_the_archives(tmp_path: Path) -> None:
    archive = packed(("lib", DIR, b""), ("lib/x", FILE, b"x"))
    unpack(archive, tmp_path, longest=10, python="/usr/bin/python3")
    assert (tmp_path / "lib/x").stat().st_mode & 0o7777 == 0o755
    assert (tmp_path / "lib").stat().st_mode & 0o7777 == 0o755


def test_what_is_no_program_of_this_python_fills_no_slot(tmp_path: Path) -> None:
    slots = Slots(tmp_path / "own", a_program(tmp_path / "base"))
    (tmp_path / "own").mkdir()
    wrong = packed(("bin/heimvakt", FILE, b"x"), ("lib/python2.7/site-packages/x", FILE, b""))
    with pytest.raises(Refused, match=f"no program for {PYTHON}"):
        slots.fill("a", wrong, unpacked=100)
    assert list((tmp_path / "own").iterdir()) == []


def test_a_link_that_says_something_else_means_the_package(tmp_path: Path) -> None:
    slots = Slots(tmp_path, a_program(tmp_path / "base", "1.0.0"))
    for target in ("c", "../base", "/usr", "a"):
        (tmp_path / "active").symlink_to(target)
        assert slots.active == "", target
        (tmp_path / "active").unlink()
    assert slots.version(slots.active) == "1.0.0"
    a_program(tmp_path / "a", "1.1.0")
    slots.switch("a")
    assert (slots.active, slots.free()) == ("a", "b")
    slots.switch("")
    assert (slots.active, slots.free()) == ("", "a")
