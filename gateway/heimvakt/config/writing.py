"""Change the file of a home for somebody: its comments stay, and nothing wrong is ever written.

The changed text is checked as `heimvakt check` does before it takes the place of the other, whole
or not at all. The one before is kept beside it.
"""

from __future__ import annotations

import os
import stat
import tempfile
import tomllib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from heimvakt.whole import flush_folder, put_whole

from .catalogue import Catalogue
from .edits import CannotEdit
from .findings import Finding, Severity, has_errors
from .loader import Loaded, load

BEFORE = ".before"
"""Added to the name of the file: how it was before the last change."""


class NotWritten(Exception):
    """The file is as it was.

    Attributes:
        hint: what to do, in a sentence.
        findings: what would be wrong with the changed file, or is with the one that is there.
    """

    def __init__(self, what: str, *, hint: str = "", findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(what)
        self.hint = hint
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Changed:
    """A change that has been checked, and can be written."""

    file: Path
    """As it was named; where it is a symbolic link, it stays one."""
    text: str
    before: bytes
    findings: tuple[Finding, ...]
    """Warnings that the file has with the change and did not have before."""


Edit = Callable[[str], str]
"""The text with a change. Raises `edits.CannotEdit`."""
Meant = Callable[[dict[str, Any]], None]
"""The same change in what the text says, in place."""


def change(file: Path, catalogue: Catalogue, edit: Edit, meant: Meant) -> Changed:
    """The file with a change, checked and not yet written.

    Raises:
        NotWritten: the file cannot be changed, or would be wrong with the change.
    """
    now = load(file, catalogue)
    if now.configuration is None:
        raise NotWritten(
            f"{file} has mistakes already, and is not touched",
            hint=f"see: heimvakt check {file}",
            findings=now.findings,
        )
    before = file.read_bytes()
    data = tomllib.loads(before.decode())
    meant(data)
    try:
        text = edit(before.decode())
        if tomllib.loads(text) != data:
            raise CannotEdit("it would say something else")
    except (CannotEdit, tomllib.TOMLDecodeError) as problem:
        raise NotWritten(
            f"{file} is written in a way in which it cannot be changed safely ({problem})",
            hint="change it by hand, then: systemctl reload heimvakt",
        ) from problem
    checked = as_it_would_be(file, text, catalogue)
    if has_errors(checked.findings):
        wrong = tuple(f for f in checked.findings if f.severity is Severity.ERROR)
        raise NotWritten(f"{file} would be wrong, and is not touched", findings=wrong)
    known = {finding.what for finding in now.findings}
    new = tuple(finding for finding in checked.findings if finding.what not in known)
    return Changed(file, text, before, new)


def write(changed: Changed) -> None:
    """Put the changed file in the place of the other, with its mode and owner.

    Raises:
        NotWritten: it cannot be written, or somebody else has changed it meanwhile.
    """
    target = Path(os.path.realpath(changed.file))
    try:
        if target.read_bytes() != changed.before:
            raise NotWritten(
                f"{changed.file} was changed by somebody else meanwhile", hint="do it once more"
            )
        like = target.stat()
        mode = stat.S_IMODE(like.st_mode)
        put_whole(target.with_name(target.name + BEFORE), changed.before, mode=mode, owner=like)
        put_whole(target, changed.text.encode(), mode=mode, owner=like)
    except OSError as error:
        raise NotWritten(
            f"{changed.file} cannot be written: {error.strerror or error}", hint="try it with sudo"
        ) from error


def begin(file: Path, text: str) -> None:
    """Write a file that is not there yet; whoever is on the machine may read it.

    Raises:
        NotWritten: there is one already, or it cannot be written; nothing of it is left then.
    """
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        flush_folder(Path(os.path.realpath(file)).parent)
    except FileExistsError:
        raise NotWritten(
            f"{file} is there already, and is not touched", hint="name another file"
        ) from None
    except OSError as error:
        with suppress(OSError):
            file.unlink(missing_ok=True)
        raise NotWritten(
            f"{file} cannot be written: {error.strerror or error}",
            hint="is the folder there, and may this user write in it?",
        ) from error


def can_write(file: Path) -> bool:
    """Whether this user may change the file: a new one takes its place in the folder."""
    return os.access(Path(os.path.realpath(file)).parent, os.W_OK)


def as_it_would_be(file: Path, text: str, catalogue: Catalogue) -> Loaded:
    """What the checker says of a text, with its findings told of the file that is meant."""
    with tempfile.TemporaryDirectory(prefix="heimvakt-") as folder:
        beside = Path(folder) / file.name
        beside.write_text(text, encoding="utf-8")
        loaded = load(beside, catalogue)
    findings = tuple(replace(finding, file=str(file)) for finding in loaded.findings)
    return replace(loaded, findings=findings)
