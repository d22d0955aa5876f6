"""What somebody without rights lays down is read as root, and leads nowhere else."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from heimvakt.updates import files, handover
from heimvakt.updates.handover import INCOMING, Handed, Wish, ask, clear, fetch, handed
from heimvakt.updates.refusing import Refused
from tests.support.model_box import Box, home_text
from tests.support.updates import configuration_bundle

SECRET = "a key of root"


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """The updater's own folder and that of the gateway."""
    own, theirs = tmp_path / "own", tmp_path / "state" / "update"
    own.mkdir()
    theirs.mkdir(parents=True)
    (tmp_path / "secret").write_text(SECRET)
    return own, theirs


def wanted(places: tuple[Path, Path], text: str = '{"order_id": "order-1"}') -> list[Handed]:
    own, theirs = places
    (theirs / "wanted.json").write_text(text)
    return list(handed(own, theirs.parent))


def test_a_wish_is_read_and_cleared_away(places: tuple[Path, Path]) -> None:
    (one,) = wanted(places)
    assert (one.wish.order_id, one.wish.bundle, one.local) == ("order-1", INCOMING, False)
    (places[1] / INCOMING).write_bytes(b"bundle")
    assert fetch(one, places[0] / "copy")
    assert (places[0] / "copy").read_bytes() == b"bundle"
    assert (places[0] / "copy").stat().st_mode & 0o777 == 0o600
    assert clear(one)
    assert not (places[1] / "wanted.json").exists()
    assert (places[1] / INCOMING).exists(), "it is the gateway's own"


def test_a_wish_that_has_become_another_one_stays(places: tuple[Path, Path]) -> None:
    (one,) = wanted(places)
    beside = places[1] / "wanted.json.new"
    beside.write_text('{"order_id": "order-2"}')
    beside.replace(places[1] / "wanted.json")
    assert clear(one)
    assert "order-2" in (places[1] / "wanted.json").read_text()


@pytest.mark.parametrize("what", ["link", "hard link", "pipe", "folder", "nothing"])
def test_only_a_file_of_its_own_is_copied(places: tuple[Path, Path], what: str) -> None:
    (one,) = wanted(places)
    secret, place = places[0].parent / "secret", places[1] / INCOMING
    match what:
        case "link":
            place.symlink_to(secret)
        case "hard link":
            place.hardlink_to(secret)
        case "pipe":
            os.mkfifo(place)
        case "folder":
            place.mkdir()
    with pytest.raises((Refused, OSError)):
        fetch(one, places[0] / "copy")
    assert not (places[0] / "copy").exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        json.dumps({"bundle": "../../../secret"}),
        json.dumps({"bundle": "/etc/shadow"}),
        json.dumps({"bundle": ".."}),
        json.dumps({"do": "rm"}),
        json.dumps({"by": "x" * 101}),
        json.dumps({"order_id": "x" * 5_000}),
        "[" * 3_000,
    ],
)
def test_what_is_no_wish_is_cleared_away(places: tuple[Path, Path], text: str) -> None:
    assert wanted(places, text) == []
    assert not (places[1] / "wanted.json").exists()


@pytest.mark.parametrize("what", ["link", "pipe", "folder"])
def test_a_wish_that_is_no_file_is_cleared_away(places: tuple[Path, Path], what: str) -> None:
    own, theirs = places
    place = theirs / "wanted.json"
    match what:
        case "link":
            place.symlink_to(own.parent / "secret")
        case "pipe":
            os.mkfifo(place)
        case "folder":
            (place / "deep").mkdir(parents=True)
            (place / "deep" / "link").symlink_to(own.parent)
    assert list(handed(own, theirs.parent)) == []
    assert not os.path.lexists(place)
    assert (own.parent / "secret").read_text() == SECRET


def test_a_folder_that_is_a_link_is_not_entered(places: tuple[Path, Path]) -> None:
    own, theirs = places
    elsewhere = own.parent / "elsewhere"
    theirs.rename(elsewhere)
    (elsewhere / "wanted.json").write_text("{}")
    theirs.symlink_to(elsewhere)
    assert list(handed(own, theirs.parent)) == []
    assert (elsewhere / "wanted.json").exists()


def test_what_is_too_large_is_not_copied(
    places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "LONGEST", 1_000)
    (one,) = wanted(places)
    (places[1] / INCOMING).write_bytes(bytes(1_001))
    with pytest.raises(Refused, match="larger than"):
        fetch(one, places[0] / "copy")


def test_what_leaves_alarms_no_room_is_not_copied(
    places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "FREE_MIN", 1 << 60)
    (one,) = wanted(places)
    (places[1] / INCOMING).write_bytes(b"bundle")
    with pytest.raises(Refused, match="MiB free"):
        fetch(one, places[0] / "copy")
    with pytest.raises(Refused, match="MiB free"):
        ask(places[0], Wish(), places[1] / INCOMING)


def test_one_wish_at_a_time_is_asked_for(places: tuple[Path, Path]) -> None:
    own, theirs = places
    (theirs / INCOMING).write_bytes(b"bundle")
    first = ask(own, Wish(bundle="asked.heimvakt", mark="1"), theirs / INCOMING)
    with pytest.raises(Refused, match="asked for already"):
        ask(own, Wish(bundle="asked.heimvakt", mark="2"), theirs / INCOMING)
    (one,) = handed(own, theirs.parent)
    assert one.local
    assert fetch(one, own / "copy") == first


async def test_the_gateway_can_neither_take_back_nor_overlook_a_silent_service(
    tmp_path: Path,
) -> None:
    box = Box(tmp_path)
    box.hand_over(configuration_bundle(home_text("# another room"), 5))
    assert await box.live()
    wish = box.state / "update" / "wanted.json"
    wish.write_text(json.dumps({"do": "back", "what": "configuration", "order_id": "order-2"}))
    assert await box.live()
    assert not wish.exists()
    assert box.file.read_text() == home_text("# another room")


def test_a_wish_that_cannot_be_cleared_away_is_no_endless_work(
    places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    (one,) = wanted(places)
    monkeypatch.setattr(handover, "_remove", lambda name, folder: None)
    assert not clear(one)
