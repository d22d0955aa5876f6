"""Secrets are named in the configuration and read when needed, so that they can be renewed.

A reference is `credential:NAME` (systemd's LoadCredential) or `file:/absolute/path`. The unit has
whole folders of credentials, and systemd puts the name of the folder before each of theirs.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

REFERENCE = r"^(credential:[A-Za-z0-9._-]+|file:/.+)$"
FOLDERS = ("", "heimvakt_", "sealed_")
"""Where a credential may be: named in the unit by itself, in the folder of plain ones, in that of
encrypted ones (`systemd/heimvakt.service`)."""
BYTES_MAX = 64 * 1024
"""Keys and passwords are far smaller; whoever names a device or a log gets an error instead."""


class SecretError(Exception):
    """A secret cannot be had.

    Attributes:
        hint: what the installer can do about it.
    """

    def __init__(self, what: str, *, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


def secret_path(reference: str, *, private: bool = True) -> Path:
    """The file of a secret, there and readable; `private`: nobody else may read it.

    Raises:
        SecretError: it is not there, not a file, or open to everybody.
    """
    path = _named(reference)
    try:
        found = path.stat()
    except OSError as error:
        raise SecretError(
            f"{reference}: cannot read {path}: {error.strerror}",
            hint=f"put it there: {path}" if reference.startswith("file:") else _where(path.name),
        ) from error
    if not stat.S_ISREG(found.st_mode):
        raise SecretError(f"{reference}: {path} is not a file", hint="name the file itself")
    if private and found.st_mode & stat.S_IRWXO:
        raise SecretError(
            f"{reference}: everybody on this machine can read {path}",
            hint=f"chmod o= {path}",
        )
    return path


def secret_text(reference: str) -> str:
    """What the file of a secret says, without the line end that editors put there.

    Raises:
        SecretError: it cannot be read, is empty, too large or not text.
    """
    path = secret_path(reference)
    try:
        with path.open("rb") as file:
            content = file.read(BYTES_MAX + 1)
        text = content.decode().rstrip("\r\n")
    except OSError as error:
        raise SecretError(
            f"{reference}: cannot read {path}: {error.strerror}",
            hint="let the user heimvakt read it",
        ) from error
    except UnicodeDecodeError as error:
        raise SecretError(f"{reference}: {path} is not text", hint="write it in UTF-8") from error
    if not text or len(content) > BYTES_MAX:
        what = "empty" if not text else "too large for a secret"
        raise SecretError(f"{reference}: {path} is {what}", hint="write the secret into it")
    return text


def _where(name: str) -> str:
    return f"put it into /etc/heimvakt/credentials/{name}, then: systemctl restart heimvakt"


def _named(reference: str) -> Path:
    if re.fullmatch(REFERENCE[1:-1], reference) is None:
        raise SecretError(
            f"{reference!r} does not name a secret",
            hint="write credential:NAME or file:/path",
        )
    kind, _, name = reference.partition(":")
    if kind == "file":
        return Path(name)
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    if not directory:
        raise SecretError(
            f"{reference}: systemd gave this process no credentials",
            hint=f"put it into /etc/heimvakt/credentials/{name} and let systemd start the service, "
            "or write file:/path",
        )
    places = [Path(directory) / f"{folder}{name}" for folder in FOLDERS]
    return next((path for path in places if path.exists()), places[0])
