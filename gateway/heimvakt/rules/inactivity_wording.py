"""What is said of a home in which it has been quiet for too long."""

from __future__ import annotations

from datetime import timedelta

from heimvakt.core.words import Words, spell_duration

from .inactivity_state import State
from .wording import LATE, NOTHING, spell_about


def no_sign(state: State, quiet: timedelta) -> Words:
    """For how long, and what was heard last."""
    long = spell_duration(quiet.total_seconds() // 60 * 60)
    if state.last is None:
        return Words(nb=f"Ingen livstegn på {long.nb}.", en=f"No sign of life for {long.en}.")
    last = state.last.device_id
    if state.left:
        return Words(
            nb=f"Ingen livstegn på {long.nb} siden ytterdøren {last}: kanskje ute.",
            en=f"No sign of life for {long.en} since the outer door {last}: perhaps out.",
        )
    return Words(
        nb=f"Ingen livstegn på {long.nb}, sist ved {last}.",
        en=f"No sign of life for {long.en}, the last at {last}.",
    )


def not_heard(long: timedelta) -> Words:
    """A sentence to be put behind another: time that is not counted in it; or nothing."""
    if long < LATE:
        return NOTHING
    about = spell_about(long.total_seconds())
    return Words(
        nb=f" I {about.nb} til kunne ingenting høres.",
        en=f" For another {about.en} nothing could be heard.",
    )
