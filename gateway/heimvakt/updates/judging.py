"""When a change may be put in place, and whether one that is on trial stays. Pure.

What is judged is what the gateway says of itself, and what systemd says of it; only that a receiver
confirmed a heartbeat counts as good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from heimvakt.core.events import ChangeOf
from heimvakt.core.words import spell_duration

from .change import Change

DAY_S = 86_400.0
BOOTS_MAX = 3
RESTARTS_MAX = 5
"""A service that begins anew so often is not well; systemd itself gives up at twenty."""
SETTLES_IN = 0.2
"""Of the time of a trial: three minutes of fifteen. So long a gateway that has just begun may need
to reach its receivers for the first time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the gateway says of itself."""

    open_alarms: tuple[str, ...] = ()
    """Those for which nothing is changed now."""
    version: str = ""
    uptime_s: float = 0.0
    """Of this life: of the service under one configuration."""
    digest: str = ""
    """Of the file in use."""
    refused: str = ""
    """Why the file is not used."""
    confirmed_ago_s: Mapping[str, float | None] = field(default_factory=dict)
    """By receiver: since its last heartbeat of this life that was confirmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is so now, with a change on trial."""

    facts: Facts | None
    """None: nobody answers."""
    elapsed_s: float
    """Of the trial, in this boot."""
    used_for_s: float | None = None
    """Since it was first seen that the change is in use, and has been since; None: it is not."""
    gave_up: bool = False
    restarts: int = 0
    """How often the service began anew by itself."""


class Verdict(StrEnum):
    """Over a trial."""

    WAIT = "wait"
    KEEP = "keep"
    RETURN = "return"


def holds_back(change: Change, facts: Facts | None) -> str:
    """Why the change is not put in place now; empty: it is."""
    if facts is None:
        return "" if change.even_down else "the service does not answer"
    if facts.open_alarms:
        return f"an alarm is open ({facts.open_alarms[0]})"
    reached = any(ago is not None for ago in facts.confirmed_ago_s.values())
    if not reached and facts.uptime_s < change.within_s * SETTLES_IN:
        return "the service has not yet reached a receiver since it began"
    return ""


def reached_before(facts: Facts | None) -> tuple[str, ...]:
    """The receivers that have to confirm a heartbeat under the change as well."""
    if facts is None:
        return ()
    ago = facts.confirmed_ago_s.items()
    return tuple(sorted(name for name, ago_s in ago if ago_s is not None and ago_s <= DAY_S))


def is_in_use(change: Change, facts: Facts | None, file: str, elapsed_s: float) -> bool:
    """Whether the gateway runs with the change; `file` is the digest of the file of the home, which
    somebody may have changed meanwhile: then that one has to prove itself."""
    if facts is None or facts.refused or facts.digest != file:
        return False
    if change.what is ChangeOf.CONFIGURATION:
        return True
    return facts.version == change.after and facts.uptime_s <= elapsed_s


def judge(change: Change, look: Look) -> tuple[Verdict, str]:
    """Whether it stays, and if not, why."""
    if look.gave_up:
        return Verdict.RETURN, "the service did not run with it"
    if look.restarts >= RESTARTS_MAX:
        return Verdict.RETURN, f"the service began anew {look.restarts} times with it"
    if change.boots > BOOTS_MAX:
        return Verdict.RETURN, f"the box started {change.boots} times while it was on trial"
    missing = _missing(change, look)
    if missing is not None and not missing:
        return Verdict.KEEP, ""
    settled = look.elapsed_s >= change.within_s * SETTLES_IN
    if look.facts is not None and look.facts.refused and settled:
        return Verdict.RETURN, f"the gateway does not use it: {look.facts.refused}"
    if look.elapsed_s >= change.within_s:
        return Verdict.RETURN, _why(change, look, missing)
    return Verdict.WAIT, missing_in_words(missing)


def missing_in_words(missing: tuple[str, ...] | None) -> str:
    """Who has still to confirm a heartbeat."""
    if missing is None:
        return "the gateway does not yet run with it"
    return f"no heartbeat confirmed yet by: {', '.join(missing)}"


def _missing(change: Change, look: Look) -> tuple[str, ...] | None:
    """The receivers from which a heartbeat is missing; None: the change is not in use."""
    if look.facts is None or look.used_for_s is None:
        return None
    known, used_for_s = look.facts.confirmed_ago_s, look.used_for_s
    good = {name for name, ago_s in known.items() if ago_s is not None and ago_s < used_for_s}
    wanted = {name for name in change.receivers if name in known}
    if not good:
        return tuple(sorted(wanted or known)) or ("any receiver",)
    return tuple(sorted(wanted - good))


def _why(change: Change, look: Look, missing: tuple[str, ...] | None) -> str:
    within = f"within {spell_duration(change.within_s).en}"
    if look.facts is None:
        return f"the service did not answer {within}"
    if missing is None:
        return f"the gateway did not run with it {within}"
    return f"no heartbeat was confirmed {within} by: {', '.join(missing)}"
