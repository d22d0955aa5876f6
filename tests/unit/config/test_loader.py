"""From a file to a configuration, and from that to the home that the engine is given."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heimvakt.config import (
    CannotUse,
    Catalogue,
    Configuration,
    has_errors,
    installed_drivers,
    load,
    render_findings,
)
from heimvakt.config.report import FINDINGS_MAX
from heimvakt.core.alarms import Priority
from heimvakt.core.chain import Target
from heimvakt.core.devices import Device, Role
from heimvakt.core.fields import Hours
from heimvakt.core.routes import Route
from heimvakt.rules import KINDS
from tests.unit.config.documents import documents, mutated
from tests.unit.config.homes import CATALOGUE, GOOD, LineSettings, RadioSettings, check


@pytest.fixture
def home(tmp_path: Path) -> Configuration:
    configuration = check(tmp_path, GOOD).configuration
    assert configuration is not None
    return configuration


def test_drivers(home: Configuration) -> None:
    assert list(home.drivers) == ["zigbee", "osdp.front"]
    assert home.drivers["zigbee"].settings == RadioSettings(port="/dev/ttyUSB0")
    assert home.drivers["osdp.front"].settings == LineSettings(port="/dev/ttyS1")
    assert home.drivers["osdp.front"].plugin.name == "osdp"


def test_devices(home: Configuration) -> None:
    assert home.devices["front-door"] == Device(
        device_id="front-door", role=Role.DOOR, driver="osdp.front", address="3", outer=True
    )
    assert home.devices["pendant"].cancel == timedelta(seconds=10)
    assert home.devices["pendant"].silent_after == timedelta(hours=12)
    assert [i for i, d in home.devices.items() if d.driver == "osdp.front"] == ["front-door"]


def test_rules_of_the_file_come_first_then_those_that_every_home_has(home: Configuration) -> None:
    implicit = [kind.kind for kind in KINDS.values() if kind.implicit]
    assert [entry.rule_id for entry in home.rules] == ["night-wandering", "night-door", *implicit]


def test_the_home_has_all_rules_bound(home: Configuration) -> None:
    bound = home.to_home(CATALOGUE.rules)
    assert bound.gateway_id == "no-1505-004711"
    assert set(bound.rules) == {entry.rule_id for entry in home.rules}
    assert all(rule.rule_id == rule_id for rule_id, rule in bound.rules.items())
    assert "night-door" in bound.rules_that_need("front-door")
    assert "button" in bound.rules_that_need("pendant")


CHAINS = """
[[routes]]
priority = ["high"]
kind = ["button"]
between = "22:00-07:00"
to = [{ receiver = "daughter" }, { receiver = "centre" }]

[[routes]]
priority = ["high", "medium", "low", "information"]
to = [{ receiver = "centre" }, { receiver = "daughter", after = "5m" }]
"""


def test_routes_become_the_chains_of_the_home(tmp_path: Path) -> None:
    configuration = check(tmp_path, GOOD.partition("[[routes]]")[0] + CHAINS).configuration
    assert configuration is not None
    night, rest = configuration.to_home(CATALOGUE.rules).routes.routes
    assert night.priorities == {Priority.HIGH}
    assert night.kinds == {"button"}
    assert night.window == Hours.parse("22:00-07:00").window(ZoneInfo("Europe/Oslo"))
    assert night.to == (Target("daughter"), Target("centre"))
    chain = (Target("centre"), Target("daughter", timedelta(minutes=5)))
    assert rest == Route(priorities=frozenset(Priority), to=chain)


def test_without_routes_everybody_is_told_of_everything_at_once(tmp_path: Path) -> None:
    configuration = check(tmp_path, GOOD.partition("[[routes]]")[0]).configuration
    assert configuration is not None
    (route,) = configuration.to_home(CATALOGUE.rules).routes.routes
    assert route == Route(priorities=frozenset(Priority), to=(Target("centre"), Target("daughter")))


def test_nothing_in_it_can_be_changed(home: Configuration) -> None:
    assert isinstance(home.devices, MappingProxyType)
    with pytest.raises(AttributeError):
        home.rules = ()  # type: ignore[misc]


def test_two_rules_of_a_kind_and_one_with_other_settings(tmp_path: Path) -> None:
    extra = '[rules.cellar]\nkind = "night-door"\ndoors = ["front-door"]\nbetween = "20:00-08:00"\n'
    button = '[rules.button]\none_alarm_within = "0s"\n'
    configuration = check(tmp_path, GOOD + extra + button).configuration
    assert configuration is not None
    rules = {one.rule_id: (one.kind, one.settings) for one in configuration.rules}
    assert rules["cellar"][0] == "night-door"
    assert str(rules["cellar"][1].between) == "20:00-08:00"
    assert rules["button"][1].one_alarm_within == timedelta(0)
    assert list(configuration.to_home().rules) == [entry.rule_id for entry in configuration.rules]


def test_a_driver_with_its_own_table_and_another_of_the_same_kind(tmp_path: Path) -> None:
    front = "[drivers.osdp.front]"
    text = GOOD.replace(front, f'[drivers.osdp]\nport = "/dev/a"\n{front}')
    loaded = check(tmp_path, text)
    assert [f.path for f in loaded.findings] == [("drivers", "osdp")]  # nobody uses it
    assert loaded.configuration is not None
    assert list(loaded.configuration.drivers) == ["zigbee", "osdp", "osdp.front"]


def test_a_gateway_on_its_first_day_has_no_devices(tmp_path: Path) -> None:
    text = """
