"""The wheel as a customer gets it: built, installed in an environment of its own, and run."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest

from heimvakt import __version__

ROOT = Path(__file__).parents[2]
ENTRY_POINTS: dict[str, dict[str, str]] = tomllib.loads((ROOT / "pyproject.toml").read_text())[
    "project"
]["entry-points"]


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, f"{command} exited {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    build = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT)
    run(*build, cwd=out)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of a venv with the wheel in it.

    What the wheel depends on is lent by the running environment, whose packages were installed
    from the lock: fast, and without a network. The folder is lent by a `.pth` file, and `.pth`
    files in lent folders are not read, so the editable install of this project stays out.
    """
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    install = ("--python", python, "install", "-qq", "--no-deps", "--no-index", wheel)
    run(sys.executable, "-m", "pip", *install, cwd=folder)
    purelib = run(
        python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder
    ).strip()
    Path(purelib, "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python.parent


def test_both_packages_are_in_the_wheel_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    metadata = f"heimvakt-{__version__}.dist-info"
    assert {name.partition("/")[0] for name in names} == {"heimvakt", "heimvakt_drivers", metadata}
    assert {"heimvakt/py.typed", "heimvakt_drivers/py.typed"} <= {*names}
    assert f"{metadata}/licenses/LICENSE" in names
    files = {name.rpartition("/")[2] for name in names}
    assert not [file for file in files if file.startswith("test") or file.endswith(".pyc")]


def test_the_wheel_has_every_module_of_both_roots(wheel: Path) -> None:
    names = {*zipfile.ZipFile(wheel).namelist()}
    for root in (ROOT / "gateway", ROOT / "drivers"):
        modules = {str(path.relative_to(root)) for path in root.rglob("*.py")}
        assert modules <= names


def test_what_is_installed_is_the_wheel(installed: Path) -> None:
    code = "import heimvakt, heimvakt_drivers as d; print(heimvakt.__file__, d.__file__)"
    for path in run(installed / "python", "-c", code, cwd=installed).split():
        assert Path(path).is_relative_to(installed.parent)


def test_the_version_has_one_source(installed: Path) -> None:
    code = "from importlib.metadata import version; print(version('heimvakt'))"
    assert run(installed / "python", "-c", code, cwd=installed).strip() == __version__


@pytest.mark.parametrize("driver", ENTRY_POINTS["heimvakt.drivers"])
def test_a_driver_is_found_by_its_entry_point(driver: str, installed: Path) -> None:
    code = (
        "import sys; from importlib.metadata import entry_points\n"
        "(found,) = entry_points(group='heimvakt.drivers', name=sys.argv[1])\n"
        "assert found.load() is not None; print(found.value)"
    )
    value = run(installed / "python", "-c", code, driver, cwd=installed).strip()
    assert value == ENTRY_POINTS["heimvakt.drivers"][driver]


def test_the_command_tells_how_it_is_used(installed: Path) -> None:
    assert "Usage" in run(installed / "heimvakt", "--help", cwd=installed)


def test_a_home_is_begun_from_a_kit_that_is_in_the_wheel(installed: Path, tmp_path: Path) -> None:
    said = ("--kit", "medicine", "--id", "no-1505-004711", "--centre", "mqtts://in.centre.example")
    run(installed / "heimvakt", "init", "home.toml", *said, cwd=tmp_path)
    assert 'id = "no-1505-004711"' in (tmp_path / "home.toml").read_text()


def test_finding_drivers_does_not_import_zigpy(installed: Path) -> None:
    code = (
        "import sys, heimvakt.cli; from importlib.metadata import entry_points\n"
        "list(entry_points(group='heimvakt.drivers')); print('zigpy' in sys.modules)"
    )
    assert run(installed / "python", "-c", code, cwd=installed).strip() == "False"
