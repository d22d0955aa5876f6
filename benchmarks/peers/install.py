"""Fetch zigbee2mqtt from npm, once, into a cache folder of this repository."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable

from benchmarks.plan import Plan

from .zigbee2mqtt import CACHE, Installation, find

INSTALL_S_MAX = 600.0


def found_or_installed(plan: Plan, say: Callable[[str], None]) -> Installation | str:
    """The installation, or why zigbee2mqtt is not measured. Blocks."""
    if not (plan.with_peers and plan.with_zigbee2mqtt):
        return "left out as asked"
    found = find()
    if not isinstance(found, str):
        return found
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return f"{found}; node and npm are needed"
    say(f"installing zigbee2mqtt into {CACHE}, once")
    CACHE.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(
            [npm, "install", "--no-fund", "--no-audit", "--prefix", str(CACHE), "zigbee2mqtt"],
            check=True,
            capture_output=True,
            text=True,
            timeout=INSTALL_S_MAX,
        )
    except subprocess.TimeoutExpired:
        return f"npm did not install it in {INSTALL_S_MAX:g} s"
    except subprocess.CalledProcessError as error:
        return f"npm could not install it: {error.stderr.strip().splitlines()[-1:]}"
    return find()
