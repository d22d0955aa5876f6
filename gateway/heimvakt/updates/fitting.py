"""Whether a bundle that somebody may sign is for this home, this box and this moment. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from heimvakt.core.events import ChangeOf

from .manifest import EVERYWHERE, Manifest, order_of
from .refusing import Refused

ARCHITECTURES: Mapping[str, str] = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "armhf"}
"""As the kernel calls them, and as Debian does."""
AHEAD = timedelta(days=1)
"""So far the clocks of two who are careful do not differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """What is here."""

    gateway_id: str
    arch: str
    """As Debian calls it."""
    base: str
    """The version of the package."""
    version: str
    """Of the program in use; empty where that is not known."""


def must_fit(manifest: Manifest, box: Box, *, highest: int, now: datetime | None) -> None:
    """`highest` is the serial number above which a new one must be; `now` is not known where nobody
    has set the clock.

    Raises:
        Refused: it is for another, of another time, or for another box.
    """
    if manifest.for_ not in (box.gateway_id, EVERYWHERE):
        raise Refused(f"it is for {manifest.for_}, and this is {box.gateway_id}")
    if manifest.serial <= highest:
        raise Refused(
            f"serial {manifest.serial} was used up: the last that was taken is {highest}",
            "make it anew: heimvakt update make takes a new number",
        )
    if now is not None and manifest.serial > (now + AHEAD).timestamp():
        # One key that may do little must not use up the numbers of all.
        raise Refused(
            f"serial {manifest.serial} is too high: numbers go up to the seconds since 1970",
            "is the clock right, here and where it was made?",
        )
    if manifest.kind is ChangeOf.CONFIGURATION:
        return
    if manifest.arch != box.arch:
        raise Refused(f"it is for {manifest.arch}, and this box is {box.arch}")
    if manifest.base_min is not None and order_of(box.base) < order_of(manifest.base_min):
        raise Refused(
            f"it wants a package of {manifest.base_min} or newer, and {box.base} is installed",
            "apt install a newer package first",
        )
    if not manifest.back and order_of(manifest.version) < order_of(box.version):
        raise Refused(
            f"{manifest.version} is older than {box.version}, which is in use",
            "if that is meant, make it with --back",
        )
