"""The locks: exact, hashed, complete, and silent about where they were made."""

from __future__ import annotations

import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCKS = {
    "requirements.lock": ("3.11", ["demo", "dev"]),
    "requirements-quirks.lock": ("3.12", ["quirks"]),
}
# A host, a way to name one, or a place on the machine that made the file.
TELLS = re.compile(
    r"[a-z]+://|www\.|(?:index|extra-index)-url|find-links|trusted-host|(?<![\w.])/(?:home|opt|root|tmp|work)\b"
)


@dataclass(frozen=True, slots=True)
class Pin:
    requirement: Requirement
    hashes: tuple[str, ...]


def pins(lock: str) -> list[Pin]:
    text = re.sub(r"^#.*\n", "", (ROOT / lock).read_text(), flags=re.M)
    found = []
    for entry in text.replace("\\\n", " ").splitlines():
        requirement, *hashes = entry.split("--hash=")
        found.append(Pin(Requirement(requirement), tuple(part.strip() for part in hashes)))
    return found


def asked_for(extras: list[str]) -> list[Requirement]:
    lines = [*PROJECT["dependencies"]]
    for extra in extras:
        lines += PROJECT["optional-dependencies"][extra]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_exact(lock: str) -> None:
    for pin in pins(lock):
        assert re.fullmatch(r"==[\w.+]+", str(pin.requirement.specifier)), pin.requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_has_hashes(lock: str) -> None:
    for pin in pins(lock):
        assert pin.hashes, f"{pin.requirement} has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", h) for h in pin.hashes), pin.requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_what_the_project_asks_for_is_locked_within_its_range(lock: str) -> None:
    python, extras = LOCKS[lock]
    environment = {key: str(value) for key, value in default_environment().items()}
    environment |= {"python_version": python, "python_full_version": f"{python}.0"}
    locked: dict[str, str] = {}
    for pin in pins(lock):
        if pin.requirement.marker is None or pin.requirement.marker.evaluate(environment):
            version = str(pin.requirement.specifier).removeprefix("==")
            locked[canonicalize_name(pin.requirement.name)] = version
    for requirement in asked_for(extras):
        name = canonicalize_name(requirement.name)
        assert name in locked, f"{lock} is older than pyproject.toml: type `make lock`"
        assert requirement.specifier.contains(locked[name], prereleases=True), (
            f"{lock} has {name} {locked[name]}, pyproject.toml wants {requirement.specifier}: "
            "type `make lock`"
        )


def test_the_quirks_get_the_zigpy_they_want() -> None:
    versions = {pin.requirement.name: pin.requirement.specifier for pin in pins([*LOCKS][1])}
    assert str(versions["zha"]) == "==2.3.1"
    assert str(versions["zigpy"]) == "==2.3.0"


@pytest.mark.parametrize(
    "file",
    ["Makefile", ".ci/run", "tools/lock", "tools/set-up", "tools/test-needs", *LOCKS],
)
def test_no_host_and_no_place_is_named(file: str) -> None:
    for number, line in enumerate((ROOT / file).read_text().splitlines(), start=1):
        assert not TELLS.search(line), f"{file}:{number}: {line}"


def test_every_dependency_of_the_project_is_bounded() -> None:
    for requirement in asked_for(["demo", "quirks"]):
        bounds = {specifier.operator for specifier in requirement.specifier}
        assert bounds & {"<", "==", "~="}, f"{requirement} may become anything"


def test_the_project_names_no_host_outside_its_own_addresses() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    own = "\n".join(PROJECT.get("urls", {}).values())
    for line in text.splitlines():
        tell = TELLS.search(line)
        assert not tell or line.partition('"')[2].partition('"')[0] in own, line


def test_this_python_is_one_the_project_supports() -> None:
    wanted = Requirement(f"python{PROJECT['requires-python']}").specifier
    assert wanted.contains(".".join(map(str, sys.version_info[:3])))
