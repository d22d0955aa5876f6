"""Where the service of this machine is found, for itself and for whoever asks it."""

from __future__ import annotations

import os
from pathlib import Path


def default_socket() -> Path:
    """Where the service of this machine listens: `$RUNTIME_DIRECTORY` under systemd."""
    return Path(os.environ.get("RUNTIME_DIRECTORY", "/run/heimvakt")) / "control"
