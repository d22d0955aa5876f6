"""`[receivers.NAME]`: who is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from heimvakt.core.path import Path as Way

from .catalogue import Catalogue
from .findings import dotted, either, nearest, quoted
from .positions import Path
from .report import Report
from .sections import check_id, read_section, tables


@dataclass(frozen=True, slots=True)
class ReceiverEntry:
    """Somebody who is told."""

    name: str
    kind: str
    settings: Any
    """A value of the model of the kind."""


def read_receivers(
    report: Report, data: Mapping[str, Any], catalogue: Catalogue
) -> dict[str, ReceiverEntry]:
    """The receivers without mistakes; what is wrong with the others is told."""
    entries: dict[str, ReceiverEntry] = {}
    all_tables = dict(tables(report, data, "receivers"))
    for name, table in all_tables.items():
        path: Path = ("receivers", name)
        fine = check_id(report, path, all_tables)
        kind = _kind(report, catalogue, table, path)
        if kind is None:
            continue
        model = catalogue.receivers[kind]
        settings = read_section(report, model, _for_model(model, table), path)
        if settings is not None and fine:
            entries[name] = ReceiverEntry(name, kind, settings)
    if not all_tables and not report.has_error_at(("receivers",)):
        known = "|".join(sorted(catalogue.receivers))
        report.error(
            ("receivers",),
            "there is no receiver: nobody would be told",
            f'add a section [receivers.centre] with kind = "{known}" and its keys',
        )
    return entries


def _kind(report: Report, catalogue: Catalogue, table: Mapping[str, Any], path: Path) -> str | None:
    known = sorted(catalogue.receivers)
    if "kind" not in table:
        report.wrong(
            path, "kind is missing", f"add a line: kind = {either([f'{quoted(k)}' for k in known])}"
        )
        return None
    kind = table["kind"]
    if isinstance(kind, str) and kind in catalogue.receivers:
        return kind
    close = nearest(kind, known) if isinstance(kind, str) else None
    hint = f'did you mean "{close}"?' if close else f"kinds of receivers: {', '.join(known)}"
    report.wrong((*path, "kind"), f"{quoted(kind)} is no kind of receiver", hint)
    return None


def check_ways(
    report: Report, receivers: Mapping[str, ReceiverEntry], paths: Sequence[Way]
) -> None:
    """Whether each receiver can be reached beside the others."""
    taken: dict[str, str] = {}
    for name, entry in receivers.items():
        path: Path = ("receivers", name)
        if getattr(entry.settings, "needs_modem", False) and not any(p.modem for p in paths):
            report.wrong(
                (*path, "kind"),
                f"{dotted(path)} needs a modem, and no path has one",
                'write modem = "auto" below [paths.mobile]',
            )
        for number, url in enumerate(getattr(entry.settings, "brokers", ())):
            first = taken.setdefault(url, name)
            if first != name:
                # One client id and one topic for answers: they would throw each other out.
                report.wrong(
                    (*path, "brokers", number),
                    f"receivers.{first} has this broker already",
                    "one broker is one receiver: name both centres' systems behind it once",
                )


def _for_model(model: type[BaseModel], table: Mapping[str, Any]) -> Mapping[str, Any]:
    if "kind" in model.model_fields:
        return table
    return {key: value for key, value in table.items() if key != "kind"}
