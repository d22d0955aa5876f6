"""What the package is made of, as far as it can be known without building it."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest
from packaging.utils import canonicalize_name

from benchmarks.hosts import AS_BY_THE_LAUNCHER, AS_BY_THE_UNIT
from heimvakt.cli.root import VERBS
from tests.support.units import UNITS

ROOT = Path(__file__).parents[2]
DEBIAN = ROOT / "packaging/debian"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    loader = SourceFileLoader("package_tool", str(ROOT / "tools/package"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    made = importlib.util.module_from_spec(spec)
    loader.exec_module(made)
    return made


@pytest.mark.parametrize("arch", ["amd64", "arm64"])
def test_all_that_the_gateway_needs_comes_along_and_no_tool_of_ours(
    tool: ModuleType, arch: str
) -> None:
    wanted = tool._wanted(arch)
    lock = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text(), re.M)
    assert wanted <= {canonicalize_name(name) for name in lock}
    assert {"zigpy", "paho-mqtt", "pydantic-core", "libosdp", "typer", "cobs"} <= wanted
    assert not wanted & {"pytest", "mypy", "ruff", "hypothesis", "amqtt", "pip", "heimvakt"}


@pytest.mark.parametrize("script", ["preinst", "postinst", "prerm", "postrm"])
def test_the_scripts_of_the_package_are_read_by_a_shell(script: str) -> None:
    text = (DEBIAN / script).read_text()
    assert "#DEBHELPER#" in text
    subprocess.run(["sh", "-n"], input=text, text=True, check=True)


def test_a_file_that_the_new_version_does_not_take_stops_the_restart() -> None:
    text = (DEBIAN / "postinst").read_text()
    assert text.index("$program check") < text.index("exit 1") < text.index("#DEBHELPER#")


def test_what_is_installed_takes_the_place_of_an_update_before_it_is_started() -> None:
    text = (DEBIAN / "postinst").read_text()
    assert text.index("exit 1") < text.index("active") < text.index("#DEBHELPER#")


@pytest.mark.parametrize("active", ["", "a", "b"])
def test_the_program_in_use_is_that_of_an_update_where_it_is_whole(
    active: str, tmp_path: Path
) -> None:
    base, slots = tmp_path / "usr/lib/heimvakt", tmp_path / "var/lib/heimvakt-update"
    for program in (base, slots / "a"):
        (program / "bin").mkdir(parents=True)
        (program / "bin/python3").symlink_to(shutil.which("python3") or "")
        (program / "bin/heimvakt").write_text("import sys; print(sys.argv)")
    if active:
        (slots / "active").symlink_to(active)  # b is not there: a cut may have left it so
    launcher = (ROOT / "packaging/launcher").read_text()
    for folder in (base, slots):
        launcher = launcher.replace(f"/{folder.relative_to(tmp_path)}", str(folder))
    done = subprocess.run(
        ["sh", "-c", launcher, "heimvakt", "status", "a b"],
        capture_output=True,
        text=True,
        check=True,
    )
    program = slots / "active" if active == "a" else base
    assert done.stdout.strip() == str([str(program / "bin/heimvakt"), "status", "a b"])


def test_the_benchmarks_begin_the_daemon_as_the_package_does() -> None:
    launcher = (ROOT / "packaging/launcher").read_text()
    options = " ".join(AS_BY_THE_LAUNCHER[1 : AS_BY_THE_LAUNCHER.index("-m")])
    assert f'/bin/python3" -I {options} "' in launcher
    unit = (ROOT / "systemd/heimvakt.service").read_text().splitlines()
    given = [line.removeprefix("Environment=") for line in unit if line.startswith("Environment=")]
    assert given == [f"{name}={value}" for name, value in AS_BY_THE_UNIT.items()]


def test_every_unit_that_is_to_be_switched_on_is_named_to_the_packager() -> None:
    rules = (DEBIAN / "rules").read_text()
    for unit in UNITS:
        is_switched = "[Install]" in unit.read_text()
        assert (unit.name in rules) is is_switched, unit.name


def test_the_manual_names_every_verb(tool: ModuleType) -> None:
    text = tool._manual()
    assert "@" not in text
    assert [line.removeprefix(".B ") for line in text.splitlines() if line in _verbs()] == [*VERBS]


def _verbs() -> set[str]:
    return {f".B {verb}" for verb in VERBS}
