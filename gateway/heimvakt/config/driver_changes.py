"""The change that another radio makes to the file of a home: the port at which it is."""

from __future__ import annotations

import tomllib
from functools import reduce
from pathlib import Path as FilePath
from typing import Any

from . import edits
from .catalogue import Catalogue
from .positions import Path
from .writing import Changed, change

AUTO = "auto"
"""As drivers write "whichever is plugged in": that stays true of another one."""


def with_port(file: FilePath, catalogue: Catalogue, driver: str, port: str) -> Changed | None:
    """Another port of a driver; None if the file names none, or this one.

    Raises:
        NotWritten: see `writing.change`.
    """
    path: Path = ("drivers", *driver.split("."), "port")
    now = _at(tomllib.loads(file.read_text(encoding="utf-8")), path)
    if not isinstance(now, str) or now in (AUTO, port):
        return None

    def meant(data: dict[str, Any]) -> None:
        _at(data, path[:-1])["port"] = port

    return change(file, catalogue, lambda text: edits.set_text(text, path, now, port), meant)


def _at(data: Any, path: Path) -> Any:
    return reduce(lambda table, key: table.get(key, {}), path, data)
