"""ThingsBoard gateway in an environment of its own, installed once, for benchmarks only."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

VERSION = "3.8.5"
CACHE = Path(".cache/thingsboard-gateway")
INSTALL_S_MAX = 600.0


@dataclass(frozen=True, slots=True)
class Installation:
    """Where it is."""

    program: Path
    configuration: Path
    """The folder of the examples that it ships."""


def installed(say: Callable[[str], None]) -> Installation | str:
    """The installation, or why there is none. Blocks, the first time for half a minute."""
    found = _find()
    if found is not None:
        return found
    say(f"installing thingsboard-gateway {VERSION} into {CACHE}, once")
    pip = [str(CACHE / "bin/python"), "-m", "pip", "install", "--quiet"]
    try:
        _call([sys.executable, "-m", "venv", str(CACHE)])
        _call([*pip, f"thingsboard-gateway=={VERSION}"])
    except subprocess.TimeoutExpired:
        return f"pip did not install it in {INSTALL_S_MAX:g} s"
    except subprocess.CalledProcessError as error:
        return f"it could not be installed: {' '.join(error.stderr.strip().splitlines()[-1:])}"
    return _find() or f"version {VERSION} is not in {CACHE} after pip has installed it"


def _call(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL_S_MAX)


def _find() -> Installation | None:
    program = CACHE / "bin/thingsboard-gateway"
    places = CACHE.glob(f"lib/python*/site-packages/thingsboard_gateway-{VERSION}.dist-info")
    for place in places:
        if program.is_file():
            examples = place.parent / "thingsboard_gateway/config"
            return Installation(program.resolve(), examples.resolve())
    return None
