"""The secrets and the names of people that this machine knows: they are looked for in all that
leaves it. Whatever cannot be read is left; it may be that nobody could.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

FILE_BYTES_MAX = 64 * 1024
FILES_MAX = 400
SECRETS_MAX = 500
SECRET_MAX = 512
"""Characters of what is looked for: of something longer its lines and its beginning."""
LEAST = 4
"""Characters: what is shorter is no secret, and would be found everywhere."""

SECRET_NAME = re.compile(
    r"(?:^|[-_.])(?:\w*key|code|card|number|pass(?:word|wd|ord|phrase)?|pwd|secret|token|psk|pin|puk|auth"
    r"|credentials?)$",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"""(?:credential|file):[^\s"'#]+""")
_IN_LINE = re.compile(
    r"""(?m)^\s*"?([\w.-]+)"?\s*=\s*(?:"([^"\n]*)|'([^'\n]*)|([^\s"'#][^\n#]*))"""
)
_LOGIN = re.compile(r"://([^/?#\s:@]*):([^/?#\s@]+)@")
_TAG = re.compile(r"""(?m)^\s*\[+\s*tags\s*\.\s*"?([^"\]\n]+?)"?\s*\]""")
_UNIT = re.compile(r"""(?m)^\s*id\s*=\s*["']([^"'\n]+)["']""")
"""The number of the gateway: whoever gets a bundle must know of which."""
_ROOM = re.compile(r"""(?m)\broom\s*=\s*["']([^"'\n]+)["']""")

_ROOMS = """
bath bathroom bed bedroom cellar corridor dining-room entrance garage garden guest-room hall
hallway home kitchen landing laundry living-room loft lounge office outside stairs storage toilet
utility bad badet bod bolig entre entré gang gangen garasje hage inngang kjeller kjøkken kjøkkenet
kontor soverom soverommet stua stue toalett trapp vaskerom ute wc
"""
ROOMS = frozenset(_ROOMS.split())
"""Words for rooms that say nothing of anybody."""


@dataclass(frozen=True, slots=True)
class Known:
    """What must not be found."""

    secrets: tuple[str, ...] = ()
    """The longest first, so that nothing is left of one that holds another."""
    names: tuple[tuple[str, str], ...] = ()
    """What may be somebody's name, and what stands for it."""

    @classmethod
    def of(cls, secrets: Iterable[str], names: Mapping[str, str]) -> Known:
        """Of all that was found, what can be looked for."""
        found = {piece for secret in secrets for piece in _pieces(secret)}
        longest = sorted(found, key=lambda one: (-len(one), one))[:SECRETS_MAX]
        known = sorted(names.items(), key=lambda one: (-len(one[0]), one))
        return cls(tuple(longest), tuple(known))


def known_here(
    text: str, *, state: Path, folders: Iterable[Path], environment: Mapping[str, str]
) -> Known:
    """Of this machine.

    Args:
        text: the file of the home, whole or broken.
        state: the folder of the gateway's own; what is in it stays, and may stand in a log.
        folders: where credentials are.
        environment: of this process.
    """
    secrets = [
        *_of_home(text),
        *(content for file in _referenced(text, folders) for content in _content(file)),
        *(content for file in _files(folders) for content in _content(file)),
        *_of_state(state),
        *(value for name, value in environment.items() if SECRET_NAME.search(name)),
        *(login for value in environment.values() for login in _logins(value)),
    ]
    unit = {found[1] for found in _UNIT.finditer(text)}
    return Known.of((one for one in secrets if one.strip() not in unit), _names(text))


def credential_folders(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Where systemd and the installer put them."""
    given = environment.get("CREDENTIALS_DIRECTORY")
    here = [Path(given)] if given else []
    return (
        *here,
        Path("/run/credentials/heimvakt.service"),
        Path("/etc/heimvakt/credentials"),
        Path("/etc/heimvakt/sealed"),
    )


def _pieces(secret: str) -> Iterator[str]:
    lines = [line.strip() for line in secret.splitlines()]
    for piece in (secret.strip(), *lines):
        if len(piece) >= LEAST and not piece.startswith("-----"):
            yield piece[:SECRET_MAX]


def _of_home(text: str) -> Iterator[str]:
    """Secrets and numbers of people that stand in the file in clear, rightly or not."""
    yield from _logins(text)
    for found in _IN_LINE.finditer(text):
        value = found[2] or found[3] or (found[4] or "").strip()
        if SECRET_NAME.search(found[1]) and value and not _REFERENCE.match(value):
            yield value
            if found[1].rpartition(".")[2] == "card":
                yield value.partition(":")[2]
    try:
        yield from _in_values(tomllib.loads(text))
    except (RecursionError, ValueError):  # it is no TOML: as many lines as are
        for line in text.splitlines():
            with suppress(RecursionError, ValueError):
                yield from _in_values(tomllib.loads(line))


def _logins(text: str) -> Iterator[str]:
    """The passwords in addresses, as they stand there and as they are."""
    for found in _LOGIN.finditer(text):
        yield from (found[2], unquote(found[2]))


def _in_values(data: Any, key: str = "") -> Iterator[str]:
    match data:
        case dict():
            for name, value in data.items():
                yield from _in_values(value, name)
        case list():
            for value in data:
                yield from _in_values(value, key)
        case str() if SECRET_NAME.search(key) and not _REFERENCE.match(data):
            yield data
        case _:
            return


def _referenced(text: str, folders: Iterable[Path]) -> Iterator[Path]:
    for found in _REFERENCE.findall(text):
        kind, _, name = found.partition(":")
        if kind == "file":
            yield Path(name)
        else:
            for folder in folders:
                yield folder / Path(name).name


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        with suppress(OSError):
            yield from sorted(folder.rglob("*"))[:FILES_MAX]


def _content(file: Path) -> Iterator[str]:
    """Also as hex, where it is no text."""
    with suppress(OSError, ValueError):
        if not file.is_file():
            return
        with file.open("rb") as stream:
            octets = stream.read(FILE_BYTES_MAX)
        try:
            yield octets.decode()
        except UnicodeDecodeError:
            yield octets[: SECRET_MAX // 2].hex()


def _of_state(state: Path) -> Iterator[str]:
    """What the gateway keeps for itself: keys of networks and sessions."""
    for file in _files([state]):
        if SECRET_NAME.search(file.stem) or file.suffix in (".key", ".pem"):
            yield from _content(file)
        elif file.suffix == ".json":
            for text in _content(file):
                with suppress(ValueError, RecursionError):
                    found = _in_values(json.loads(text))
                    yield from (value for value in found if _looks_made(value))


def _looks_made(value: str) -> bool:
    """Whether no person thought of it: a word that stands under `key` is no secret."""
    return len(value) >= 8 and any(c.isdigit() for c in value)


def _names(text: str) -> dict[str, str]:
    """Those who have keys, and rooms that may be called after somebody."""
    tags = dict.fromkeys(found.strip() for found in _TAG.findall(text))
    names = {tag: f"key-{number}" for number, tag in enumerate(tags, 1) if len(tag) >= LEAST}
    rooms = [room for room in dict.fromkeys(_ROOM.findall(text)) if not is_plain_room(room)]
    return names | {room: f"room-{number}" for number, room in enumerate(rooms, 1)}


def is_plain_room(room: str) -> bool:
    """Whether it is called by what it is: `kitchen`, `bathroom 2`."""
    words = re.sub(r"[\s\d_-]+", "-", room.casefold()).strip("-")
    return words in ROOMS or all(word in ROOMS for word in words.split("-"))


def this_environment() -> Mapping[str, str]:
    """Of this process."""
    return os.environ
