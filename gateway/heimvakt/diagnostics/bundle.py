"""The archive: every part bounded, looked through once more, and named with its hash."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from .redaction import Redactor

PART_MAX = 2 * 1024 * 1024
"""Of each but the events, which may have eight times that."""
EVENTS_MAX = 16 * 1024 * 1024
MANIFEST = "manifest.json"
FOUND = "left out: a secret was still found in it, please tell the makers of Heimvakt\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of the bundle."""

    name: str
    what: str
    """For people."""
    content: bytes
    complete: bool = True
    """False: it could not be had, and the content says why."""


def text_part(name: str, what: str, text: str, *, complete: bool = True) -> Part:
    """A text."""
    return Part(name=name, what=what, content=text.encode(errors="replace"), complete=complete)


def json_part(name: str, what: str, value: Any) -> Part:
    """What JSON can say."""
    told = json.dumps(value, ensure_ascii=False, indent=1, default=str)
    return text_part(name, what, told)


def bounded(part: Part, *, bytes_max: int = PART_MAX) -> Part:
    """Not longer than a part may be; of a log the end is what matters, else the beginning."""
    content = part.content
    if len(content) <= bytes_max:
        return part
    note = b"[shortened]\n"
    if part.name.endswith((".log", ".jsonl")):
        content = note + content[-bytes_max:]
    else:
        content = content[:bytes_max] + note
    return Part(name=part.name, what=part.what, content=content, complete=False)


def safe(part: Part, redactor: Redactor) -> Part:
    """The part, or no more than that it is kept back: no mistake of ours gives a secret away."""
    if not redactor.finds(part.content):
        return part
    return text_part(part.name, part.what, FOUND, complete=False)


def manifest(parts: Sequence[Part], made: Mapping[str, Any]) -> Part:
    """What is in it, with hashes; and what was taken out."""
    rows = [
        {
            "name": part.name,
            "what": part.what,
            "bytes": len(part.content),
            "sha256": hashlib.sha256(part.content).hexdigest(),
            "complete": part.complete,
        }
        for part in parts
    ]
    return json_part(MANIFEST, "what is in this bundle", {**made, "parts": rows})


def write(file: Path, folder: str, parts: Sequence[Part], at: datetime) -> int:
    """Write a new file that nobody else may read; gives its size.

    Raises:
        OSError: there is one already, or it cannot be written; nothing of it is left then.
    """
    end = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(end, "wb") as stream:
            os.fchmod(end, 0o600)  # whatever the umask is
            with tarfile.open(fileobj=stream, mode="w:gz") as archive:
                for part in parts:
                    entry = tarfile.TarInfo(f"{folder}/{part.name}")
                    entry.size, entry.mode = len(part.content), 0o600
                    entry.mtime = int(at.timestamp())
                    archive.addfile(entry, io.BytesIO(part.content))
            stream.flush()
            os.fsync(end)
            return stream.tell()
    except BaseException:
        file.unlink(missing_ok=True)
        raise
