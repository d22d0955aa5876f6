"""What a person is told of a bundle, and what the command ends with."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from heimvakt.cli.diagnostics_words import PARTS
from heimvakt.cli.root import app
from heimvakt.diagnostics import machine


@pytest.fixture(autouse=True)
def _no_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is the same on each machine, and slow to ask."""
    monkeypatch.setattr(machine, "unit", lambda: "ActiveState=active")
    monkeypatch.setattr(machine, "versions", dict)


def said(folder: Path, *more: object) -> tuple[int, str]:
    places = ("--state", folder, "--config", folder / "none.toml", "--socket", folder / "none")
    arguments = ("diagnostics", *places, "--log", folder / "none.log", *more)
    ended = CliRunner().invoke(app, [str(one) for one in arguments])
    return ended.exit_code, ended.output


def test_it_says_what_is_in_it_and_what_not(tmp_path: Path) -> None:
    out = tmp_path / "bundle.tar.gz"
    code, told = said(tmp_path, "--out", out)
    assert code == 0
    assert "manifest.json" in told
    assert "could not be had: NotThere: no service answers" in told
    assert "taken out:\n  passwords" in told
    assert f"{out}: {out.stat().st_size:,} B" in told
    code, told = said(tmp_path, "--out", out)
    assert (code, "is there already" in told) == (2, True)


def test_a_trial_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, told = said(tmp_path, "--dry-run", "--json")
    assert code == 0
    assert json.loads(told)["file"] is None
    assert not list(tmp_path.glob("*.tar.gz"))


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    code, told = said(tmp_path, "--out", tmp_path / "nowhere" / "bundle.tar.gz")
    assert (code, "No such file or directory" in told) == (1, True)


def test_what_happened_in_the_home_is_not_added_without_a_word(tmp_path: Path) -> None:
    out = tmp_path / "bundle.tar.gz"
    code, told = said(tmp_path, "--with-events", "2", "--out", out)
    assert code == 2
    assert "the one who lives there" in told
    assert not out.exists()
    code, told = said(tmp_path, "--with-events", "2", "--yes", "--out", out)
    assert code == 0
    assert "WHAT HAPPENED IN THE HOME" in told


def test_it_speaks_the_language_of_the_home_and_the_bundle_that_of_its_readers(
    tmp_path: Path,
) -> None:
    (tmp_path / "none.toml").write_text('[gateway]\nlanguage = "nb"\nid = 7\n', encoding="utf-8")
    out = tmp_path / "bundle.tar.gz"
    code, told = said(tmp_path, "--out", out)
    assert code == 0
    assert "tatt ut:\n  passord" in told
    with tarfile.open(out) as archive:
        names = [name.rpartition("/")[2] for name in archive.getnames()]
        manifest = archive.extractfile(archive.getnames()[0])
        assert manifest is not None
        assert json.load(manifest)["taken_out"][0].startswith("passwords")
    assert set(names) == set(PARTS) - {"events.jsonl"}, "each has its words"
    code, told = said(tmp_path, "--with-events", "2", "--out", tmp_path / "another.tar.gz")
    assert (code, "den som bor der" in told) == (2, True)
