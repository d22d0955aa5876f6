"""The file of the home as the service takes it: without what is wrong in it where that can be, and
the last good one in its place where it cannot.

A home under the configuration of last week is watched; one without any is not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import structlog

from heimvakt.config.catalogue import Catalogue
from heimvakt.config.configuration import Configuration
from heimvakt.config.findings import Finding, Severity
from heimvakt.config.loader import load
from heimvakt.whole import put_whole

log = structlog.get_logger("configuration")

LAST_GOOD = "last-good.toml"
"""In the folder of the state: the last file that was used and had no mistakes."""
WHY_MAX = 240
"""Characters: it goes upstream."""


class NotUsed(Exception):
    """The file has mistakes that the home cannot do without; the text says the first."""


class HomeFile:
    """Of one home."""

    def __init__(
        self,
        file: Path,
        state: Path,
        catalogue: Callable[[], Catalogue],
        tell: Callable[[Sequence[Finding]], None],
    ) -> None:
        """`tell` shows all that is wrong with the file to whoever reads the log."""
        self._file = file
        self._last_good = state / LAST_GOOD
        self._catalogue = catalogue
        self._tell = tell

    def read(self) -> Configuration:
        """The file as it is now.

        Raises:
            NotUsed: it is not.
        """
        loaded = load(self._file, self._catalogue(), isolating=True)
        if loaded.findings:
            self._tell(loaded.findings)
        if loaded.configuration is None:
            raise NotUsed(first_of(loaded.findings))
        return loaded.configuration

    def begin(self) -> Configuration:
        """The same for a start: the last good one if need be.

        Raises:
            NotUsed: the file is not, and there is no other.
        """
        try:
            return self.read()
        except NotUsed as error:
            refused = error
        before = load(self._last_good, self._catalogue(), isolating=True).configuration
        if before is None:
            raise refused
        log.error(
            "the file is not used: the gateway begins with the last good one",
            file=str(self._file),
            instead=str(self._last_good),
            hint=f"heimvakt check {self._file}",
        )
        return replace(before, refused=str(refused))


def keep(file: Path, state: Path, configuration: Configuration) -> None:
    """Keep the file of a configuration that is in use and has no mistakes, as the last good one."""
    if configuration.refused or configuration.unusable:
        return
    target = state / LAST_GOOD
    try:
        content = file.read_bytes()
        if hashlib.sha256(content).hexdigest() != configuration.digest:
            return  # it was changed meanwhile: whoever takes that up keeps it
        if target.is_file() and target.read_bytes() == content:
            return
        put_whole(target, content)
    except OSError as error:
        log.warning("the last good configuration cannot be kept", why=error.strerror or str(error))


def first_of(findings: Sequence[Finding]) -> str:
    """The first error with its line, and how many more there are."""
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if not errors:
        return "it cannot be used"
    first = errors[0]
    line = f" (line {first.line})" if first.line else ""
    more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
    return f"{first.what[:WHY_MAX]}{line}{more}"
