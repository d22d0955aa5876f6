"""Whether the devices that a rule names are in the file, and are what the rule needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from heimvakt.core.devices import Role
from heimvakt.rules import RuleKind, Wire

from .chosen import NOBODY, Chosen
from .findings import at_line, dotted, either, nearest, quoted
from .positions import Path
from .report import Report
from .sections import did_you_mean


def check_wires(
    report: Report,
    kind: RuleKind[Any],
    settings: BaseModel,
    rule_id: str,
    roles: Mapping[str, Role | None],
    chosen: Chosen,
) -> set[str]:
    """The devices that the rule is wired to; those that are not there or do not fit are told."""
    named: dict[tuple[Path, str], Wire] = {}
    unfit: set[Path] = set()
    for wire in kind.wiring(settings):
        path = ("rules", rule_id, *wire.field)
        key = (setting(wire.field), wire.device_id)
        if (place := chosen.places.get(wire.field)) is not None:
            if place not in unfit and not _choice_fits(report, rule_id, chosen, place, wire):
                unfit.add(place)
            named.setdefault(key, wire)
            continue
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
    return {wire.device_id for wire in named.values()} - {NOBODY}


def setting(field: Path) -> Path:
    """The key without the number in its list."""
    return field[:-1] if isinstance(field[-1], int) else field


def _choice_fits(report: Report, rule_id: str, chosen: Chosen, place: Path, wire: Wire) -> bool:
    choice = chosen.choices.get(place)
    if choice is None or choice.role in wire.roles:
        return True
    roles = [quoted(role.value) for role in sorted(wire.roles)]
    report.wrong(
        ("rules", rule_id, *place, "role"),
        f"{quoted(choice.role.value)} cannot stand here",
        f"write {either(roles)}",
    )
    return False


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
