"""Ask the kernel how well the clock is kept, for a gateway that may not ask: a process of its own.

The call that asks (adjtimex) is the call that sets the clock, so the unit of the gateway has none
of it. This process may ask, has no right to set, and speaks with nobody: it writes one line to a
file in memory. It imports next to nothing: it runs for years beside the gateway.
"""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

from .kernel_clock import TOLD, Kept, ask
from .notify import Notifier

EVERY_S = 5.0
"""As often as the gateway looks, `clock_watch`."""
NO_PERMISSION = 77
"""EX_NOPERM of sysexits.h; systemd does not start it again: a container may not ask at all."""


def main() -> None:
    """Tell until SIGTERM."""
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    notifier = Notifier()
    while True:
        kept = ask()
        if kept is None:
            print("the kernel may not be asked: adjtimex is forbidden here", file=sys.stderr)  # noqa: T201
            raise SystemExit(NO_PERMISSION)
        tell(kept)
        notifier.tell(READY="1")
        if signal.sigtimedwait(ends, EVERY_S):
            return


def tell(kept: Kept, file: Path = TOLD) -> None:
    """Write it as a whole: whoever reads at this moment has the line before."""
    beside = file.with_suffix(".new")
    at = time.clock_gettime(time.CLOCK_BOOTTIME)
    beside.write_text(f"{at!r} {kept.error_us} {kept.drift_ppm}\n", encoding="ascii")
    beside.chmod(0o644)  # the gateway is another user, and it is no secret
    beside.replace(file)


if __name__ == "__main__":
    main()
