"""The file that a manifest and its payload come in: a tar of exactly two members, read as a stream.

Whoever reads it is root, and it may have been written by anybody: nothing is taken to memory but a
manifest of limited size, and nothing is unpacked before the hash of the whole payload fits.
"""

from __future__ import annotations

import hashlib
import tarfile
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from .manifest import PAYLOADS, TOKEN_MAX, Manifest
from .refusing import Refused

MANIFEST = "manifest.jws"
SUFFIX = ".heimvakt"
BLOCK = 512
PIECE = 1 << 16
_END_MAX = 1 << 20
"""What may stand behind the payload: tar fills up with zeros, to 10 KiB as a rule."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose manifest has been read, and whose payload has not."""

    token: str
    stream: IO[bytes]
    """Stands at the header of the payload."""


def begin(stream: IO[bytes]) -> Bundle:
    """Read the manifest of a bundle.

    Raises:
        Refused: it is none.
    """
    size = _member(stream, MANIFEST)
    if size > TOKEN_MAX:
        raise Refused(f"it is no bundle: its manifest has more than {TOKEN_MAX} bytes")
    content = _exactly(stream, size)
    _skip_padding(stream, size)
    try:
        return Bundle(content.decode("ascii").strip(), stream)
    except UnicodeDecodeError as error:
        raise Refused("it is no bundle: its manifest is no text") from error


def copy_payload(bundle: Bundle, manifest: Manifest, out: IO[bytes]) -> None:
    """Copy what the manifest speaks of; only when this returns it is what was signed.

    Raises:
        Refused: it is something else, or not all of it.
    """
    size = _member(bundle.stream, PAYLOADS[manifest.kind])
    if size != manifest.size:
        raise Refused(f"its payload has {size} bytes, and {manifest.size} were signed")
    hashed, left = hashlib.sha256(), size
    while left:
        piece = _exactly(bundle.stream, min(PIECE, left))
        hashed.update(piece)
        out.write(piece)
        left -= len(piece)
    if hashed.hexdigest() != manifest.sha256:
        raise Refused("its payload is not what was signed", "copy it once more")
    _skip_padding(bundle.stream, size)
    rest = bundle.stream.read(_END_MAX + 1)
    if len(rest) > _END_MAX or rest.strip(b"\0"):
        raise Refused("it is no bundle: there is more in it than a manifest and a payload")


def write(token: str, manifest: Manifest, payload: IO[bytes], out: IO[bytes]) -> None:
    """The file, the same each time from the same parts."""
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        content = token.encode("ascii")
        tar.addfile(_info(MANIFEST, len(content), manifest.made_at), BytesIO(content))
        name = PAYLOADS[manifest.kind]
        tar.addfile(_info(name, manifest.size, manifest.made_at), payload)


def _info(name: str, size: int, at: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, at, 0o644
    return info


def _member(stream: IO[bytes], name: str) -> int:
    """The size of the next member, which must be this one."""
    block = _exactly(stream, BLOCK)
    try:
        info = tarfile.TarInfo.frombuf(block, "ascii", "strict")
    except (tarfile.HeaderError, UnicodeDecodeError, ValueError) as error:
        raise Refused(
            "it is no bundle", f"a bundle is made by: heimvakt update make ({SUFFIX})"
        ) from error
    if info.name != name or info.type != tarfile.REGTYPE or info.size < 0:
        raise Refused(f"it is no bundle: {name} is not where it belongs")
    return info.size


def _exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) != size:
        raise Refused("it is cut off", "copy it once more")
    return content


def _skip_padding(stream: IO[bytes], size: int) -> None:
    _exactly(stream, -size % BLOCK)
