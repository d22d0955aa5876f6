"""Corrections from zha-quirks, for makers that our own table does not know; loaded one by one.

They come with the extra `quirks` (Python 3.12 and newer). Importing all of its modules takes
seconds and 50 MB, for two or three that a home may need; so an index beside this module, made by
`tools/quirks-index`, says which modules are about which maker and model, and only those are
imported. Without the extra, or with another version than the index was made from, devices are used
as they describe themselves; so is one whose correction fails.

What `makers` knows is not corrected twice: those are the alarm sensors of a welfare kit, and they
shall behave alike on every Python. And no correction may take a zone of a device away from us: what
is not enrolled calls nobody.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata, resources
from typing import TYPE_CHECKING

import structlog
from zigpy.device import ZigbeeDevice

from heimvakt_drivers.zigbee.sensing.heard import Cluster
from heimvakt_drivers.zigbee.sensing.makers import NOTHING_KNOWN, known_of

from .interviewed import signature_of

if TYPE_CHECKING:
    from zigpy.device import BaseDevice

PACKAGE = "zha-quirks"
INDEX = "quirks.json"
PREFIX = "zhaquirks."
"""Of every module; left out in the index."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Index:
    """Which modules are about whom."""

    version: str
    """Of zha-quirks."""
    modules: Sequence[str]
    devices: Mapping[str, Mapping[str, Sequence[int]]]
    """Modules, by their place in that list, by maker and model; "" stands for any."""

    @classmethod
    def read(cls, text: str) -> Index:
        """Read what `tools/quirks-index` wrote."""
        return cls(**json.loads(text))

    def about(self, maker: str, model: str) -> Iterator[str]:
        """The modules that may have something on such a device."""
        for one_maker, one_model in ((maker, model), (maker, ""), ("", model)):
            for place in self.devices.get(one_maker, {}).get(one_model, ()):
                yield PREFIX + self.modules[place]


class Library:
    """zha-quirks, as much of it as has been loaded."""

    def load(self, modules: Sequence[str]) -> None:
        """Import modules; what they correct is in the registry afterwards."""
        for module in modules:
            importlib.import_module(module)
        importlib.import_module(PREFIX.rstrip("."))._register_pending_quirks()

    def correct(self, device: ZigbeeDevice) -> ZigbeeDevice:
        """The device with the correction that fits it, or as it is."""
        corrected = importlib.import_module("zha.quirks").DEVICE_REGISTRY.resolve(device)
        assert isinstance(corrected, ZigbeeDevice)
        return corrected

    def hides_a_zone(self, device: ZigbeeDevice, corrected: ZigbeeDevice) -> bool:
        """Whether a zone that the device has would be one that only plays being asked."""
        plays = importlib.import_module(PREFIX.rstrip(".")).LocalDataCluster
        return any(
            isinstance(corrected.endpoints[number].in_clusters.get(Cluster.ZONE), plays | None)
            for number, endpoint in device.endpoints.items()
            if number and Cluster.ZONE in endpoint.in_clusters
        )


class Resolver:
    """What zigpy asks for each device that it has got to know, or knows from the last time."""

    def __init__(self, index: Index, library: Library | None = None) -> None:
        self._index = index
        self._library = library or Library()
        self._failed: set[tuple[str, ...]] = set()

    def __call__(self, device: BaseDevice) -> BaseDevice:
        """The device, corrected if somebody knows better than it. Never raises."""
        if not isinstance(device, ZigbeeDevice):
            return device
        about = signature_of(device)
        if known_of(about.manufacturer, about.model) is not NOTHING_KNOWN:
            return device
        modules = tuple(self._index.about(about.manufacturer, about.model))
        if not modules or modules in self._failed:
            return device
        try:
            self._library.load(modules)
            corrected = self._library.correct(device)
            if corrected is device or not self._library.hides_a_zone(device, corrected):
                _let_go(device, corrected)
                return corrected
            corrected.on_remove()
            return device
        except Exception:  # code of many hands; the device is better than none
            self._failed.add(modules)
            log.exception(
                "the correction of a device cannot be used; it is used as it describes itself",
                manufacturer=about.manufacturer,
                model=about.model,
                modules=modules,
            )
            return device


def _let_go(device: ZigbeeDevice, corrected: ZigbeeDevice) -> None:
    """zigpy forgets a device that was replaced, with a task that waits for half a minute."""
    waiting = getattr(device, "_fast_polling_reset_task", None)
    if waiting is not None and corrected is not device:
        waiting.cancel()


def resolver(installed: Callable[[str], str] = metadata.version) -> Resolver | None:
    """For `ControllerApplication.new`; None where zha-quirks is not there or does not fit."""
    try:
        version = installed(PACKAGE)
    except metadata.PackageNotFoundError:
        return None
    index = Index.read(resources.files(__package__).joinpath(INDEX).read_text(encoding="utf-8"))
    if index.version != version:
        log.warning(
            "zha-quirks is not used: install the version that heimvakt[quirks] names",
            installed=version,
            wanted=index.version,
        )
        return None
    return Resolver(index)
