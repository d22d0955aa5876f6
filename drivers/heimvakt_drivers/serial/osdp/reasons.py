"""Why a lock is not reached, by what was asked and heard last.

PURE. A technician reads it and knows where to look.
"""

from __future__ import annotations

from .frames import Code, Frame

BROKEN_OFF = "it breaks the secure channel off"
CLASH = "two devices answer at its address, or it answers too late"


def why_not(heard: Frame | None, asked: Frame | None, *, damaged: bool) -> str:
    """In a few words; `damaged`: something came that was no whole frame."""
    if heard is None:
        if damaged:
            return "what comes is no OSDP: another speed, or two devices at its address"
        return "it does not answer"
    if asked is not None and asked.code in (Code.CHALLENGE, Code.CRYPTOGRAM):
        return "its key is another one, or it has none yet"
    if heard.code == Code.CAPABILITIES:
        return "it has no secure channel"
    if heard.code == Code.NAK:
        return BROKEN_OFF
    return "it does not answer any more"
