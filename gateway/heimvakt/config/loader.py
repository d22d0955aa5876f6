"""From the path of a file to a checked configuration, or to all that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from . import confidential, unusable
from .catalogue import Catalogue
from .configuration import Configuration
from .doors import check_doors
from .doses import check_doses
from .findings import Finding, Severity, dotted, has_errors, in_order, nearest, quoted
from .hardware import read_devices, read_drivers, roles_of
from .models import PLACEHOLDER, VERSION, GatewaySettings
from .modes import read_modes
from .orders import read_orders
from .page import read_page
from .paths import read_paths
from .positions import Path
from .report import Report
from .routing import read_routes
from .rule_sections import read_rules
from .sections import read_section
from .signs import read_signs
from .source import Document, read
from .storage import read_store
from .tags import check_tag_names, read_tags
from .telling import read_receivers
from .updates import read_updates

SECTIONS = {
    "version": "version",
    "gateway": "[gateway]",
    "drivers": "[drivers.NAME]",
    "devices": "[devices.ID]",
    "rules": "[rules.ID]",
    "paths": "[paths.NAME]",
    "receivers": "[receivers.NAME]",
    "routes": "[[routes]]",
    "signs": "[signs]",
    "orders": "[orders.keys.NAME]",
    "tags": "[tags.NAME]",
    "modes": "[modes.MODE]",
    "store": "[store]",
    "page": "[page]",
    "updates": "[updates.keys.NAME]",
}
"""What may stand at the top of the file, and how it is written."""

_HOME_OF = dict.fromkeys(GatewaySettings.model_fields, "gateway")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file."""

    configuration: Configuration | None
    """None if there is an error among the findings that it cannot do without."""
    findings: tuple[Finding, ...]
    digest: str
    """SHA-256 of the file in hex, which tells two versions apart; empty if it cannot be read."""


def load(path: str | FilePath, catalogue: Catalogue, *, isolating: bool = False) -> Loaded:
    """Read and check a file.

    `isolating` leaves devices and drivers out that are wrong, so that the rest is watched; all that
    is wrong is told all the same.

    Asks the drivers that the file names what they think of their settings, the catalogue what there
    is on the machine, and nothing else. Never raises, whatever the file is.
    """
    source = read(path)
    if source.document is None:
        return Loaded(None, source.findings, source.digest)
    report = Report(source.document)
    configuration = _checked(source.document.data, catalogue, report)
    if has_errors(report.findings):
        configuration = (
            _without_wrong(source.document, catalogue, report.findings) if isolating else None
        )
    if configuration is not None:
        configuration = replace(configuration, digest=source.digest)
    return Loaded(configuration, report.findings, source.digest)


def _without_wrong(
    document: Document, catalogue: Catalogue, findings: Collection[Finding]
) -> Configuration | None:
    """The home without the devices and drivers that are wrong; None if more is."""
    left_out: frozenset[Path] = frozenset()
    because: dict[Path, Finding] = {}
    for _ in range(unusable.ROUNDS_MAX):
        more = unusable.to_leave_out(findings) - left_out
        if not more:
            return None
        left_out |= more
        for finding in findings:
            if finding.path in more and finding.severity is Severity.ERROR:
                because.setdefault(finding.path, finding)
        report = Report(document)
        data = unusable.reduced(document.data, left_out)
        configuration = _checked(data, catalogue, report, left_out)
        findings = report.findings
        if configuration is not None and not has_errors(findings):
            wrong = in_order(because.values())
            told = unusable.told(configuration.devices, configuration.drivers, wrong)
            return replace(configuration, unusable=told)
    return None


