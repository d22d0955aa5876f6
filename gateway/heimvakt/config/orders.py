"""`[orders]`: the keys of those who may order something of this home, and what each of them may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from heimvakt.core.fields import duration
from heimvakt.core.orders import MAY, RIGHTS, UNLOCK_WITHIN, KeyRole, OrderKey, OrderKeys

from .findings import nearest, quoted
from .models import Section
from .positions import Path
from .public_keys import TEXT, KeySection, public_key, read_keys
from .report import Report
from .sections import read_section


class OrderKeySettings(KeySection):
    """`[orders.keys.NAME]`: the name is the `kid` of the orders that are signed with it."""

    role: Annotated[KeyRole, Field(description="Whose key it is: this decides what it may order.")]
    key: Annotated[
        str,
        TEXT,
        public_key(whoever="can open the door", keygen="heimvakt order keygen"),
    ]


class OrderLimits(Section):
    """`[orders]`: what stands there beside the tables."""

    unlock_within: Annotated[
        timedelta,
        duration(at_least="1h", at_most="7d"),
        Field(
            description="An alarm that nobody has closed is a reason to open a door for so long "
            "since it was raised, delivered or accepted."
        ),
    ] = UNLOCK_WITHIN


@dataclass(frozen=True, slots=True)
class OrderSettings:
    """Whose orders are taken, and what they may say."""

    keys: Mapping[str, OrderKey] = field(default_factory=dict)
    may: Mapping[str, frozenset[str]] = field(default_factory=lambda: MAY)
    unlock_within: timedelta = UNLOCK_WITHIN

    def to_keys(self, *, bundle_bytes_max: int = 0) -> OrderKeys:
        """As the core knows it."""
        return OrderKeys(
            may=self.may,
            unlock_within=self.unlock_within,
            bundle_bytes_max=bundle_bytes_max,
        )


NO_ORDERS = OrderSettings()
TABLES = frozenset({"keys", "may"})


def read_orders(report: Report, data: Mapping[str, Any]) -> OrderSettings:
    """The section, or what is so without it: nobody orders anything."""
    found = data.get("orders", {})
    if not isinstance(found, dict):
        report.wrong(("orders",), f"{quoted(found)} is not a table", "write [orders.keys.NAME]")
        return NO_ORDERS
    for name in sorted(name for name in found.keys() - TABLES if isinstance(found[name], dict)):
        report.wrong(
            ("orders", name),
            "there is no such section",
            "what can stand here: [orders.keys.NAME], [orders.may]",
            at_key=True,
        )
    own = {n: v for n, v in found.items() if n not in TABLES and not isinstance(v, dict)}
    limits = read_section(report, OrderLimits, own, ("orders",)) or OrderLimits()
    keys = read_keys(report, "orders", found, OrderKeySettings, "a key has one name and one role")
    return OrderSettings(
        {name: OrderKey(settings.role, public) for name, settings, public in keys},
        _may(report, found.get("may", {})),
        limits.unlock_within,
    )


def _may(report: Report, found: Any) -> Mapping[str, frozenset[str]]:
    """What each role may: never more than it may in any home."""
    if not isinstance(found, dict):
        report.wrong(("orders", "may"), f"{quoted(found)} is not a table", "write [orders.may]")
        return MAY
    may: dict[str, frozenset[str]] = dict(MAY)
    for role, verbs in found.items():
        path: Path = ("orders", "may", role)
        if role not in list(KeyRole):
            hint = f"roles of keys: {', '.join(KeyRole)}"
            report.wrong(path, f"{quoted(role)} is no role of a key", hint, at_key=True)
        elif not isinstance(verbs, list):
            report.wrong(path, "this must be a list", f'write {role} = ["lock"]')
        else:
            for number, verb in enumerate(verbs):
                _check_verb(report, KeyRole(role), verb, (*path, number))
            may[role] = frozenset(map(str, verbs)) & MAY[KeyRole(role)]
    return may


def _check_verb(report: Report, role: KeyRole, verb: object, path: Path) -> None:
    allowed = ", ".join(sorted(MAY[role]))
    if not isinstance(verb, str) or verb not in RIGHTS:
        close = nearest(verb, RIGHTS) if isinstance(verb, str) else None
        hint = f'did you mean "{close}"?' if close else f"what {role} may: {allowed}"
        report.wrong(path, f"{quoted(verb)} is no order", hint)
    elif verb not in MAY[role]:
        report.wrong(
            path, f"a key of role {role} may never order {quoted(verb)}", f"it may: {allowed}"
        )
