"""Whether a sheet is one that this unit has made, as it has made it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer

from heimvakt.commissioning.record import digest_of
from heimvakt.core.audit_chain import follow, whole
from heimvakt.core.words import Words

from .audit import STATE, Log
from .client import ask_if_there
from .exits import Exit, fail
from .times import local

SHEET_BYTES_MAX = 10_000_000
KINDS = {"record": "JSON", "page": "HTML", "paper": "PDF"}


def verify_sheet(sheet: Path, socket: Path | None, *, as_json: bool) -> None:
    """Compare the file with what the audit log says of each hand-over; ends with 1 if it is none of
    them, or if the log itself is not whole."""
    try:
        if sheet.stat().st_size > SHEET_BYTES_MAX:
            fail(Exit.FOUND, f"{sheet} is no sheet: it is too large")
        digest = digest_of(sheet.read_bytes())
    except OSError as error:
        fail(Exit.USAGE, f"{sheet}: {error.strerror}")
    log = Log(socket, STATE)
    rows = list(log.rows())
    broken = whole(follow(rows), log.last)
    if broken is not None:
        fail(Exit.FOUND, f"the audit log is broken at row {broken.number}: {broken.reason}")
    found: tuple[dict[str, Any], str] | None = None
    for row in rows:
        body = json.loads(row.body)
        if body.get("what") == "commissioned":
            kind = next((name for key, name in KINDS.items() if body.get(key) == digest), None)
            found = (body, kind) if kind else found
    if as_json:
        body = found[0] if found else {}
        print(json.dumps({"unchanged": found is not None, "sha256": digest, **body}))
    else:
        status = ask_if_there(socket, {"do": "status"}) or {"language": "en"}
        print(_said(found, digest, log.timezone).in_language(status["language"]))
    raise typer.Exit(Exit.GOOD if found is not None else Exit.FOUND)


def _said(found: tuple[dict[str, Any], str] | None, digest: str, timezone: str) -> Words:
    if found is None:
        return Words(
            nb="IKKE et ark slik denne enheten laget det: endret, eller fra en annen enhet"
            f"\n  SHA-256 er {digest}",
            en="NOT a sheet as this unit made it: it was changed, or another unit made it"
            f"\n  its SHA-256 is {digest}",
        )
    body, kind = found
    at, row = local(str(body["at"]), timezone), body["number"]
    return Words(
        nb=f"uendret: som denne enheten skrev det ({kind}) {at:%Y-%m-%d %H:%M:%S}"
        f"\n  overlevert av {body['by']}; rad {row} i loggen: heimvakt audit show",
        en=f"unchanged: as this unit wrote it ({kind}) at {at:%Y-%m-%d %H:%M:%S}"
        f"\n  handed over by {body['by']}; row {row} of the audit log: heimvakt audit show",
    )
