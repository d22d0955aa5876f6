"""What the documents about security, data and fleets claim is held by what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from heimvakt.config.storage import StoreSettings
from heimvakt.uplinks.gateway_messages import HeartbeatData
from tests.support.documents import ROOT, tables

DOCS = ROOT / "docs"
CLAIMING = ("security.md", "data-protection.md", "operations.md")
STATES = {"met", "partly", "not yet", "does not apply"}
_PLACE = re.compile(r"`([\w./-]+)(?:::(\w+))?`")
_OURS = re.compile(r"(tests|gateway|drivers|docs|systemd|tools|config)/.+|requirements\.lock")


def places(text: str) -> list[tuple[str, str]]:
    """The files of ours that a text names, and the test in each, or ""."""
    return [found for found in _PLACE.findall(text) if _OURS.fullmatch(found[0])]


def missing(file: str, test: str) -> str | None:
    """Why a claim is held by nothing; None: it is held."""
    path = ROOT / file
    if not path.is_file():
        return f"{file}: there is no such file"
    if test and not re.search(rf"^(async )?def {test}\(", path.read_text("utf-8"), re.MULTILINE):
        return f"{file}: it has no {test}"
    return None


@pytest.mark.parametrize("name", CLAIMING)
def test_what_is_named_exists(name: str) -> None:
    named = places((DOCS / name).read_text(encoding="utf-8"))
    assert named
    assert [why for place in named if (why := missing(*place))] == []


def test_it_sees_what_does_not_exist() -> None:
    here = Path(__file__).relative_to(ROOT).as_posix()
    good, no_test, no_file = places(
        f"`{here}::test_what_is_named_exists` `{here}::test_of_dreams` `tests/unit/dreams.py`"
    )
    assert missing(*good) is None
    assert missing(*no_test)
    assert missing(*no_file)


@pytest.mark.parametrize("name", ["security.md", "data-protection.md"])
def test_every_row_that_claims_says_what_holds_it(name: str) -> None:
    claiming = [rows for rows in tables(DOCS / name) if rows and "held by" in rows[0]]
    assert claiming
    bare = [row for rows in claiming for row in rows if not places(row["held by"])]
    assert bare == []


def test_every_point_of_the_law_has_a_state_that_is_one() -> None:
    judged = [rows for rows in tables(DOCS / "security.md") if rows and "state" in rows[0]]
    assert len(judged) == 3
    assert {row["state"] for rows in judged for row in rows} <= STATES
    part_one = [row["point"] for row in judged[0]]
    assert part_one == ["(1)", *(f"(2)({letter})" for letter in "abcdefghijklm")]
    assert [row["point"] for row in judged[1]] == [f"({number})" for number in range(1, 9)]


def test_what_is_watched_is_in_a_heartbeat() -> None:
    (watched,) = (rows for rows in tables(DOCS / "operations.md") if "look when" in rows[0])
    fields = {field for row in watched for field in re.findall(r"`(\w+)`", row["field"])}
    assert len(fields) > 10
    assert fields <= set(HeartbeatData.model_fields)


def test_days_are_those_that_count() -> None:
    text = (DOCS / "data-protection.md").read_text(encoding="utf-8")
    kept = StoreSettings()
    for name in ("event_days", "alarm_days", "audit_days"):
        assert f"`{name}`, {getattr(kept, name)}" in text
