"""The list of parts that the package brings: whole, true, and as its schema says."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib.machinery import SourceFileLoader
from importlib.metadata import distribution
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
WHEN = datetime(2026, 11, 22, tzinfo=UTC)


def tool(name: str) -> ModuleType:
    loader = SourceFileLoader(f"{name}_tool", str(ROOT / "tools" / name))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    made = importlib.util.module_from_spec(spec)
    loader.exec_module(made)
    return made


@pytest.fixture(scope="module")
def wanted() -> set[str]:
    """The libraries of the package."""
    names: set[str] = tool("package")._wanted("amd64")
    return names


@pytest.fixture(scope="module")
def site(wanted: set[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that says of itself what that of the package does."""
    folder: Path = tmp_path_factory.mktemp("site")
    for name in {*wanted, "heimvakt"}:
        each = distribution(name)
        of = folder / f"{name.replace('-', '_')}-{each.version}.dist-info"
        of.mkdir()
        (of / "METADATA").write_text(each.read_text("METADATA") or "")
    return folder


@pytest.fixture(scope="module")
def text(site: Path) -> str:
    made: str = tool("sbom").sbom(site, "1.2.3", WHEN)
    return made


@pytest.fixture(scope="module")
def parts(text: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(text)
    return made


def test_it_is_what_its_schema_says(text: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_every_library_of_the_package_is_in_it_and_nothing_else(
    parts: dict[str, Any], wanted: set[str]
) -> None:
    assert {part["name"] for part in parts["components"]} == wanted
    assert parts["metadata"]["component"]["version"] == "1.2.3"


def test_each_has_the_version_and_the_hashes_of_the_lock_and_a_licence(
    parts: dict[str, Any],
) -> None:
    lock = (ROOT / "requirements.lock").read_text().replace("\\\n", " ")
    lines = {
        canonicalize_name(found[1]): (found[2], set(re.findall(r"sha256:(\w+)", line)))
        for line in lock.splitlines()
        if (found := re.match(r"([\w.-]+)==(\S+)", line))
    }
    for part in parts["components"]:
        (source,) = part["externalReferences"]
        hashes = {each["content"] for each in source["hashes"]}
        assert hashes, part["name"]
        assert (part["version"], hashes) == lines[part["name"]]
        assert part["purl"] == f"pkg:pypi/{part['name']}@{part['version']}"
        assert part["licenses"], part["name"]


def test_it_says_what_needs_what(parts: dict[str, Any]) -> None:
    needs = {
        each["ref"].partition("@")[0]: each.get("dependsOn", []) for each in parts["dependencies"]
    }
    named = {ref.partition("@")[0] for ref in needs["heimvakt"]}
    assert {"zigpy", "paho-mqtt", "pydantic"} <= named
    assert "pydantic-core" not in named, "of something else"
    assert [ref for ref in needs["pydantic"] if ref.startswith("pydantic-core@")]


def test_the_same_libraries_give_the_same_list(site: Path, text: str) -> None:
    assert tool("sbom").sbom(site, "1.2.3", WHEN) == text


def test_the_package_takes_it_along() -> None:
    assert '"usr/share/heimvakt/sbom.cdx.json"' in (ROOT / "tools/package").read_text()
    done = subprocess.run(
        [sys.executable, ROOT / "tools/sbom", "--help"], capture_output=True, check=False
    )
    assert done.returncode == 0
