"""`[rules.ID]`: what is an alarm, and whether the devices that a rule names are there and fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from heimvakt.core.alarms import Priority
from heimvakt.core.devices import Device, Role
from heimvakt.rules import RuleKind, Wire

from .catalogue import Catalogue
from .findings import at_line, dotted, either, nearest, quoted
from .positions import Path
from .report import Report
from .sections import check_id, did_you_mean, read_section, tables, without_mistakes


class RuleEntry(NamedTuple):
    """A rule that the home is armed with."""

    rule_id: str
    kind: str
    settings: Any
    """A value of the kind's `settings`."""


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
        present.add(kind.kind)
        own = {key: value for key, value in table.items() if key != "kind"}
        fine = _check_priority(report, kind, own, path) and fine
        settings = read_section(report, kind.settings, own, path)
        wired = settings or without_mistakes(kind.settings, own)
        if wired is not None:
            heard |= _check_wires(report, kind, wired, rule_id, roles)
            _check_devices(report, kind, path, roles)
        if settings is not None and fine:
            entries.append(RuleEntry(rule_id, kind.kind, settings))
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


def _check_wires(
    report: Report,
    kind: RuleKind[Any],
    settings: BaseModel,
    rule_id: str,
    roles: Mapping[str, Role | None],
) -> set[str]:
    """The devices that the rule is wired to; those that are not there or do not fit are told."""
    named: dict[tuple[str | int, str], Wire] = {}
    for wire in kind.wiring(settings):
        path = ("rules", rule_id, *wire.field)
        key = (wire.field[0], wire.device_id)
        if key in named:
            twice = f"{dotted(path)}: {quoted(wire.device_id)} is named twice"
            report.warning(path, twice, "once is enough")
        named.setdefault(key, wire)
        if wire.device_id not in roles:
            _tell_unknown(report, path, wire, rule_id, roles)
        elif (role := roles[wire.device_id]) is not None and role not in wire.roles:
            report.wrong(
                path,
                f"{quoted(wire.device_id)} has the role {role}; here it must be "
                f"{either(sorted(wire.roles))}",
                _of_roles(report, wire.roles, roles),
            )
    return {wire.device_id for wire in named.values()}


def _tell_unknown(
    report: Report, path: Path, wire: Wire, rule_id: str, roles: Mapping[str, Role | None]
) -> None:
    fitting = {d: ("devices", d) for d, role in roles.items() if role in wire.roles}
    rest = {d: ("devices", d) for d in roles}
    close = nearest(wire.device_id, fitting)
    report.error(
        path,
        f"devices.{wire.device_id} is used by rules.{rule_id} but there is no such device",
        did_you_mean(
            report,
            wire.device_id,
            fitting if close or fitting else rest,
            several="devices that can stand here" if fitting else "devices of this file",
            none=f"add a section [devices.{wire.device_id}]",
        ),
    )


def _of_roles(report: Report, wanted: frozenset[Role], roles: Mapping[str, Role | None]) -> str:
    fitting = [
        f'"{d}"{at_line(report.place_of(("devices", d)))}' for d, r in roles.items() if r in wanted
    ]
    if fitting:
        return f"devices that can stand here: {', '.join(fitting)}"
    # One whose role is misspelt may be meant.
    return "" if None in roles.values() else "no device of this file has such a role"


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
