"""All that goes into a bundle. Each part is got by itself: what fails says why in its place, since
a bundle is wanted most where much is broken."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from heimvakt.config.catalogue import Catalogue
from heimvakt.config.loader import load

from . import database, machine
from .bundle import EVENTS_MAX, PART_MAX, Part, bounded, json_part, safe, text_part
from .home import redacted_home, told
from .redaction import Redactor

Ask = Callable[[str], Mapping[str, Any] | None]
"""One request to the service; None where none answers."""
Made = Callable[[], Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a bundle is made of."""

    config: Path
    text: str
    """Of the file of the home, as it is."""
    state: Path
    catalogue: Callable[[], Catalogue]
    ask: Ask
    lines: int
    log: Path | None
    """A file with what the service logged; None: the journal of the machine."""
    events_of_days: int | None
    now: datetime
    monotonic: Callable[[], float]


def parts(wanted: Wanted, redactor: Redactor) -> Iterator[Part]:
    """Each in turn, without secrets, and not longer than it may be."""
    for name, what, made in _all(wanted, redactor):
        bytes_max = EVENTS_MAX if name == "events.jsonl" else PART_MAX
        try:
            part = bounded(made(), bytes_max=bytes_max)
        # Whatever is broken on this box: the rest of the bundle may say what.
        except Exception as error:  # noqa: BLE001
            why = redactor.text(f"could not be had: {type(error).__name__}: {error}\n")
            part = text_part(name, what, why, complete=False)
        yield safe(part, redactor)


def _all(wanted: Wanted, redactor: Redactor) -> Iterator[tuple[str, str, Made]]:
    def of_json(name: str, what: str, get: Callable[[], Any]) -> tuple[str, str, Made]:
        return name, what, lambda: json_part(name, what, redactor.value(get()))

    def of_text(name: str, what: str, get: Callable[[], str]) -> tuple[str, str, Made]:
        return name, what, lambda: text_part(name, what, get())

    yield of_json("versions.json", "software and its versions", machine.versions)
    yield of_json(
        "box.json",
        "memory, disk, load, temperatures, what is plugged in",
        lambda: machine.box(wanted.state),
    )
    yield of_text(
        "configuration.txt",
        "the file of the home: what is known to be harmless",
        lambda: redacted_home(wanted.text, redactor),
    )
    yield of_json(
        "findings.json", "what is wrong with that file", lambda: _findings(wanted, redactor)
    )
    yield of_json(
        "status.json", "what the service says of itself", lambda: _asked(wanted, "status")
    )
    yield of_json(
        "devices.json", "the devices, their links and batteries", lambda: _asked(wanted, "devices")
    )
    yield of_json("self-test.json", "the last self-test", lambda: _last_test(wanted.state))
    yield of_json(
        "store.json",
        "what is stored: counted, and whether it is whole",
        lambda: database.figures(wanted.state, wanted.monotonic),
    )
    yield of_json(
        "files.json", "the names in the folder of the state", lambda: machine.files(wanted.state)
    )
    yield of_text(
        "systemd.txt", "what systemd says of the service", lambda: redactor.text(machine.unit())
    )
    yield of_text(
        "service.log",
        f"the last {wanted.lines} lines of the log",
        lambda: redactor.text(
            redactor.octets(machine.log(wanted.lines, wanted.log)).decode(errors="replace")
        ),
    )
    if wanted.events_of_days is not None:
        days = wanted.events_of_days
        yield of_text(
            "events.jsonl",
            f"WHAT HAPPENED IN THE HOME in the last {days} days",
            lambda: "\n".join(reversed(list(_events(wanted, days, redactor)))),
        )


def _findings(wanted: Wanted, redactor: Redactor) -> Any:
    return told(load(wanted.config, wanted.catalogue()).findings, redactor)


def _asked(wanted: Wanted, what: str) -> Any:
    answer = wanted.ask(what)
    if answer is None:
        raise machine.NotThere("no service answers")
    return answer


def _last_test(state: Path) -> Any:
    kept = sorted((state / "reports").glob("*.json"))
    if not kept:
        raise machine.NotThere("there was none")
    return json.loads(kept[-1].read_text(encoding="utf-8"))


def _events(wanted: Wanted, days: int, redactor: Redactor) -> Iterator[str]:
    """Without who it was that came; the rest is why they are asked for."""
    for body in database.events(wanted.state, days, wanted.now):
        event = redactor.value(json.loads(body))
        yield json.dumps(event, ensure_ascii=False)
