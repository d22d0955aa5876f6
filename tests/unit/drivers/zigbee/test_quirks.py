"""Corrections are loaded for whom they are about, and a bad one costs nothing but itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import metadata, resources
from unittest.mock import create_autospec

import pytest
import zigpy.types as t
from structlog.testing import capture_logs
from zigpy.application import ControllerApplication
from zigpy.device import Device, ZigbeeDevice

from heimvakt_drivers.zigbee import listening
from heimvakt_drivers.zigbee.listening.quirks import INDEX, Index, Library, Resolver, resolver

ABOUT = Index(
    version="1.2.3",
    modules=["one.lamp", "one.plug", "any.lamp", "two"],
    devices={"One": {"Lamp": [0], "": [1]}, "": {"Lamp": [2]}, "Two": {"Plug": [3]}},
)


class Recorded(Library):
    """Imports nothing."""

    def __init__(self, error: Exception | None = None, *, hides: bool = False) -> None:
        self.loaded: list[str] = []
        self._error = error
        self._hides = hides

    def load(self, modules: Sequence[str]) -> None:
        self.loaded += modules
        if self._error is not None:
            raise self._error

    def correct(self, device: ZigbeeDevice) -> ZigbeeDevice:
        return a_device(device.manufacturer, "corrected")

    def hides_a_zone(self, device: ZigbeeDevice, corrected: ZigbeeDevice) -> bool:
        return self._hides


def a_device(maker: str | None, model: str | None) -> ZigbeeDevice:
    application = create_autospec(ControllerApplication, instance=True)
    device = Device(application, t.EUI64.convert("00:11:22:33:44:55:66:77"), t.NWK(0x1234))  # type: ignore[no-untyped-call]
    device.manufacturer, device.model = maker, model
    return device


def resolved(resolve: Resolver, device: ZigbeeDevice) -> ZigbeeDevice:
    result = resolve(device)
    assert isinstance(result, ZigbeeDevice)
    return result


@pytest.mark.parametrize(
    ("maker", "model", "loaded"),
    [
        ("One", "Lamp", ["zhaquirks.one.lamp", "zhaquirks.one.plug", "zhaquirks.any.lamp"]),
        ("One", "Kettle", ["zhaquirks.one.plug"]),
        ("Three", "Lamp", ["zhaquirks.any.lamp"]),
        ("Two", "Lamp", ["zhaquirks.any.lamp"]),
        ("Two", "Kettle", []),
        (None, None, []),
    ],
)
def test_only_what_is_about_the_maker_and_the_model_is_loaded(
    maker: str | None, model: str | None, loaded: list[str]
) -> None:
    library = Recorded()
    corrected = resolved(Resolver(ABOUT, library), a_device(maker, model))
    assert library.loaded == loaded
    assert (corrected.model == "corrected") is bool(loaded)


def test_what_our_own_table_knows_is_not_corrected_twice() -> None:
    library = Recorded()
    index = Index("1.2.3", ["lumi"], {"LUMI": {"lumi.sensor_magnet.aq2": [0]}})
    contact = a_device("LUMI", "lumi.sensor_magnet.aq2")
    assert resolved(Resolver(index, library), contact).model != "corrected"
    assert not library.loaded


def test_a_correction_that_would_hide_a_zone_is_not_taken() -> None:
    library = Recorded(hides=True)
    assert resolved(Resolver(ABOUT, library), a_device("Two", "Plug")).model == "Plug"
    assert library.loaded


def test_a_correction_that_fails_is_told_once_and_the_device_is_used_as_it_is() -> None:
    library = Recorded(ImportError("no module named so"))
    resolve = Resolver(ABOUT, library)
    with capture_logs() as told:
        for _ in range(2):
            assert resolved(resolve, a_device("Two", "Plug")).model == "Plug"
    assert [entry["log_level"] for entry in told] == ["error"]
    assert library.loaded == ["zhaquirks.two"]


def test_without_zha_quirks_nothing_changes() -> None:
    def nowhere(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    assert resolver(nowhere) is None


def test_another_version_than_that_of_the_index_is_not_used() -> None:
    with capture_logs() as told:
        assert resolver(lambda _name: "0.0.1") is None
    assert told[0]["log_level"] == "warning"


def test_the_index_is_whole_and_of_the_version_that_the_extra_names() -> None:
    text = resources.files(listening).joinpath(INDEX).read_text(encoding="utf-8")
    index = Index.read(text)
    assert resolver(lambda _name: index.version) is not None
    places = {p for models in index.devices.values() for found in models.values() for p in found}
    assert places == set(range(len(index.modules)))
    assert sorted(json.loads(text)["modules"]) == index.modules
    extra = [r for r in metadata.requires("heimvakt") or () if r.startswith("zha-quirks==")]
    assert [r.split("==")[1].split(";")[0] for r in extra] == [index.version]
