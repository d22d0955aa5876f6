"""One way out of the box, as the configuration names it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from .uplink import DEFAULT_PATH


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The defaults are those of the first path, which is used first."""

    name: str = DEFAULT_PATH
    interface: str | None = None
    """None: whatever the system takes."""
    modem: str | None = None
    """`auto`: the one that ModemManager has; or the serial port of one; None: there is none."""
    keepalive: timedelta = timedelta(seconds=10)
    """A connection on which nothing gets through shows within twice this, also an idle one."""
    heartbeat: timedelta = timedelta(seconds=60)
    lost_after: timedelta = timedelta(seconds=90)
    bytes_per_s_max: int | None = None
    """For all but high alarms; None: what the line takes."""
    pin: str | None = None
    """Where the PIN of the modem's SIM is to be read: `credential:NAME` or `file:/path`."""
    dns: tuple[str, ...] = ()
    """Addresses of name servers to be asked over this path; empty: as the system does."""
