"""`[drivers.NAME]` and `[devices.ID]`: what is plugged in, and what is heard over it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from heimvakt.core.devices import Device, Role, own_driver
from heimvakt.core.ports import DriverPlugin, Mistake
from heimvakt.core.radios import Pairs

from .catalogue import CannotUse, Catalogue
from .findings import at_line, dotted, nearest, quoted
from .models import ONLY_FOR, DeviceSettings
from .positions import Path
from .report import Report
from .sections import check_id, did_you_mean, read_section, tables
from .sentences import missing_key
from .stand_in import stand_in
from .unusable import of_devices, of_drivers


@dataclass(frozen=True, slots=True)
class DriverEntry:
    """A driver that the home uses."""

    name: str
    """`zigbee`, or `osdp.front` where there are several of a kind."""
    plugin: DriverPlugin
    settings: Any
    """A value of `plugin.settings`."""


@dataclass(frozen=True, slots=True)
class Drivers:
    """The drivers of a file."""

    entries: dict[str, DriverEntry]
    """Those without mistakes."""
    named: dict[str, Path]
    """All that the file names, and where."""
    meant: frozenset[str]
    """Names that misspelt sections were likely to have; no device is blamed for naming one."""


def read_drivers(
    report: Report,
    data: Mapping[str, Any],
    catalogue: Catalogue,
    left_out: Collection[Path] = (),
) -> Drivers:
    """The drivers of the file but for those left out; what is wrong with the others is told."""
    entries: dict[str, DriverEntry] = {}
    named: dict[str, Path] = {}
    meant: set[str] = set()
    for name, table in tables(report, data, "drivers"):
        path: Path = ("drivers", name)
        plugin = None if path in left_out else _plugin(report, catalogue, name, path)
        if plugin is None:
            named |= {name: path} | {
                f"{name}.{key}": (*path, key) for key, v in table.items() if isinstance(v, dict)
            }
            if close := nearest(name, catalogue.drivers):
                meant |= {close} | {f"{close}.{key}" for key in table}
            continue
        instances = _instances(name, table, plugin)
        wrong = of_drivers(left_out, {full: where for full, where, _ in instances})
        for full, where, settings in instances:
            named[full] = where
            if full in wrong:
                continue
            if len(where) > 2:
                check_id(report, where, table)
            read = read_section(report, plugin.settings, settings, where)
            if read is not None:
                entries[full] = DriverEntry(full, plugin, read)
    return Drivers(entries, named, frozenset(meant - set(named)))


def _plugin(report: Report, catalogue: Catalogue, name: str, path: Path) -> DriverPlugin | None:
    if name not in catalogue.drivers:
        close = nearest(name, catalogue.drivers)
        hint = f'did you mean "{close}"?' if close else _installed(catalogue)
        report.wrong(path, "there is no such driver", hint, at_key=True)
        return None
    try:
        return catalogue.drivers[name]()
    except CannotUse as problem:
        report.wrong(
            path,
            f"the driver is installed but cannot be used: {problem}",
            "install the packages that it needs",
            at_key=True,
        )
        return None


def _installed(catalogue: Catalogue) -> str:
    if not catalogue.drivers:
        return "no driver is installed: is this the whole of Heimvakt?"
    return f"drivers that are installed: {', '.join(sorted(catalogue.drivers))}"


def _instances(
    name: str, table: Mapping[str, Any], plugin: DriverPlugin
) -> list[tuple[str, Path, Mapping[str, Any]]]:
    """`[drivers.osdp]` itself, and `[drivers.osdp.front]` for each table that is no setting."""
    fields = plugin.settings.model_fields
    several = {k: v for k, v in table.items() if isinstance(v, dict) and k not in fields}
    own = {k: v for k, v in table.items() if k not in several}
    found: list[tuple[str, Path, Mapping[str, Any]]] = [
        (f"{name}.{key}", ("drivers", name, key), settings) for key, settings in several.items()
    ]
    if own or not several:
        found.insert(0, (name, ("drivers", name), own))
    return found


def read_devices(
    report: Report, data: Mapping[str, Any], drivers: Drivers, left_out: Collection[Path] = ()
) -> dict[str, Device]:
    """The devices of the file that have no mistakes, with those that stand in for what is left
    out; what is wrong with the others is told."""
    devices: dict[str, Device] = {}
    all_tables = dict(tables(report, data, "devices"))
    wrong = of_devices(left_out)
    for device_id, table in all_tables.items():
        path: Path = ("devices", device_id)
        if left_out and device_id in wrong:
            devices[device_id] = stand_in(device_id, table, own_driver(device_id))
            continue
        if left_out and _hangs_on_nothing(table, drivers):
            devices[device_id] = stand_in(device_id, table, table["driver"])
            continue
        fine = check_id(report, path, all_tables)
        model = _options_of(drivers, table)
        own = {k: v for k, v in table.items() if model and k in model.model_fields}
        common = {k: v for k, v in table.items() if k not in own}
        settings = read_section(report, DeviceSettings, common, path)
        options = read_section(report, model, own, path) if model else None
        fine = (model is None or options is not None) and fine
        fine = _fits_role(report, table, path) and fine
        fine = _has_driver(report, table, path, drivers) and fine
        fine = _has_address(report, table, path, drivers) and fine
        if settings is not None and fine:
            devices[device_id] = replace(settings.to_device(device_id), options=options)
    if not all_tables and not report.has_error_at(("devices",)):
        report.warning((), "there is no device: nothing is watched", "add a section [devices.ID]")
    _check_addresses(report, all_tables)
    _check_drivers(report, drivers, devices, all_tables)
    return devices


def _hangs_on_nothing(table: Mapping[str, Any], drivers: Drivers) -> bool:
    """Whether its driver is one that the file means and that cannot be used."""
    driver = table.get("driver")
    return driver not in drivers.entries and (driver in drivers.named or driver in drivers.meant)


def _options_of(drivers: Drivers, table: Mapping[str, Any]) -> type[BaseModel] | None:
    """The keys that the driver of this device knows beside those of every device."""
    entry = drivers.entries.get(str(table.get("driver")))
    return entry.plugin.device_settings if entry else None


def roles_of(sections: Iterable[object]) -> dict[str, Role | None]:
    """Every device that the file names, right or wrong in the rest; None for a role unknown.

    Args:
        sections: `devices`, and what is likely to be the same misspelt.
    """
    known = {role.value: role for role in Role}
    return {
        device_id: known.get(str(table.get("role")))
        for section in sections
        if isinstance(section, dict)
        for device_id, table in section.items()
        if isinstance(table, dict)
    }


def _fits_role(report: Report, table: Mapping[str, Any], path: Path) -> bool:
    role = table.get("role")
    if role not in [r.value for r in Role]:
        return True  # told already
    wrong = [key for key, only in ONLY_FOR.items() if key in table and role != only.value]
    for key in wrong:
        only = ONLY_FOR[key].value
        report.wrong(
            (*path, key),
            f"only a {only} has this key, and the role here is {role}",
            f'take the line away, or write role = "{only}"',
            at_key=True,
        )
    return not wrong


def _has_driver(report: Report, table: Mapping[str, Any], path: Path, drivers: Drivers) -> bool:
    driver = table.get("driver")
    if not isinstance(driver, str) or driver in drivers.named or driver in drivers.meant:
        return True
    hint = did_you_mean(
        report,
        driver,
        drivers.named,
        several="drivers of this file",
        none=f"add a section [drivers.{driver}]",
    )
    report.wrong((*path, "driver"), f"{quoted(driver)} is no driver of this file", hint)
    return False


def _has_address(report: Report, table: Mapping[str, Any], path: Path, drivers: Drivers) -> bool:
    """Whether it has one, or may be given one by pairing."""
    entry = drivers.entries.get(str(table.get("driver")))
    misspelt = nearest("address", [k for k in table if k not in DeviceSettings.model_fields])
    if "address" in table or misspelt or entry is None:
        return True
    if isinstance(entry.plugin, Pairs):
        report.warning(
            path,
            f"{dotted(path)}: not paired yet, nothing is heard of it",
            f"with the sensor in your hand: heimvakt pair --as {path[-1]}",
            at_key=True,
        )
        return True
    what, hints = missing_key("address", DeviceSettings.model_fields["address"])
    report.wrong(path, what, *hints, at_key=True)
    return False


def _check_addresses(report: Report, all_tables: Mapping[str, Any]) -> None:
    taken: dict[tuple[str, str], str] = {}
    for device_id, table in all_tables.items():
        driver, address = table.get("driver"), table.get("address")
        if not isinstance(driver, str) or not isinstance(address, str | int):
            continue
        first = taken.setdefault((driver, str(address).casefold()), device_id)
        if first != device_id:
            line = at_line(report.place_of(("devices", first, "address")))
            report.wrong(
                ("devices", device_id, "address"),
                f"{quoted(address)} is the address of devices.{first} too{line}",
                "each device has an address of its own: read the label again",
            )


def _check_drivers(
    report: Report,
    drivers: Drivers,
    devices: Mapping[str, Device],
    all_tables: Mapping[str, Any],
) -> None:
    """What the drivers themselves find, and drivers without devices."""
    used = [table.get("driver") for table in all_tables.values()]
    # Where a device names a driver that is not there, it may mean this one.
    all_found = all(name in drivers.named for name in used if isinstance(name, str))
    for name, where in drivers.named.items():
        if name not in used and all_tables and all_found and not report.has_error_at(where):
            report.warning(
                where,
                f"{dotted(where)}: no device uses this driver",
                "take the section away, or add its devices",
                at_key=True,
            )
    for name, entry in drivers.entries.items():
        own = [d for d in devices.values() if d.driver == name and d.address]
        for mistake in _found_by(entry, drivers.named[name], own):
            if report.has_error_at(mistake.where):
                continue  # one word about a place is enough
            tell = report.warning if mistake.warning else report.error
            tell(mistake.where, f"{dotted(mistake.where)}: {mistake.what}", mistake.hint)


def _found_by(entry: DriverEntry, where: Path, own: Sequence[Device]) -> Sequence[Mistake]:
    try:
        return entry.plugin.check(entry.settings, where, own)
    # It may be anybody's: a fault in it is one of this driver, and must not cost the home.
    except Exception as error:  # noqa: BLE001
        what = f"it cannot check its settings: {type(error).__name__}: {error}"
        return [Mistake(where, what, "tell those who made the driver")]
