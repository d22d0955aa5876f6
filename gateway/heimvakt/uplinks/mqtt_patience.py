"""How long one session waits for what: the first path is to be found dead soon, the others are to
cost little data."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .binding import PathBinding


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait for what, seconds. Shorter in tests."""

    keepalive_s: int = 10
    """An idle black hole is noticed within twice this."""
    user_timeout_s: float = 4.0
    """One that has taken something from us: the kernel gives up when nothing of it is confirmed."""
    puback_s: float = 10.0
    """One that takes all and answers nothing, such as a broker that hangs."""
    connect_s: float = 4.0
    """TCP: the first packet goes at 0, 1 and 3 s, so a path that comes back is met within 2 s."""
    reach_s: float = 10.0
    """Name, TCP and TLS together, over a bad 4G link."""
    answer_s: float = 5.0
    """The broker's answer to the greeting."""
    first_answer_s: float = 3.0
    """The same while it is not known whether the broker understands the greeting at all."""
    goodbye_s: float = 2.0


FIRST = Patience()
"""With something under way a dead path shows after 4 s, idle after 10 to 20 s."""
OTHERS = Patience(keepalive_s=60, user_timeout_s=10.0, puback_s=20.0)
"""A keepalive of 60 s costs some 11 MB a month on 4G, one of 10 s 66 MB. Mobile networks pause for
some seconds in motion, and a connection anew costs more than to wait."""


def patience_of(binding: PathBinding) -> Patience:
    """What is usual for the place of this path, with what the home says."""
    usual = FIRST if binding.first else OTHERS
    if binding.keepalive_s is None:
        return usual
    return replace(usual, keepalive_s=binding.keepalive_s)
