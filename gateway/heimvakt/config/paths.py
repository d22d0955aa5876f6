"""`[paths.NAME]`: the ways out of the box, the one that is used first at the top."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from heimvakt.core.fields import duration, format_duration
from heimvakt.core.path import Path

from .catalogue import Catalogue
from .findings import at_line, dotted, nearest, quoted
from .models import Section
from .positions import Path as Keys
from .report import Report
from .sections import check_id, read_section, tables

FIRST_KNOWN_WITHIN = timedelta(minutes=3)
"""The loss of the first path is to be told upstream within this."""
_FIRST, _OTHER = (
    Path(),
    Path(
        keepalive=timedelta(seconds=60),
        heartbeat=timedelta(minutes=15),
        lost_after=timedelta(minutes=15),
        bytes_per_s_max=2_000,
    ),
)
"""Where the file says nothing: what a path that is paid by the byte says is a few MB a month."""

REFERENCE = r"^(credential:[A-Za-z0-9._-]+|file:/.+)$"
_RATE = r"^[1-9]\d{0,5}(?:B|kB|MB)/s$"
_UNIT = {"B": 1, "kB": 1_000, "MB": 1_000_000}


def _rate(value: object) -> object:
    text = value if isinstance(value, str) else ""
    if re.fullmatch(_RATE, text, re.ASCII):
        number, unit = re.split(r"(?<=\d)(?=\D)", text.removesuffix("/s"))
        return int(number) * _UNIT[unit]
    raise PydanticCustomError(
        "no_rate",
        "{shown} is no rate",
        {"shown": quoted(value), "hint": _meant_rate(text) or 'write for example "2kB/s"'},
    )


def _meant_rate(text: str) -> str | None:
    """A rate in other units or another spelling, as it should be written."""
    found = re.fullmatch(
        r"\s*(\d{1,6})\s*([kKmM]?)\s*(b|B|bit|byte|bytes)?\s*(?:/|p)?\s*s?(?:ec|ek)?\s*", text
    )
    if found is None or not (number := int(found[1])):
        return None
    prefix = {"k": "k", "K": "k", "m": "M", "M": "M", "": ""}[found[2]]
    if found[3] in ("b", "bit"):
        if number % 8 and prefix != "":
            number, prefix = number * 1000, {"k": "", "M": "k"}[prefix]
        number = max(number // 8, 1)
    return f'write it as "{number}{prefix}B/s" (bytes in a second)'


def _modem(text: str) -> str:
    if text in ("auto", "none") or text.startswith("/dev/"):
        return text
    close = nearest(text, ("auto", "none"))
    raise PydanticCustomError(
        "no_modem",
        "{shown} is no modem",
        {
            "shown": quoted(text),
            "hint": f'did you mean "{close}"?'
            if close
            else 'write "auto", "none", or its serial port, such as "/dev/ttyUSB2"',
        },
    )


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise PydanticCustomError(
            "no_address",
            "{shown} is not the address of a name server",
            {"shown": quoted(text), "hint": 'write numbers, such as "9.9.9.9": a name needs one'},
        ) from None


class PathSettings(Section):
    """`[paths.NAME]`: a way out of the box. Without any, the system's own is taken."""

    interface: Annotated[
        str,
        Field(
            min_length=1,
            max_length=15,
            pattern=r"^[^\s/:]+$",
            description="The network interface, as `ip link` shows it.",
            examples=["eth0"],
        ),
    ]
    modem: Annotated[
        str | None,
        Field(
            description="What drives it: auto (the modem that ModemManager has), the serial port "
            "of one, or none.",
            examples=["auto", "/dev/ttyUSB2"],
        ),
        AfterValidator(lambda v: v if v is None else _modem(v)),
    ] = None
    pin: Annotated[
        str | None,
        Field(
            pattern=REFERENCE,
            description="The PIN of the modem's SIM, if it has one: credential:NAME, or file:/path "
            "that not everybody can read. One that the SIM refuses is not tried again.",
            examples=["credential:sim-pin"],
        ),
    ] = None
    keepalive: Annotated[
        timedelta | None,
        duration(at_least="5s", at_most="10m"),
        Field(
            description="How long a connection may be idle before it is tried. Without it 10s on "
            "the first path, 60s on others."
        ),
    ] = None
    heartbeat: Annotated[
        timedelta | None,
        duration(at_least="10s", at_most="30m"),
        Field(
            description="How often the path is proven to the other end. Without it 60s on the "
            "first path, 15m on others; 60s at most to a receiver that relies on it: no other path "
            "reaches that, or none before it in the file."
        ),
    ] = None
    lost_after: Annotated[
        timedelta | None,
        duration(at_least="10s", at_most="24h"),
        Field(
            description="A path that carries nothing for so long is told as lost. Without it 90s "
            "on the first path, 15m on others."
        ),
    ] = None
    rate: Annotated[
        int | None,
        BeforeValidator(_rate),
        Field(
            description="The most that may go over it in a second, alarms apart.",
            examples=["2kB/s"],
            json_schema_extra={"type": "string", "pattern": _RATE},
        ),
    ] = None
    dns: Annotated[
        tuple[Annotated[str, AfterValidator(_address)], ...],
        Field(
            max_length=3,
            description="Name servers to be asked over this path. Without it as the system does.",
            examples=[["9.9.9.9"]],
        ),
    ] = ()

    def to_path(self, name: str, *, first: bool) -> Path:
        """As the core knows it."""
        usual = _FIRST if first else _OTHER
        return Path(
            name=name,
            interface=self.interface,
            modem=None if self.modem == "none" else self.modem,
            keepalive=self.keepalive or usual.keepalive,
            heartbeat=self.heartbeat or usual.heartbeat,
            lost_after=self.lost_after or usual.lost_after,
            bytes_per_s_max=self.rate or usual.bytes_per_s_max,
            pin=self.pin,
            dns=self.dns,
        )


