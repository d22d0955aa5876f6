"""`[tags.NAME]`: the keys of those who come to help, by a number and never by a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from heimvakt.core.devices import Device, Role

from .findings import at_line, quoted
from .models import Section
from .paths import REFERENCE
from .positions import Path
from .report import Report
from .rule_sections import RuleEntry
from .sections import check_id, did_you_mean, read_section, tables

READS = frozenset({Role.TAG, Role.LOCK})
"""What may say that a key was held to it."""
_CARD = re.compile(r"(\d{1,3}):([0-9a-fA-F]{2,64})", re.ASCII)


def _card(text: str) -> str:
    found = _CARD.fullmatch(text)
    if found is None:
        raise PydanticCustomError(
            "no_card",
            "{shown} is no card",
            {
                "shown": quoted(text),
                "hint": "write how many bits it has and what they are, as the log has it when it "
                'is held to the reader: "26:0004a2f1"',
            },
        )
    bits, digits = int(found[1]), found[2].lower()
    if len(digits) != 2 * -(-bits // 8):
        raise PydanticCustomError(
            "card_of_other_length",
            "{shown}: a card of {bits} bits has {right} digits behind the colon, not {there}",
            {
                "shown": quoted(text),
                "bits": bits,
                "right": 2 * -(-bits // 8),
                "there": len(digits),
                "hint": "write it as the log has it, with the zeros at its beginning",
            },
        )
    return f"{bits}:{digits}"


class TagSettings(Section):
    """`[tags.NAME]`: a key of somebody who comes to help. Whoever holds it to a reader begins a
    visit."""

    card: Annotated[
        str | None,
        Field(
            description="What the reader reads: how many bits, and what they are.",
            examples=["26:0004a2f1"],
        ),
        AfterValidator(lambda v: v if v is None else _card(v)),
    ] = None
    code: Annotated[
        str | None,
        Field(
            pattern=REFERENCE,
            description="What is typed at the reader, 4 to 12 digits: credential:NAME, or "
            "file:/path that not everybody can read.",
            examples=["credential:carer-7"],
        ),
    ] = None


def read_tags(
    report: Report, data: Mapping[str, Any], devices: Mapping[str, Device]
) -> dict[str, TagSettings]:
    """The keys without mistakes; what is wrong with the others is told."""
    found: dict[str, TagSettings] = {}
    taken: dict[tuple[str, str], str] = {}
    all_tables = dict(tables(report, data, "tags"))
    for name, table in all_tables.items():
        path: Path = ("tags", name)
        fine = check_id(report, path, all_tables)
        if fine and not re.search(r"\d", name):
            fine = False
            report.error(
                path,
                "this may be the name of a person: nothing in this file may tell who comes",
                'number the keys: write it as "carer-1"',
                at_key=True,
            )
        settings = read_section(report, TagSettings, table, path)
        if settings is None:
            continue
        if settings.card is None and settings.code is None:
            hint = 'add card = "26:0004a2f1", or code = "credential:NAME"'
            report.wrong(path, "it has neither a card nor a code", hint, at_key=True)
        elif not _is_taken(report, taken, name, settings) and fine:
            found[name] = settings
    if found and not any(device.role in READS for device in devices.values()):
        report.warning(
            ("tags",),
            "tags: there is nothing that could read them",
            'add a reader, a device with role = "tag", or a lock that has one',
            at_key=True,
        )
    return found


def check_tag_names(report: Report, data: Mapping[str, Any], rules: Iterable[RuleEntry]) -> None:
    """Whether the keys that rules name are keys of this file."""
    section = data.get("tags")
    names = section if isinstance(section, dict) else {}
    known: dict[str, Path] = {name: ("tags", name) for name in names}
    for rule_id, _, settings, _ in rules:
        for number, tag in enumerate(getattr(settings, "tags", ())):
            if tag not in known:
                report.error(
                    ("rules", rule_id, "tags", number),
                    f"tags.{tag} is used by rules.{rule_id} but there is no such key",
                    did_you_mean(
                        report,
                        tag,
                        known,
                        several="keys of this file",
                        none=f"add a section [tags.{tag}]",
                    ),
                )


def _is_taken(
    report: Report, taken: dict[tuple[str, str], str], name: str, settings: TagSettings
) -> bool:
    """Whether another key is the same; that is told."""
    again = False
    for key in ("card", "code"):
        value = getattr(settings, key)
        if value is None:
            continue
        first = taken.setdefault((key, value), name)
        if first != name:
            line = at_line(report.place_of(("tags", first, key)))
            report.wrong(
                ("tags", name, key),
                f"{quoted(value)} is the {key} of tags.{first} too{line}",
                "nobody could tell whose it is: each has its own",
            )
            again = True
    return again
