"""Bundles as whoever keeps the gateways makes them. A gateway holds no private key and imports none
of this.
"""

from __future__ import annotations

import ast
import hashlib
import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from pydantic import ValidationError

from heimvakt.core.events import ChangeOf
from heimvakt.tokens.keys import SigningKey
from heimvakt.tokens.reading import first_mistake

from .bundle import SUFFIX, write
from .files import put_stream
from .manifest import EVERYWHERE, TYPE, Manifest
from .refusing import Refused
from .slots import version_in
from .trust import trust_of

PRESET: Literal[6] = 6
"""Of xz: unpacking takes 9 MiB of memory."""
_LINK = Path("bin/python3")
_STEPS = "lib/python3.*/site-packages/heimvakt/store/migrations.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody says of a bundle who makes it."""

    serial: int
    made_at: int
    note: str = ""
    version: str = ""
    """Empty: what the program says of itself, or the serial number for a configuration."""
    for_: str = ""
    """Empty: the gateway of the file, or every gateway."""
    back: bool = False
    base_min: str = ""
    arch: str = ""


def of_configuration(content: bytes, name: str, said: Said) -> Manifest:
    """The manifest of a file of a home.

    Raises:
        Refused: it is none, or is for another gateway.
    """
    home = trust_of(content, name)
    if said.for_ not in ("", home.gateway_id):
        raise Refused(f"{name} is the file of {home.gateway_id}, not of {said.for_}")
    return _manifest(
        kind=ChangeOf.CONFIGURATION,
        for_=home.gateway_id,
        version=said.version or str(said.serial),
        said=said,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
    )


def of_program(tree: Path, archive: IO[bytes], said: Said) -> Manifest:
    """The manifest of a program, whose files go into `archive`, which is empty.

    Raises:
        Refused: it is none.
    """
    version = version_in(tree)
    if not version or not (tree / "bin" / "heimvakt").is_file():
        raise Refused(
            f"{tree} is no program: there is no lib/python3.*/site-packages/heimvakt in it",
            "name a package (.deb), or usr/lib/heimvakt of one that is unpacked",
        )
    unpacked = _pack(tree, archive)
    size = archive.tell()
    archive.seek(0)
    found = {"base_min": said.base_min or None, "back": True if said.back else None}
    return _manifest(
        kind=ChangeOf.PROGRAM,
        for_=said.for_ or EVERYWHERE,
        version=said.version or version,
        said=said,
        sha256=hashlib.file_digest(archive, "sha256").hexdigest(),  # type: ignore[arg-type]
        size=size,
        arch=said.arch,
        unpacked=unpacked,
        database=_database(tree),
        **found,
    )


def name_of(manifest: Manifest) -> str:
    """What the file is called where nobody says."""
    if manifest.kind is ChangeOf.CONFIGURATION:
        return f"{manifest.for_}-configuration-{manifest.serial}{SUFFIX}"
    whose = "" if manifest.for_ == EVERYWHERE else f"-{manifest.for_}"
    return f"heimvakt-{manifest.version}-{manifest.arch}{whose}{SUFFIX}"


def sign(manifest: Manifest, key: SigningKey) -> str:
    """As it stands in the bundle."""
    payload = manifest.model_dump_json(by_alias=True, exclude_none=True).encode()
    return key.sign_as(TYPE, payload)


def bundle(manifest: Manifest, key: SigningKey, payload: IO[bytes], file: Path) -> None:
    """The whole file, or none.

    Raises:
        OSError: it cannot be written.
    """
    with put_stream(file) as out:
        payload.seek(0)
        write(sign(manifest, key), manifest, payload, out)


@contextmanager
def unpacked(package: Path) -> Iterator[tuple[Path, str]]:
    """The program in a Debian package, and for which machine it is.

    Raises:
        Refused: it cannot be unpacked.
    """
    with tempfile.TemporaryDirectory(prefix="heimvakt-") as folder:
        _dpkg("-x", str(package), folder)
        arch = _dpkg("-f", str(package), "Architecture").strip()
        yield Path(folder) / "usr/lib/heimvakt", arch


def _dpkg(*arguments: str) -> str:
    try:
        done = subprocess.run(["dpkg-deb", *arguments], capture_output=True, text=True, check=True)
    except FileNotFoundError:
        raise Refused("dpkg-deb is not here", "sudo apt install dpkg, or name a folder") from None
    except subprocess.CalledProcessError as error:
        raise Refused(f"{arguments[1]} cannot be unpacked: {error.stderr.strip()[:200]}") from error
    return done.stdout


def _manifest(*, kind: ChangeOf, for_: str, version: str, said: Said, **more: Any) -> Manifest:
    try:
        return Manifest(
            kind=kind,
            for_=for_,
            version=version,
            serial=said.serial,
            made_at=said.made_at,
            note=said.note,
            **more,
        )
    except ValidationError as error:
        raise Refused(first_mistake(error)) from error


def _pack(tree: Path, archive: IO[bytes]) -> int:
    """Every file in the order of their names, so that the same tree gives the same octets."""
    total = 0
    with tarfile.open(fileobj=archive, mode="w:xz", preset=PRESET) as tar:
        for path in sorted(tree.rglob("*")):
            name = path.relative_to(tree)
            if name == _LINK:
                continue  # where Python is, the gateway knows
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                raise Refused(f"{name} is a link or a device: a program has none")
            info = tarfile.TarInfo(str(name))
            if path.is_dir():
                info.type, info.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(info)
                continue
            content = path.read_bytes()
            info.size, info.mode = len(content), 0o755 if path.stat().st_mode & 0o100 else 0o644
            total += len(content)
            tar.addfile(info, io.BytesIO(content))
    return total


def _database(tree: Path) -> int | None:
    """The version of its database: so many steps have led to it."""
    for file in tree.glob(_STEPS):
        for node in ast.parse(file.read_bytes()).body:
            if not isinstance(node, ast.AnnAssign) or not isinstance(node.value, ast.Tuple):
                continue
            if isinstance(node.target, ast.Name) and node.target.id == "STEPS":
                return len(node.value.elts)
    return None
