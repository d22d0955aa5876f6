"""The file of the home for others to read: keys that are known to be harmless with their values,
and of all others that they are there.

Written anew from what the file says, so that no comment goes along: people write names into them.
Of a file that is no TOML its lines are taken one by one, by the same list.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from heimvakt.config.findings import Finding

from .redaction import Redactor

LEFT_OUT = "(left out)"
LINES_MAX = 5_000

_HARMLESS = """
above active address after after_leaving alarm_days alarms at at_least at_most audit_days
back_within backend battery_channel battery_empty battery_full battery_low battery_low_active
battery_low_percent battery_times baudrate bed below below_percent between bolt bolt_within
brokers button buzzer by ca cancel cancels certificate channel chip closed coil days detected
devices dispenser dns door doors doses driver drivers elsewhere entered event_days for gateway
getting_up grace handle heartbeat hold holdover_for id inputs inside interface interference_every
inverted keepalive keys kind lamp lamp_green lamp_red lamps_active language lasting learn led left
lights listen locked locks lost_after mains mains_active may megabytes modem modes monthly motion
movements night on one_alarm_within open_for opened orders out_of outer output page parity passed
paths permit_join_on_start port power_pull presented press pressed priority protocol pull pulse
quiet quiet_for radio radio_lost_for rate receiver receivers release release_for repeat reports
rest rests_in role routes rules second sensors settles signs silent_after sirens spread started
stays_for stop_bits stopped store stuck_after suppresses tamper timezone to told_after unit_ms
unknown_clock unknown_for unless unlock_within unlocked unlocked_for urgent_after version visits
when where window wired within
"""
HARMLESS = frozenset(_HARMLESS.split())
"""Keys whose values say nothing of who somebody is, and let nobody in. `port` may hold a login, and
`brokers` too: those go through the same hands as a log."""

LEFT = frozenset(
    {"card", "code", "key", "number", "password", "pin", "username", "tags", "text", "nb", "en"}
    | {"room"}
)
"""Keys of the schema that are not: secrets, telephones, who has a key, and words of somebody's own.
A room is kept where it is called by what it is."""

_REFERENCE = re.compile(r"^(?:credential|file):")
_HEADER = re.compile(r"^\s*(\[+[^\]]*\]+)")
_LINE = re.compile(r"""^\s*"?([\w-]+)"?(?:\.[\w.-]+)?\s*=\s*(.*)$""")


def redacted_home(text: str, redactor: Redactor) -> str:
    """The file as it may be given away."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return "\n".join(
            ["# not TOML: its lines, as far as they say something", *_lines(text, redactor)]
        )
    return json.dumps(_value(data, redactor, ()), ensure_ascii=False, indent=1)


def _value(value: Any, redactor: Redactor, path: tuple[str, ...]) -> Any:
    key = path[-1] if path else ""
    match value:
        case dict():
            return {
                _name(name, path, redactor): _value(inner, redactor, (*path, name))
                for name, inner in value.items()
            }
        case list():
            return [_value(inner, redactor, path) for inner in value]
        case str() if _REFERENCE.match(value) and " " not in value:
            return redactor.text(value)
        case str() if key == "room":
            return redactor.value(value, "room")
        case str() | int() | float() if key in HARMLESS and "tags" not in path:
            return redactor.value(value)
        case bool():
            return value
        case _ if isinstance(value, str | int | float):
            return LEFT_OUT
        case _:
            return str(value) if key in HARMLESS else LEFT_OUT  # a time, a date


def _name(name: str, path: tuple[str, ...], redactor: Redactor) -> str:
    """Of a section or a key: what none can be called is not repeated."""
    return redactor.text(name) if re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name) else LEFT_OUT


def _lines(text: str, redactor: Redactor) -> Iterator[str]:
    in_tags = False
    for number, line in enumerate(text.splitlines()[:LINES_MAX], 1):
        if header := _HEADER.match(line):
            in_tags = "tags" in header[1]
            yield f"{number}: {redactor.text(header[1])}"
        elif found := _LINE.match(line):
            kept = found[1] in HARMLESS and not in_tags
            said = redactor.text(_without_comment(found[2])) if kept else LEFT_OUT
            yield f"{number}: {redactor.text(found[1])} = {said}"
        elif line.strip() and not line.lstrip().startswith("#"):
            yield f"{number}: {LEFT_OUT}"


def _without_comment(value: str) -> str:
    inside = ""
    for place, character in enumerate(value):
        if character in "\"'":
            inside = "" if inside == character else inside or character
        elif character == "#" and not inside:
            return value[:place].rstrip()
    return value


def told(findings: tuple[Finding, ...], redactor: Redactor) -> list[Mapping[str, Any]]:
    """What is wrong with it; a value is repeated only where its key is harmless."""
    rows: list[Mapping[str, Any]] = []
    for finding in findings:
        key = next((p for p in reversed(finding.path) if isinstance(p, str)), "")
        what, hints = finding.what, list(finding.hints)
        if key not in HARMLESS:
            what, hints = _unquoted(what), [_unquoted(hint) for hint in hints]
        rows.append(
            {
                "line": finding.line,
                "column": finding.column,
                "severity": finding.severity,
                "what": redactor.text(what),
                "hints": [redactor.text(hint) for hint in hints],
            }
        )
    return rows


def _unquoted(text: str) -> str:
    return re.sub(r'"[^"]*"?', '"..."', text)
