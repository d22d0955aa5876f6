"""The end of a hand-over: the sheet is written, and the unit remembers what stands on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from heimvakt.app import catalogue
from heimvakt.commissioning.kept import Kept
from heimvakt.commissioning.page import page
from heimvakt.commissioning.paper import paper
from heimvakt.commissioning.record import (
    DeviceRow,
    ReceiverRow,
    Record,
    canonical,
    digest_of,
)
from heimvakt.commissioning.telling import sheet_of
from heimvakt.config.loader import load
from heimvakt.core.events import Mode
from heimvakt.core.words import Words

from .client import ask
from .commission_notes import Notes

REMAINS_MAX = 100
"""Letters of each thing that is left, in the journal."""


def hand_over(notes: Notes) -> tuple[Record, Kept]:
    """Write the sheet, and have it journalled; only then is the hand-over no longer unfinished."""
    if ask(notes.socket, {"do": "mode"})["mode"] != Mode.HOME:
        # A hand-over that the power has cut short leaves the home in service behind.
        ask(notes.socket, {"do": "set-mode", "mode": Mode.HOME})
    status = ask(notes.socket, {"do": "status"})
    record = _record(notes, status)
    content = canonical(record)
    sheet = sheet_of(record, digest_of(content))
    html, pdf = page(sheet).encode(), paper(sheet)
    kept = notes.desk.file(record.ended_at, content, html, pdf)
    told = {
        "by": record.by,
        "configuration": record.configuration,
        "record": digest_of(content),
        "page": digest_of(html),
        "paper": digest_of(pdf),
        "remains": [
            *(f"{one.step}: {one.what}"[:REMAINS_MAX] for one in record.remains),
            *record.untried,
        ],
    }
    try:
        ask(notes.socket, {"do": "commissioned", **told})
    except BaseException:
        kept.discard()
        raise
    notes.desk.forget()
    return record, kept


def said(record: Record, kept: Kept) -> Iterator[Words]:
    """What the installer reads last."""
    many = len(record.remains) + len(record.untried)
    yield Words(nb="", en="")
    if many:
        yield Words(
            nb=f"{many} ting står igjen, og arket sier hvorfor",
            en=f"{many} {'thing' if many == 1 else 'things'} left, and the sheet says why",
        )
    else:
        yield Words(
            nb="alt ble prøvd, og alt virket", en="all of it was tried, and all of it worked"
        )
    yield Words(
        nb="skriv ut arket og la beboeren eller en pårørende skrive under:",
        en="print the sheet and let the resident or next of kin sign it:",
    )
    for file in (kept.paper, kept.page):
        yield Words(nb=f"  {file}", en=f"  {file}")


def _record(notes: Notes, status: dict[str, Any]) -> Record:
    rows, unit = notes.devices(), ask(notes.socket, {"do": "unit"})
    return Record(
        gateway_id=unit["gateway_id"],
        version=status["version"],
        language=status["language"],
        timezone=status["timezone"],
        configuration=unit["configuration"],
        by=notes.progress.by,
        began_at=notes.progress.began_at,
        ended_at=notes.now(),
        journal_seq=status["journal_seq"],
        seen=notes.progress.seen,
        devices=tuple(_device(device_id, row) for device_id, row in rows.items()),
        receivers=tuple(_receivers(notes.file, status)),
    )


def _device(device_id: str, row: dict[str, Any]) -> DeviceRow:
    return DeviceRow(
        device_id=device_id,
        role=row["role"],
        room=row["room"] or "",
        driver=row["driver"],
        address=row["address"],
        model=" ".join(filter(None, (row["manufacturer"], row["model"]))),
        lqi=row["lqi"],
        battery_percent=row["battery_percent"],
    )


def _receivers(file: Path, status: dict[str, Any]) -> Iterator[ReceiverRow]:
    """As they are connected now; a receiver of short messages is reached over its modem."""
    configuration = load(file, catalogue()).configuration
    kinds = {n: r.kind for n, r in configuration.receivers.items()} if configuration else {}
    for name, receiver in status["receivers"].items():
        paths = tuple(path for path, there in receiver["paths"].items() if there)
        yield ReceiverRow(name=name, kind=kinds.get(name, ""), connected=paths)
