"""`[rules.ID]`: what is an alarm, with the devices that each rule names or means."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from heimvakt.core.alarms import Priority
from heimvakt.core.devices import Device, Role
from heimvakt.rules import RuleKind

from .catalogue import Catalogue
from .chosen import choose, tell_not_found
from .findings import dotted, either, nearest, quoted
from .positions import Path
from .report import Report
from .sections import check_id, read_section, tables, without_mistakes
from .wires import check_wires


class RuleEntry(NamedTuple):
    """A rule that the home is armed with."""

    rule_id: str
    kind: str
    settings: Any
    """A value of the kind's `settings`."""
    places: Mapping[Path, Path] = MappingProxyType({})
    """Where the file says what a device is, for each place in the settings of one found so."""


def read_rules(
    report: Report,
    data: Mapping[str, Any],
    catalogue: Catalogue,
    roles: Mapping[str, Role | None],
    devices: Mapping[str, Device],
) -> tuple[RuleEntry, ...]:
    """The rules of the file, and those that every home has; what is wrong is told.

    Args:
        report: takes what is wrong.
        data: the file.
        catalogue: the kinds that there are.
        roles: every device that the file names; None for a role that there is not.
        devices: those without mistakes.
    """
    entries: list[RuleEntry] = []
    present: set[str] = set()
    heard: set[str] = set()
    all_tables = dict(tables(report, data, "rules"))
    for rule_id, table in all_tables.items():
        path: Path = ("rules", rule_id)
        kind = _kind(report, catalogue, rule_id, table)
        fine = check_id(report, path, all_tables) if "kind" in table else True
        if kind is None:
            continue
        own = {key: value for key, value in table.items() if key != "kind"}
        fine = _check_priority(report, kind, own, path) and fine
        chosen = choose(report, kind.settings, own, path, devices)
        if chosen.nothing_at is None:
            present.add(kind.kind)
        settings = read_section(report, kind.settings, chosen.table, path)
        wired = settings or without_mistakes(kind.settings, chosen.table)
        if wired is not None:
            heard |= check_wires(report, kind, wired, rule_id, roles, chosen)
            if chosen.nothing_at is None:
                _check_devices(report, kind, path, roles)
        if not report.has_error_at(("devices",)):
            tell_not_found(report, path, chosen, devices)
        if settings is not None and fine and chosen.nothing_at is None:
            if not report.has_error_at(path):
                # Without what stood for those that were not found.
                chosen = choose(report, kind.settings, own, path, devices, keep_places=False)
                settings = kind.settings.model_validate(chosen.table)
            entries.append(RuleEntry(rule_id, kind.kind, settings, chosen.places))
    for kind in catalogue.rules.values():
        if kind.implicit and kind.kind not in present:
            entries.append(RuleEntry(kind.kind, kind.kind, kind.settings()))
    if not report.has_error_at(("rules",)):
        _tell_unheard(report, catalogue, entries, heard, devices)
    return tuple(entries)


def _kind(
    report: Report, catalogue: Catalogue, rule_id: str, table: Mapping[str, Any]
) -> RuleKind[Any] | None:
    known = catalogue.rules
    path: Path = ("rules", rule_id)
    word = table.get("kind", rule_id)
    if isinstance(word, str) and word in known:
        named_as = known.get(rule_id)
        if named_as is not None and named_as.implicit and word != rule_id:
            report.wrong(
                path,
                f"this is the name of a rule that every home has, and not of kind {quoted(word)}",
                "give the section another name",
                at_key=True,
            )
            return None
        return known[word]
    close = nearest(word, known) if isinstance(word, str) else None
    kinds = f"kinds of rules: {', '.join(sorted(known))}"
    if "kind" in table:
        hint = f'did you mean "{close}"?' if close else kinds
        report.wrong((*path, "kind"), f"{quoted(word)} is no kind of rule", hint)
    else:
        hints = (
            (f'did you mean "{close}"?',)
            if close
            else ("if this is a name of your own, add a line: kind = ...", kinds)
        )
        report.wrong(path, "there is no such rule", *hints, at_key=True)
    return None


def _check_priority(report: Report, kind: RuleKind[Any], own: dict[str, Any], path: Path) -> bool:
    """Whether the kind allows this priority; what is no priority at all, the model says."""
    chosen = own.get("priority")
    allowed = [p.value for p in sorted(kind.priorities, key=lambda p: p.rank)]
    if "priority" in own and "priority" not in kind.settings.model_fields:
        del own["priority"]
        report.wrong(
            (*path, "priority"),
            f"an alarm of kind {kind.kind} is always {either(allowed)}",
            "take the line away",
            at_key=True,
        )
        return False
    if chosen not in list(Priority) or chosen in allowed:
        return True
    report.wrong(
        (*path, "priority"),
        f"an alarm of kind {kind.kind} cannot be {quoted(chosen)}",
        f"it can be {either(allowed)}",
    )
    return False


def _check_devices(
    report: Report, kind: RuleKind[Any], path: Path, roles: Mapping[str, Role | None]
) -> None:
    """A rule that hears a role, in a home without such a device."""
    if kind.listens and None not in roles.values() and not kind.listens & set(roles.values()):
        report.warning(
            path,
            f"{dotted(path)}: there is no device that it could hear",
            f"it hears devices with the role {either(sorted(kind.listens))}",
            at_key=True,
        )


def _tell_unheard(
    report: Report,
    catalogue: Catalogue,
    entries: list[RuleEntry],
    wired: set[str],
    devices: Mapping[str, Device],
) -> None:
    listened = {role for entry in entries for role in catalogue.rules[entry.kind].listens}
    listened.add(Role.TAMPER)  # the rule of that name hears every device
    used = wired | {device.door for device in devices.values()}
    for device_id, device in devices.items():
        if device_id not in used and device.role not in listened:
            report.warning(
                ("devices", device_id),
                f"devices.{device_id} is in no rule: what it says is never an alarm",
                "name it in a rule, or take it away",
                at_key=True,
            )
