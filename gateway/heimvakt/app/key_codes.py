"""The codes of those who come to help, read from where they are kept; whose each is."""

from __future__ import annotations

import re
from collections.abc import Mapping

import structlog

from heimvakt.config.configuration import Configuration
from heimvakt.uplinks.secrets import SecretError, secret_text

log = structlog.get_logger("tags")

_CODE = re.compile(r"\d{4,12}", re.ASCII)
"""Shorter ones are guessed at the door."""


def key_codes(configuration: Configuration) -> Mapping[str, str]:
    """Name by code. One that cannot be used is told and left out: its card and all others work."""
    names: dict[str, str] = {}
    for name, settings in configuration.tags.items():
        if settings.code is None:
            continue
        try:
            code = secret_text(settings.code).strip()
        except SecretError as error:
            log.warning(
                "the code of a key cannot be read", key=name, why=str(error), hint=error.hint
            )
            continue
        if _CODE.fullmatch(code) is None:
            log.warning("a code is not used: it has 4 to 12 digits and nothing else", key=name)
        elif code in names:
            log.warning("a code is not used: another key has the same", key=name, first=names[code])
        else:
            names[code] = name
    return names
