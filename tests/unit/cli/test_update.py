"""`heimvakt update`: keys and bundles at a desk, and what it says when something is wrong."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from heimvakt.cli import update
from heimvakt.updates import state_file
from heimvakt.updates.bundle import begin
from heimvakt.updates.manifest import claimed
from tests.support.model_box import Box, home_text
from tests.support.updates import ROOT_KEY, a_program, configuration_bundle

RUNNER = CliRunner()


def said(*words: object) -> tuple[int, str]:
    """What it ends with, and all that it says; never a traceback."""
    done = RUNNER.invoke(update.group, [*map(str, words)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "fleet.jwk"
    code, shown = said("keygen", "--name", "fleet-2026", "--key", file)
    assert code == 0
    assert shown.startswith('[updates.keys.fleet-2026]\nkey = "')
    assert shown.endswith('may = ["configuration", "program"]\n')
    assert file.stat().st_mode & 0o777 == 0o600
    return file


def test_a_key_is_never_written_over(key: Path) -> None:
    code, shown = said("keygen", "--name", "other", "--key", key)
    assert (code, "never written over" in shown) == (1, True)


def test_a_file_of_a_home_is_signed_for_its_gateway(key: Path, tmp_path: Path) -> None:
    (tmp_path / "home.toml").write_text(home_text())
    code, shown = said("make", tmp_path / "home.toml", "--key", key, "--out", tmp_path)
    assert code == 0, shown
    (made,) = tmp_path.glob("no-1-configuration-*.heimvakt")
    with made.open("rb") as stream:
        manifest = claimed(begin(stream).token)
    assert manifest is not None
    assert (manifest.for_, manifest.serial) == ("no-1", manifest.made_at)

    code, shown = said(
        *("make", tmp_path / "home.toml", "--key", key, "--for", "no-2", "--out", tmp_path)
    )
    assert (code, "is the file of no-1, not of no-2" in shown) == (1, True)


@pytest.mark.parametrize(
    ("what", "more", "code", "why"),
    [
        ("nothing.toml", (), 2, "does not exist"),
        ("wrong.toml", (), 1, "wrong.toml"),
        ("fleet.jwk", (), 1, "fleet.jwk"),
        ("folder", (), 2, "say for which machine it is"),
        ("folder", ("--arch", "arm64"), 1, "is no program"),
        ("home.toml", ("--note", "a\nb"), 1, "note"),
        ("home.toml", ("--serial", "99999999999"), 1, "serial"),
        ("home.toml", ("--out", "/nowhere/x"), 1, "No such file"),
    ],
)
def test_what_cannot_be_made_is_told(
    key: Path, tmp_path: Path, what: str, more: tuple[str, ...], code: int, why: str
) -> None:
    (tmp_path / "home.toml").write_text(home_text())
    (tmp_path / "wrong.toml").write_text("version = [")
    (tmp_path / "folder").mkdir()
    ended, shown = said("make", tmp_path / what, "--key", key, *more)
    assert ended == code, shown
    assert why in " ".join(shown.split())


def test_a_key_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "home.toml").write_text(home_text())
    code, shown = said("make", tmp_path / "home.toml", "--key", tmp_path / "home.toml")
    assert (code, "make one with: heimvakt update keygen" in shown) == (1, True)


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not installed")
def test_a_package_becomes_a_bundle_for_its_machine(key: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    a_program(tree / "usr/lib/heimvakt", "1.4.0")
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN" / "control").write_text(
        "Package: heimvakt\nVersion: 1.4.0\nArchitecture: arm64\n"
        "Maintainer: nobody <nobody@example.test>\nDescription: x\n"
    )
    package = tmp_path / "heimvakt.deb"
    subprocess.run(["dpkg-deb", "-b", tree, package], check=True, capture_output=True)
    code, shown = said("make", package, "--key", key, "--out", tmp_path)
    assert code == 0, shown
    assert "heimvakt-1.4.0-arm64.heimvakt: program 1.4.0 for arm64" in shown
    (tmp_path / "wrong.deb").write_bytes(b"no package")
    code, shown = said("make", tmp_path / "wrong.deb", "--key", key)
    assert (code, "cannot be unpacked" in shown) == (1, True)


def test_a_bundle_of_a_stranger_is_told(tmp_path: Path) -> None:
    box = Box(tmp_path)
    bundle = tmp_path / "x.heimvakt"
    bundle.write_bytes(configuration_bundle(home_text(), 5, ROOT_KEY))
    where = ("--home-file", box.file, "--folder", box.updates)
    code, shown = said("check", bundle, *where)
    assert (code, "signed by root-2026: it may be put in place here" in shown) == (0, True)
    box.file.write_text(home_text(keys=""))
    code, shown = said("check", bundle, *where)
    assert (code, "the home knows no such key" in shown) == (1, True)
    assert "[updates.keys.NAME]" in shown
    box.file.unlink()
    code, shown = said("check", bundle, *where)
    assert (code, "the file of the home cannot be read" in shown) == (1, True)


async def test_status_says_what_is_on_and_what_was(tmp_path: Path) -> None:
    box = Box(tmp_path)
    where = ("--folder", box.updates, "--socket", tmp_path / "none")
    assert "nothing was ever changed by a bundle" in said("status", *where)[1]
    box.alarms = ("no-1-7",)
    box.hand_over(configuration_bundle(home_text("# another room"), 5))
    shown: list[str] = []

    def look() -> None:
        if box.looks == 3:
            shown.append(said("status", *where)[1])
            box.alarms = ()
        if (on := state_file.look(box.updates).change) is not None and on.stage == "trying":
            shown.append(said("status", *where)[1])

    box.on_look = look
    assert await box.live()
    assert "waiting: the service does not answer" in shown[0]
    assert "on trial: configuration 5, for 15 min at most" in shown[-1]
    assert "kept            configuration 5" in said("status", *where)[1]
    assert '"outcome": "kept"' in said("status", "--json", *where)[1]


def test_what_nobody_takes_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(update, "TAKEN_S", 0.1)
    bundle = tmp_path / "x.heimvakt"
    bundle.write_bytes(b"bundle")
    code, shown = said("apply", bundle, "--folder", tmp_path / "own")
    assert (code, "nobody takes it" in shown) == (3, True)
    code, shown = said("apply", bundle, "--folder", tmp_path / "own")
    assert (code, "something else is asked for already" in shown) == (1, True)


def test_going_back_wants_something_to_go_back_to(tmp_path: Path) -> None:
    assert said("back", "--folder", tmp_path)[0] == 2
    assert said("back", "--program", "--configuration", "--folder", tmp_path)[0] == 2
    code, shown = said("back", "--program", "--folder", tmp_path)
    assert (code, "there is no program to go back to" in shown) == (1, True)


def test_two_updaters_are_one_too_many(tmp_path: Path) -> None:
    with update._alone(tmp_path):
        code, shown = said("serve", "--folder", tmp_path)
    assert (code, "another updater is at work" in shown) == (1, True)
    assert said("serve", "--folder", tmp_path, "--within", "soon")[0] == 2
