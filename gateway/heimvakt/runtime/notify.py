"""Tell systemd how the daemon is: ready, status, stopping, and alive only with proof.

The protocol of sd_notify(3): one datagram of `KEY=value` lines on the socket in `NOTIFY_SOCKET`.
"""

from __future__ import annotations

import os
import socket


class Notifier:
    """Says nothing at all where systemd does not ask."""

    def __init__(self) -> None:
        address = os.environ.get("NOTIFY_SOCKET", "")
        # An address that begins with @ is in the abstract namespace.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.watchdog_s = _watchdog_s()
        """How often systemd wants to hear that the daemon lives; None if it does not."""

    def tell(self, **fields: str) -> None:
        """Send fields such as `READY="1"`, `STATUS="armed"`. A socket that is gone is no fault."""
        if not self._address:
            return
        text = "\n".join(f"{key}={value}" for key, value in fields.items())
        # Never waits: a service manager that does not read must not stop the gateway.
        kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        try:
            with socket.socket(socket.AF_UNIX, kind) as end:
                end.sendto(text.encode(), self._address)
        except OSError:
            # Systemd is not listening, or nothing can be opened any more: when that lasts the
            # watchdog ends it, and another process has descriptors again.
            return


def _watchdog_s() -> float | None:
    try:
        asked_us = int(os.environ.get("WATCHDOG_USEC", "0"))
        pid = int(os.environ.get("WATCHDOG_PID", str(os.getpid())))
    except ValueError:
        return None
    return asked_us / 1e6 if asked_us > 0 and pid == os.getpid() else None