version = 1
[gateway]
id = "no-1"
[drivers.zigbee]
port = "/dev/ttyUSB0"
[receivers.centre]
kind = "mqtt"
brokers = ["in1"]
"""
    loaded = check(tmp_path, text)
    assert [f.what for f in loaded.findings] == ["there is no device: nothing is watched"]
    assert loaded.configuration is not None
    assert loaded.configuration.zone.key == "Europe/Oslo"


def test_nobody_to_tell(tmp_path: Path) -> None:
    text = GOOD.partition("[receivers.centre]")[0]
    (finding,) = check(tmp_path, text).findings
    assert finding.what == "there is no receiver: nobody would be told"
    assert has_errors([finding])


def test_every_section_of_a_wrong_type(tmp_path: Path) -> None:
    sections = ("gateway", "drivers", "devices", "rules", "receivers", "routes")
    text = "version = 1\n" + "".join(f"{name} = [1]\n" for name in sections)
    loaded = check(tmp_path, text)
    assert {f.path[0] for f in loaded.findings} == set(sections)


def test_values_of_wrong_types_everywhere(tmp_path: Path) -> None:
    for old in ("priority = ", "to = ", "doors = ", "brokers = ", "driver = ", 'kind = "mqtt"'):
        for value in ("{ a = 1 }", "[[1]]", "1979-05-27", "nan", '""', "[]", "[{}]"):
            line = next(line for line in GOOD.splitlines() if line.startswith(old))
            text = GOOD.replace(line, f"{old.split()[0]} = {value}")
            loaded = check(tmp_path, text)
            assert has_errors(loaded.findings), (old, value)
            assert all(f.hints for f in loaded.findings), (old, value)


def test_there_is_a_limit_to_what_is_told(tmp_path: Path) -> None:
    loaded = check(tmp_path, GOOD + "".join(f"\n[x{n}]" for n in range(FINDINGS_MAX + 50)))
    assert len(loaded.findings) == FINDINGS_MAX + 1
    assert "the rest is not shown" in loaded.findings[-1].what


def test_a_terminal_is_not_steered_by_a_file(tmp_path: Path) -> None:
    text = GOOD.replace('room = "bedroom"', 'room = "' + "\\u001b[2J" * 30 + '"')
    report = render_findings(check(tmp_path, text).findings)
    assert "\x1b" not in report
    assert report.count("\n") == 2


def test_a_package_that_cannot_be_imported_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import metadata

    entry = metadata.EntryPoint("broken", "no.such.module:PLUGIN", "heimvakt.drivers")
    monkeypatch.setattr(metadata, "entry_points", lambda group: [entry])
    with pytest.raises(CannotUse, match=r"no\.such|No module named 'no'"):
        installed_drivers()["broken"]()


@given(st.one_of(documents(), mutated(GOOD)))
@settings(max_examples=200)
def test_no_file_makes_it_raise(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    loaded = check(tmp_path_factory.mktemp("home", numbered=True), text)
    assert (loaded.configuration is None) == has_errors(loaded.findings)
    render_findings(loaded.findings)


_SCALARS = st.one_of(
    st.sampled_from(["door", "bed", "zigbee", "osdp", "mqtt", "centre", "night-door", "20m", ""]),
    st.integers(-3, 20),
    st.booleans(),
    st.floats(),
    st.datetimes(),
    st.times(),
)
_NESTED = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["to", "kind", "role", "receiver", "a", "priority"]), inner
        )
    ),
    max_leaves=5,
)


@given(st.data())
@settings(max_examples=200)
def test_no_value_at_any_place_makes_it_raise(data: st.DataObject) -> None:
    """The home with one value replaced by another of any type."""
    import tomllib

    from heimvakt.config.loader import _checked, _without_wrong
    from heimvakt.config.positions import Lines, Positions
    from heimvakt.config.report import Report
    from heimvakt.config.source import Document

    content = tomllib.loads(GOOD)
    here = content
    for _ in range(data.draw(st.integers(0, 3))):
        key = data.draw(st.sampled_from(sorted(here)))
        if not isinstance(here[key], dict) or not here[key]:
            break
        here = here[key]
    here[data.draw(st.sampled_from(sorted(here)))] = data.draw(_NESTED)
    document = Document("home.toml", content, Positions(Lines("")))
    report = Report(document)
    configuration = _checked(document.data, CATALOGUE, report)
    if configuration is not None and not has_errors(report.findings):
        configuration.to_home()
    if has_errors(report.findings) and (
        rest := _without_wrong(document, CATALOGUE, report.findings)
    ):
        assert rest.unusable
        rest.to_home()


def test_nothing_heavy_is_imported_on_the_way_to_an_armed_gateway(tmp_path: Path) -> None:
    (tmp_path / "home.toml").write_text(GOOD, encoding="utf-8")
    program = (
        "import sys; from heimvakt.config import Catalogue, load; import heimvakt.config as c\n"
        f"load({str(tmp_path / 'home.toml')!r}, Catalogue(drivers={{}}, receivers={{}}))\n"
        "bad = {'zigpy', 'paho', 'rich', 'typer', 'asyncio', 'jsonschema'}\n"
        "print(sorted(bad & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_an_empty_catalogue_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "home.toml").write_text(GOOD, encoding="utf-8")
    loaded = load(tmp_path / "home.toml", Catalogue(drivers={}, rules={}, receivers={}))
    assert loaded.configuration is None
