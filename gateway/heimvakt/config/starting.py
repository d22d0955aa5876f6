"""The kits that a home may begin with, and the answers that make one of them its own.

A kit is a whole file of a home with comments, as in `config/`. The answers take the place of what
stands there, and nothing else of the text changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from . import edits
from .models import PLACEHOLDER
from .positions import Path

KITS = {
    "safety-package": "alarm button, smoke, up in the morning and about by day (trygghetspakke)",
    "dementia-night": "out of bed at night, an outer door, a light on the way (demens, natt)",
    "medicine": "a medicine dispenser and an alarm button (medisinering)",
    "sheltered-housing": "buttons, bed, bathroom, an e-lock with keys, visits (omsorgsbolig)",
}
"""What there is to begin with, and what is in it."""

_OF_TLS = re.compile(
    r'^((?:certificate = "credential:client-cert"|key = "credential:client-key").*)$', re.MULTILINE
)
"""As every kit has it. A trial on this machine in clear text has neither."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something that differs from home to home."""

    name: str
    path: Path
    before: str
    """What stands in every kit."""
    text: str
    """How a person is asked."""
    default: str | None = None
    """None: there is none, it has to be said."""


QUESTIONS = (
    Question(
        "id",
        ("gateway", "id"),
        PLACEHOLDER,
        "number of the gateway, as the response centre gave it (no-1505-004711)",
    ),
    Question("timezone", ("gateway", "timezone"), "Europe/Oslo", "time zone", "Europe/Oslo"),
    Question("language", ("gateway", "language"), "nb", "language of the home (nb, en)", "nb"),
    Question("radio", ("drivers", "zigbee", "port"), "auto", "Zigbee radio", "auto"),
    Question(
        "centre",
        ("receivers", "centre", "brokers", 0),
        "mqtts://centre.example:8883",
        "address of the response centre (mqtts://in.centre.example:8883)",
    ),
)


def text_of(kit: str) -> str:
    """A kit as it is delivered; `kit` is one of `KITS`."""
    return (files(__package__) / "kits" / f"{kit}.toml").read_text(encoding="utf-8")


def begun(kit: str, answers: Mapping[str, str]) -> str:
    """The kit with the answers in it, by the names of the questions; what nobody answered stays.

    Raises:
        edits.CannotEdit: the kit does not hold the place of a question.
    """
    text = text_of(kit).removeprefix("#:schema ./heimvakt.schema.json\n")
    for question in QUESTIONS:
        if (answer := answers.get(question.name)) is not None:
            text = edits.set_text(text, question.path, question.before, answer)
    if answers.get("centre", "").startswith("mqtt://"):
        text = _OF_TLS.sub(r"# \1", text)
    return text
