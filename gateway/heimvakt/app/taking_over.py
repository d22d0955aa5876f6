"""Whether a gateway can go on as it is under another configuration: if only its devices
differ, or what the local page, a process of its own, is to read at its next start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from heimvakt.config.configuration import Configuration

MAY_DIFFER = frozenset({"devices", "digest", "page"})
"""Rules keep what they remember and what they have armed, so theirs is a life of its own."""


def is_light(before: Configuration, after: Configuration) -> bool:
    """Whether nothing else differs, so that radio and connections can stay open."""
    return all(
        _plain(getattr(before, each.name)) == _plain(getattr(after, each.name))
        for each in fields(Configuration)
        if each.name not in MAY_DIFFER
    )


def _plain(value: object) -> object:
    # Read-only views are equal only if they are the same.
    return dict(value) if isinstance(value, Mapping) else value
