"""`[receivers.NAME]`: who is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from heimvakt.core.receiver import ReceiverSettings

from .catalogue import Catalogue
from .findings import dotted, either, nearest, quoted
from .positions import Path
from .report import Report
from .sections import check_id, read_section, tables, without_mistakes


@dataclass(frozen=True, slots=True)
class ReceiverEntry:
    """Somebody who is told."""

    name: str
    kind: str
    settings: ReceiverSettings
    """A value of the model of the kind."""


def read_receivers(
    report: Report, data: Mapping[str, Any], catalogue: Catalogue
) -> dict[str, ReceiverEntry]:
    """The receivers without mistakes; what is wrong with the others is told."""
    entries: dict[str, ReceiverEntry] = {}
    reached: dict[str, ReceiverSettings] = {}
    all_tables = dict(tables(report, data, "receivers"))
    for name, table in all_tables.items():
        path: Path = ("receivers", name)
        fine = check_id(report, path, all_tables)
        meant = _kind(report, catalogue, table, path)
        if meant is None:
            continue
        model = catalogue.receivers[meant]
        # A kind that is misspelt is told; its keys are those of the kind that was meant.
        settings = read_section(report, model, _for_model(model, table, meant), path)
        if settings is not None and fine and not report.has_error_at((*path, "kind")):
            entries[name] = ReceiverEntry(name, meant, settings)
        if known := settings or without_mistakes(model, _for_model(model, table, meant)):
            reached[name] = known
    if not all_tables and not report.has_error_at(("receivers",)):
        kinds = "|".join(sorted(catalogue.receivers))
        report.error(
            ("receivers",),
            "there is no receiver: nobody would be told",
            f'add a section [receivers.centre] with kind = "{kinds}" and its keys',
        )
    _check_ways(report, data, reached)
    if all_tables and all(table.get("kind") == "sms" for table in all_tables.values()):
        report.warning(
            ("receivers",),
            "telephones alone are told: nobody hears the gateway's heartbeat",
            'add a response centre, kind = "mqtt": who else notices when the gateway falls silent?',
            at_key=True,
        )
    return entries


def _kind(report: Report, catalogue: Catalogue, table: Mapping[str, Any], path: Path) -> str | None:
    """The kind of a receiver, or the one that was likely to be meant."""
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
    return close


def _check_ways(
    report: Report, data: Mapping[str, Any], receivers: Mapping[str, ReceiverSettings]
) -> None:
    """Whether each receiver can be reached, beside the others."""
    addresses: dict[object, str] = {}
    numbers: dict[object, str] = {}
    for name, settings in receivers.items():
        path: Path = ("receivers", name)
        if settings.needs_modem and not _has_modem(data.get("paths")):
            report.wrong(
                (*path, "kind"),
                f"{dotted(path)} needs a modem, and no path has one",
                'write modem = "auto" below [paths.mobile]'
                if "paths" in data
                else 'add [paths.broadband] and [paths.mobile], with modem = "auto" in the second',
            )
        for number, address in enumerate(settings.addresses):
            where = (*path, "brokers", number)
            first = addresses.setdefault(address, name)
            if first != name:
                # One client id and one topic for answers: they would throw each other out.
                report.wrong(
                    where,
                    f"receivers.{first} has this broker already",
                    "one broker is one receiver: name both centres' systems behind it once",
                )
            elif address in settings.addresses[:number]:
                report.wrong(where, "this broker stands here already", "take it away")
        if (telephone := settings.telephone) is not None:
            first = numbers.setdefault(telephone, name)
            if first != name:
                report.warning(
                    (*path, "number"),
                    f"{dotted((*path, 'number'))}: receivers.{first} has this telephone already",
                    "one telephone is one receiver, which may stand in several routes",
                )


def _has_modem(paths: object) -> bool:
    """Whether a path names a modem, perhaps with a mistake that is told there."""
    tables = paths.values() if isinstance(paths, dict) else ()
    return any(isinstance(t, dict) and t.get("modem", "none") != "none" for t in tables)


def _for_model(
    model: type[ReceiverSettings], table: Mapping[str, Any], kind: str
) -> Mapping[str, Any]:
    """The table as its model knows it: with the kind that was meant, or without any."""
    rest = {key: value for key, value in table.items() if key != "kind"}
    return {"kind": kind, **rest} if "kind" in model.model_fields else rest
