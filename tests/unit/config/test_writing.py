"""Changes of the file of a home: all else stays as it was, and nothing wrong is written."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.app import catalogue
from heimvakt.config import device_changes, driver_changes, edits
from heimvakt.config.loader import load
from heimvakt.config.writing import BEFORE, Changed, NotWritten, can_write, write
from heimvakt.whole import BESIDE

EXAMPLE = Path(__file__).parents[3] / "config" / "home.toml"
NEW = {
    "role": "motion",
    "driver": "zigbee",
    "address": "00:12:4b:00:2a:11:02:9f",
    "room": "kjøkken",
}

REST = """[gateway]
id = "no-1"
[drivers.zigbee]
port = "/dev/x"
[receivers.centre]
kind = "mqtt"
brokers = ["mqtt://127.0.0.1"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "home.toml"
    file.write_text(EXAMPLE.read_text())
    return file


def lines(file: Path) -> list[str]:
    return file.read_text().splitlines()


def only_difference(changed: Changed) -> tuple[list[str], list[str]]:
    """Lines that are gone, and lines that are new; all others are as they were, in their order."""
    before, after = changed.before.decode().splitlines(), changed.text.splitlines()
    while before and after and before[0] == after[0]:
        before, after = before[1:], after[1:]
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return before, after


def test_a_new_device_stands_after_the_others_and_everything_else_stays(file: Path) -> None:
    changed = device_changes.with_device(file, catalogue(), "kitchen-motion", NEW)
    gone, new = only_difference(changed)
    assert gone == []
    assert [line for line in new if line] == [
        "[devices.kitchen-motion]",
        'role = "motion"',
        'driver = "zigbee"',
        'address = "00:12:4b:00:2a:11:02:9f"',
        'room = "kjøkken"',
    ]
    text = changed.text
    assert text.index('cancel = "10s"') < text.index("kitchen-motion") < text.index("what is an al")
    assert [f.what for f in changed.findings] == [
        "devices.kitchen-motion is in no rule: what it says is never an alarm"
    ]
    write(changed)
    configuration = load(file, catalogue()).configuration
    assert configuration is not None
    assert configuration.devices["kitchen-motion"].room == "kjøkken"


def test_the_first_device_of_a_home(tmp_path: Path) -> None:
    file = tmp_path / "home.toml"
    file.write_text(f"version = 1\n{REST}".rstrip())
    changed = device_changes.with_device(file, catalogue(), "kitchen", NEW)
    assert changed.text.endswith(
        '\n\n[devices.kitchen]\nrole = "motion"\ndriver = "zigbee"\n'
        'address = "00:12:4b:00:2a:11:02:9f"\nroom = "kjøkken"\n'
    )


def test_a_rename_goes_through_the_rules(file: Path) -> None:
    changed = device_changes.renamed(file, catalogue(), "front-door", "main-door")
    before, after = changed.before.decode(), changed.text
    assert after == before.replace("front-door", "main-door")
    assert "front-door" not in str(tomllib.loads(after))


def test_another_address_changes_one_line(file: Path) -> None:
    old, new = "00:12:4b:00:22:c1:09:aa", NEW["address"]
    changed = device_changes.with_address(file, catalogue(), "front-door", old, new)
    assert only_difference(changed) == ([f'address = "{old}"'], [f'address = "{new}"'])


def test_a_device_goes_and_rules_go_on_without_it_or_go_with_it(file: Path) -> None:
    gone = device_changes.without(file, catalogue(), "hall-motion")
    assert (gone.rules_narrowed, gone.rules_dropped) == (("night-wandering",), ())
    assert 'signs = ["front-door"]   # bed left' in gone.changed.text
    gone = device_changes.without(file, catalogue(), "front-door")
    assert (gone.rules_narrowed, gone.rules_dropped) == (("night-wandering",), ("night-door",))
    assert "[rules.night-door]" not in gone.changed.text
    assert 'signs = ["hall-motion"]   # bed left' in gone.changed.text
    assert "dørsensor" not in gone.changed.text
    assert "# --- who is told" in gone.changed.text
    gone = device_changes.without(file, catalogue(), "bed")
    assert gone.rules_dropped == ("night-wandering",)


def test_what_the_checker_would_refuse_is_not_written(file: Path) -> None:
    before = file.read_bytes()
    for device_id, fields, said in (
        ("Kitchen", NEW, "cannot be a name here"),
        ("kitchen", NEW | {"address": "00:15:8d:00:02:3a:4b:5c"}, "is the address of devices.bed"),
        ("kitchen", NEW | {"outer": True}, "only a door has this key"),
        ("kitchen", NEW | {"role": "motor"}, "role"),
    ):
        with pytest.raises(NotWritten) as refused:
            device_changes.with_device(file, catalogue(), device_id, fields)
        assert said in refused.value.findings[0].what, refused.value.findings
        assert refused.value.findings[0].file == str(file)
    with pytest.raises(NotWritten, match="already"):
        device_changes.with_device(file, catalogue(), "bed", NEW)
    with pytest.raises(NotWritten, match=r"no devices\.none"):
        device_changes.renamed(file, catalogue(), "none", "some")
    with pytest.raises(NotWritten, match="already"):
        device_changes.renamed(file, catalogue(), "bed", "pendant")
    assert file.read_bytes() == before


def test_a_file_that_is_wrong_already_is_not_touched(file: Path) -> None:
    file.write_text(file.read_text().replace('role = "bed"', 'role = "bad"'))
    with pytest.raises(NotWritten, match="mistakes already"):
        device_changes.with_device(file, catalogue(), "kitchen", NEW)


@pytest.mark.parametrize(
    "section",
    [
        'devices.bed = { role = "bed", driver = "zigbee", address = "00:15:8d:00:02:3a:4b:5c" }',
        '[devices]\nbed.role = "bed"\nbed.driver = "zigbee"\n'
        'bed.address = "00:15:8d:00:02:3a:4b:5c"',
    ],
)
def test_a_file_written_in_an_unusual_way_is_left_to_a_person(tmp_path: Path, section: str) -> None:
    file = tmp_path / "home.toml"
    file.write_text(f"version = 1\n{section}\n{REST}")
    assert load(file, catalogue()).configuration is not None
    with pytest.raises(NotWritten, match="cannot be changed safely") as refused:
        device_changes.renamed(file, catalogue(), "bed", "sofa")
    assert "by hand" in refused.value.hint


def test_it_is_written_whole_with_its_mode_through_a_link_and_the_one_before_is_kept(
    tmp_path: Path, file: Path
) -> None:
    file.chmod(0o640)
    link = tmp_path / "etc" / "home.toml"
    link.parent.mkdir()
    link.symlink_to(Path("..") / "home.toml")
    before = file.read_bytes()
    write(device_changes.with_device(link, catalogue(), "kitchen", NEW))
    assert link.is_symlink()
    assert "[devices.kitchen]" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    kept = file.with_name(file.name + BEFORE)
    assert kept.read_bytes() == before
    assert stat.S_IMODE(kept.stat().st_mode) == 0o640
    assert not file.with_name(file.name + BESIDE).exists()


def test_what_somebody_else_wrote_meanwhile_is_not_lost(file: Path) -> None:
    changed = device_changes.with_device(file, catalogue(), "kitchen", NEW)
    file.write_text(file.read_text() + "# a word\n")
    with pytest.raises(NotWritten, match="somebody else"):
        write(changed)
    assert lines(file)[-1] == "# a word"


def test_a_disk_that_takes_nothing_leaves_the_file_as_it_was(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = device_changes.with_device(file, catalogue(), "kitchen", NEW)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotWritten, match="No space left"):
        write(changed)
    assert file.read_bytes() == changed.before
    assert sorted(p.name for p in file.parent.iterdir()) == ["home.toml"]


def test_whether_a_file_can_be_written_is_known_before(file: Path) -> None:
    assert can_write(file)
    assert not can_write(Path("/nowhere/home.toml"))


WORDS = st.sampled_from(["bed", "door", "lamp", "x-1"])
TRIVIA = st.sampled_from(["", "\n", "# a [comment]\n", '# "door"\n', "\n# one\n\n"])


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Texts with sections, lists and comments wherever they may stand."""
    end = draw(st.sampled_from(["\n", "\r\n"]))
    text = draw(TRIVIA) + "version = 1\n" + draw(TRIVIA)
    for name in draw(st.lists(WORDS, unique=True, min_size=1)):
        text += f"[devices.{name}]{draw(st.sampled_from(['', ' # it']))}\n{draw(TRIVIA)}"
        text += f'role = "door"\n{draw(TRIVIA)}'
        text += draw(
            st.sampled_from(["", "x = [\n  [1],\n  [2], # two\n]\n", "y = '''\n[z]\n'''\n"])
        )
        text += draw(TRIVIA)
    names = draw(st.lists(WORDS, min_size=1, max_size=4))
    spaced = draw(st.sampled_from([", ", ",", ",\n  ", ", # c\n  "]))
    quoted = spaced.join(f'"{name}"' for name in names)
    text += f"[rules.one]\nsigns = [{quoted}{draw(st.sampled_from(['', ',']))}]\n{draw(TRIVIA)}"
    return text.replace("\n", end)


def without_newlines_twice(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


@given(documents(), WORDS)
def test_whatever_the_text_adding_and_dropping_a_section_says_just_that(
    text: str, word: str
) -> None:
    fields: dict[str, edits.Value] = {"role": "leak", "outer": True}
    added = edits.add_section(text, ("devices", f"{word}-new"), fields)
    data = tomllib.loads(text)
    data["devices"][f"{word}-new"] = fields
    assert tomllib.loads(added) == data
    gone = edits.drop_section(added, ("devices", f"{word}-new"))
    assert without_newlines_twice(gone) == without_newlines_twice(text)
    if word in tomllib.loads(text)["devices"]:
        del data["devices"][word], data["devices"][f"{word}-new"]
        if data["devices"]:
            assert tomllib.loads(edits.drop_section(text, ("devices", word))) == data


@given(documents(), WORDS)
def test_whatever_the_text_a_name_is_changed_or_dropped_where_it_is_meant(
    text: str, word: str
) -> None:
    data = tomllib.loads(text)
    signs = data["rules"]["one"]["signs"]
    for place, name in enumerate(signs):
        path = ("rules", "one", "signs", place)
        changed = edits.set_text(text, path, name, "other")
        assert tomllib.loads(changed)["rules"]["one"]["signs"] == [
            "other" if at == place else each for at, each in enumerate(signs)
        ]
        dropped = edits.drop_item(text, path, name)
        assert tomllib.loads(dropped)["rules"]["one"]["signs"] == [
            each for at, each in enumerate(signs) if at != place
        ]
    if word in data["devices"]:
        keyed = edits.add_key(text, ("devices", word), "address", "00:1")
        data["devices"][word]["address"] = "00:1"
        assert tomllib.loads(keyed) == data
        del data["devices"][word]["address"]
        renamed = edits.rename_section(text, ("devices", word), "other")
        data["devices"]["other"] = data["devices"].pop(word)
        assert tomllib.loads(renamed) == data


def test_a_radio_at_another_port_changes_the_port_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "home.toml"
    file.write_text(f"version = 1\n{REST}".replace('"/dev/x"', "'/dev/x'  # the stick"))
    changed = driver_changes.with_port(file, catalogue(), "zigbee", "/dev/y")
    assert changed is not None
    assert only_difference(changed) == (
        ["port = '/dev/x'  # the stick"],
        ["port = '/dev/y'  # the stick"],
    )


@pytest.mark.parametrize("port", ['"auto"', '"/dev/y"', None])
def test_a_file_that_names_no_other_port_is_left_alone(port: str | None, tmp_path: Path) -> None:
    file = tmp_path / "home.toml"
    line = "" if port is None else f"port = {port}\n"
    file.write_text(f"version = 1\n{REST}".replace('port = "/dev/x"\n', line))
    assert driver_changes.with_port(file, catalogue(), "zigbee", "/dev/y") is None


def test_the_port_of_one_of_several_is_changed(tmp_path: Path) -> None:
    file = tmp_path / "home.toml"
    below = '[drivers.zigbee.upstairs]\nport = "/dev/z"\n[receivers'
    file.write_text(f"version = 1\n{REST}".replace("[receivers", below))
    changed = driver_changes.with_port(file, catalogue(), "zigbee.upstairs", "/dev/y")
    assert changed is not None
    assert only_difference(changed) == (['port = "/dev/z"'], ['port = "/dev/y"'])
