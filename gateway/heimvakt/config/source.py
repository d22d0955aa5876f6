"""From a path to a document with positions, or to what is wrong with the file itself."""

from __future__ import annotations

import hashlib
import re
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from .findings import Finding, in_order, nearest, printable
from .positions import Lines, Position, Positions
from .scanner import Scan, scan

SIZE_MAX = 1 << 20
"""Bytes. A home with a hundred devices is 20 kB."""

SAVE_AS_UTF8 = (
    "save it again as UTF-8 without a byte order mark (BOM); most editors ask when saving"
)

_EXAMPLE = "config/home.toml of Heimvakt is an example to begin with"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UTF8_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Document:
    """A file that is TOML."""

    file: str
    data: dict[str, Any]
    positions: Positions


@dataclass(frozen=True, slots=True)
class Source:
    """What became of a file."""

    document: Document | None
    findings: tuple[Finding, ...]
    digest: str
    """SHA-256 of its bytes, in hex; empty if it could not be read."""


def read(path: str | FilePath) -> Source:
    """The document in the file; never raises, whatever the file is."""
    file = str(path)
    try:
        content = _content(file)
    except _CannotRead as problem:
        return Source(None, (Finding(file=file, what=problem.what, hints=problem.hints),), "")
    digest = hashlib.sha256(content).hexdigest()
    parsed = parse(file, content)
    if isinstance(parsed, Document):
        return Source(parsed, (), digest)
    return Source(None, parsed, digest)


def parse(file: str, content: bytes) -> Document | tuple[Finding, ...]:
    """The document in these bytes, or all that is wrong with its grammar."""
    text = _text(file, content)
    if isinstance(text, Finding):
        return (text,)
    walked = scan(text)
    if walked.too_deep:
        return _explained(file, walked)
    try:
        data = tomllib.loads(text)
    # ValueError is also a number with thousands of digits.
    except (ValueError, RecursionError) as error:
        return _explained(file, walked) or (_unexplained(file, str(error)),)
    if not data:
        return (Finding(file=file, what="the file is empty", hints=(_EXAMPLE,)),)
    return Document(file, data, walked.positions)


# ------------------------------------------------------------------------------------- the file


class _CannotRead(Exception):
    def __init__(self, what: str, *hints: str) -> None:
        super().__init__(what)
        self.what = what
        self.hints = hints


def _content(file: str) -> bytes:
    path = FilePath(file)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise _CannotRead("this is a folder, not a file", *_toml_files_in(path))
        if not stat.S_ISREG(mode):
            raise _CannotRead("this is not a regular file", "name the TOML file of the home")
        with path.open("rb") as stream:
            content = stream.read(SIZE_MAX + 1)
    except FileNotFoundError:
        raise _CannotRead("there is no such file", *_similar_files(path)) from None
    except PermissionError:
        raise _CannotRead(
            "this user may not read the file",
            "run it as root or as the user of the service, or change who may read the file",
        ) from None
    # ValueError: a null character in the name.
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _CannotRead(f"the file cannot be read: {reason}", "check the path") from None
    if len(content) > SIZE_MAX:
        raise _CannotRead(
            f"the file is larger than {SIZE_MAX >> 20} MiB",
            "is it the right one? the file of a home has a few kilobytes",
        )
    return content


def _toml_files_in(folder: FilePath) -> tuple[str, ...]:
    try:
        names = sorted(p.name for p in folder.iterdir() if p.suffix == ".toml")
    except OSError:
        names = []
    if not names:
        return ("name the TOML file of the home",)
    return (f"in it: {', '.join(printable(n) for n in names[:5])}",)


def _similar_files(path: FilePath) -> tuple[str, ...]:
    try:
        names = [p.name for p in path.parent.iterdir() if p.suffix == ".toml"]
    except OSError:
        return ("check the path: its folder cannot be read either",)
    if close := nearest(path.name, names):
        return (f"did you mean {printable(str(path.with_name(close)))}?",)
    return (f"check the path; {_EXAMPLE}",)


# ------------------------------------------------------------------------------------ the text


def _text(file: str, content: bytes) -> str | Finding:
    if content.startswith(_UTF16):
        return Finding(
            file=file, line=1, column=1, what="the file is saved as UTF-16", hints=(SAVE_AS_UTF8,)
        )
    if content.startswith(_UTF8_BOM):
        return Finding(
            file=file,
            line=1,
            column=1,
            what="the file begins with a byte order mark (BOM)",
            hints=(SAVE_AS_UTF8,),
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        place = Lines(before).position(len(before))
        byte = content[error.start]
        likely = bytes([byte]).decode("latin-1")
        meant = f", {likely} in older encodings" if likely.isprintable() else ""
        return Finding(
            file=file,
            line=place.line,
            column=place.column,
            what=f"the file is not saved as UTF-8: here is the byte 0x{byte:02X}{meant}",
            hints=(SAVE_AS_UTF8,),
        )


# --------------------------------------------------------------------------------- the grammar


def _explained(file: str, walked: Scan) -> tuple[Finding, ...]:
    findings = []
    for trouble in walked.troubles:
        place = walked.positions.lines.position(trouble.offset)
        findings.append(
            Finding(
                file=file,
                line=place.line,
                column=place.column,
                what=trouble.what,
                hints=(trouble.hint,),
            )
        )
    return in_order(findings)


def _unexplained(file: str, message: str) -> Finding:
    """In the words of the parser, where this module has none."""
    found = re.fullmatch(
        r"(?P<what>.*) \(at line (?P<line>\d+), column (?P<column>\d+)\)", message, re.DOTALL
    )
    place = Position(int(found["line"]), int(found["column"])) if found else Position(1, 1)
    return Finding(
        file=file,
        line=place.line,
        column=place.column,
        what=f"this is not TOML: {found['what'] if found else message}",
        hints=("compare it with the example in the documentation",),
    )