def _checked(
    data: Mapping[str, Any],
    catalogue: Catalogue,
    report: Report,
    left_out: Collection[Path] = (),
) -> Configuration | None:
    _check_sections(report, data)
    _check_version(report, data)
    gateway = _gateway(report, data)
    if gateway is not None and gateway.id == PLACEHOLDER:
        report.warning(
            ("gateway", "id"),
            f"gateway.id: {quoted(PLACEHOLDER)} is a placeholder, and the number of no gateway",
            "write the one that the response centre gave",
        )
    zone = ZoneInfo(gateway.timezone if gateway else "UTC")
    drivers = read_drivers(report, data, catalogue, left_out)
    devices = read_devices(report, data, drivers, left_out)
    check_doors(report, data)
    check_doses(report, devices, zone)
    roles = roles_of(_meant(data, "devices"))
    rules = read_rules(report, data, catalogue, roles, devices)
    tags = read_tags(report, data, devices)
    check_tag_names(report, data, rules)
    modes = read_modes(report, data, roles)
    paths = read_paths(report, data, catalogue)
    signs = read_signs(report, data, catalogue)
    store = read_store(report, data)
    page = read_page(report, data)
    orders = read_orders(report, data)
    updates = read_updates(report, data)
    receivers = read_receivers(report, data, catalogue)
    kinds = {kind for rule in catalogue.rules.values() for kind in rule.raises}
    routes = read_routes(report, data, _names(data.get("receivers")), kinds, zone)
    for path in confidential.in_clear(data):
        if not report.has_error_at(path) and not unusable.is_left_out(path, left_out):
            report.wrong(path, "here a secret stands in clear", confidential.HINT)
    if gateway is None:
        return None
    return Configuration(
        gateway=gateway,
        drivers=MappingProxyType(drivers.entries),
        devices=MappingProxyType(devices),
        rules=rules,
        receivers=MappingProxyType(receivers),
        routes=routes,
        paths=paths,
        signs=signs,
        store=store,
        page=page,
        orders=orders,
        updates=updates,
        tags=MappingProxyType(tags),
        modes=MappingProxyType(modes),
    )


def _check_sections(report: Report, data: Mapping[str, Any]) -> None:
    for key, value in data.items():
        if key in SECTIONS:
            continue
        path: Path = (key,)
        astray = nearest(key, _HOME_OF) if not isinstance(value, dict | list) else None
        if astray:
            hint = f"{astray} belongs below [{_HOME_OF[astray]}]"
        elif close := nearest(key, [s for s in SECTIONS if s not in data]) or nearest(
            key, SECTIONS
        ):
            hint = f"did you mean {SECTIONS[close]}?"
        else:
            hint = f"what can stand here: {', '.join(SECTIONS.values())}"
        what = "section" if isinstance(value, dict | list) else "key"
        report.wrong(path, f"there is no such {what}", hint, at_key=True)


def _check_version(report: Report, data: Mapping[str, Any]) -> None:
    first_line = f"the first line of the file is: version = {VERSION}"
    if "version" not in data:
        report.error((), "version is missing", first_line)
        return
    version = data["version"]
    if type(version) is int and version > VERSION:
        report.wrong(
            ("version",),
            f"the file is of version {quoted(version)}, made for a newer Heimvakt",
            f"update Heimvakt; this one knows version {VERSION}",
        )
    elif type(version) is not int or version != VERSION:
        report.wrong(("version",), f"{quoted(version)} is no version of this file", first_line)


def _gateway(report: Report, data: Mapping[str, Any]) -> GatewaySettings | None:
    found = data.get("gateway")
    if found is None:
        report.error(
            (), "the section [gateway] is missing", 'write [gateway], and id = "..." below it'
        )
        return None
    if not isinstance(found, dict):
        path: Path = ("gateway",)
        report.wrong(path, f"{quoted(found)} is not a table", f"write [{dotted(path)}]")
        return None
    return read_section(report, GatewaySettings, found, ("gateway",))


def _meant(data: Mapping[str, Any], section: str) -> list[object]:
    """The section, and misspelt ones that are likely to be the same."""
    return [
        value
        for key, value in data.items()
        if key == section or (key not in SECTIONS and nearest(key, SECTIONS) == section)
    ]


def _names(section: object) -> Mapping[str, Any]:
    return section if isinstance(section, dict) else {}