def read_paths(report: Report, data: Mapping[str, Any], catalogue: Catalogue) -> tuple[Path, ...]:
    """The paths in the order of the file; without any, one that is bound to nothing."""
    if "paths" not in data:
        return (Path(),)
    paths: list[Path] = []
    all_tables = dict(tables(report, data, "paths"))
    for name, table in all_tables.items():
        where: Keys = ("paths", name)
        fine = check_id(report, where, all_tables)
        settings = read_section(report, PathSettings, table, where)
        if settings is not None and fine:
            paths.append(settings.to_path(name, first=name == next(iter(all_tables))))
    if not all_tables and not report.has_error_at(("paths",)):
        report.wrong(("paths",), "it is empty", "add a section [paths.broadband]", at_key=True)
    _check_interfaces(report, all_tables, catalogue)
    _check_modems(report, all_tables)
    if paths and paths[0].name == next(iter(all_tables)):
        _check_first(report, paths[0])
    return tuple(paths)


def _check_interfaces(report: Report, all_tables: Mapping[str, Any], catalogue: Catalogue) -> None:
    there = catalogue.machine().interfaces if catalogue.machine else None
    taken: dict[str, str] = {}
    for name, table in all_tables.items():
        where: Keys = ("paths", name, "interface")
        interface = table.get("interface")
        if not isinstance(interface, str) or report.has_error_at(where):
            continue
        first = taken.setdefault(interface, name)
        if first != name:
            line = at_line(report.place_of(("paths", first, "interface")))
            report.wrong(
                where,
                f"{quoted(interface)} is the interface of paths.{first} too{line}",
                "two paths over one interface are lost together: name another, or take one away",
            )
        elif there is not None and interface not in there:
            close = nearest(interface, there)
            found = f"there are: {', '.join(there)}" if there else "there is none"
            report.warning(
                where,
                f"{dotted(where)}: there is no {quoted(interface)} on this machine now",
                *([f'did you mean "{close}"?'] if close else []),
                found,
            )


def _check_modems(report: Report, all_tables: Mapping[str, Any]) -> None:
    """There is one modem, and a PIN is of no use without it."""
    having: str | None = None
    for name, table in all_tables.items():
        where: Keys = ("paths", name)
        if table.get("modem", "none") != "none":
            if having is not None:
                line = at_line(report.place_of(("paths", having, "modem")))
                report.wrong(
                    (*where, "modem"),
                    f"paths.{having} has a modem already{line}, and one is used",
                    "take this line away; a second modem may carry a path without it",
                )
            having = having or name
        elif "pin" in table:
            report.wrong(
                (*where, "pin"),
                "a PIN is for a modem, and this path has none",
                'add modem = "auto" here, or take the PIN away',
                at_key=True,
            )


def _check_first(report: Report, path: Path) -> None:
    """Whether its loss is known in time, with these settings."""
    by_session, by_heartbeat = 2 * path.keepalive, path.heartbeat + timedelta(seconds=25)
    known_after = min(by_session, by_heartbeat) + path.lost_after
    if known_after > FIRST_KNOWN_WITHIN:
        where: Keys = ("paths", path.name)
        report.warning(
            where,
            f"{dotted(where)}: its loss may be known only after {format_duration(known_after)}",
            f"it should be {format_duration(FIRST_KNOWN_WITHIN)} at most: "
            "shorten lost_after, keepalive or heartbeat",
            at_key=True,
        )
