"""Keys, bundles and programs for the updater, and a box whose updater is a process of its own."""

from __future__ import annotations

import io
import sys
import sysconfig
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from heimvakt import __version__
from heimvakt.core.events import ChangeOf
from heimvakt.tokens.keys import SigningKey
from heimvakt.updates import making
from heimvakt.updates.bundle import write
from heimvakt.updates.fitting import ARCHITECTURES
from heimvakt.updates.manifest import Manifest
from heimvakt.updates.slots import PYTHON

FLEET = SigningKey("fleet-2026", Ed25519PrivateKey.from_private_bytes(b"\4" * 32))
ROOT_KEY = SigningKey("root-2026", Ed25519PrivateKey.from_private_bytes(b"\5" * 32))
NEW_ROOT = SigningKey("root-2027", Ed25519PrivateKey.from_private_bytes(b"\6" * 32))
FOREIGN = SigningKey("fleet-2026", Ed25519PrivateKey.from_private_bytes(b"\7" * 32))
"""Of somebody who knows what the key is called."""
MADE_AT = 1_795_337_400
ROOT = Path(__file__).parents[2]
PROGRAM = """\
import sys

from heimvakt.cli import main

sys.exit(main())
"""


def key_table(key: SigningKey, *may: str) -> str:
    """As it stands in the file of a home."""
    rights = ", ".join(f'"{right}"' for right in may)
    return f'\n[updates.keys.{key.name}]\nkey = "{key.public}"\nmay = [{rights}]\n'


KEYS = key_table(FLEET, "configuration", "program") + key_table(ROOT_KEY, "configuration", "keys")


def configuration_bundle(
    content: bytes | str, serial: int, key: SigningKey = FLEET, **changed: Any
) -> bytes:
    """A bundle of a file of a home; `changed` is what its manifest says instead of what is so."""
    raw = content.encode() if isinstance(content, str) else content
    said = making.Said(serial=serial, made_at=MADE_AT)
    manifest = making.of_configuration(raw, "home.toml", said).model_copy(update=changed)
    return bundled(manifest, raw, key)


def program_bundle(
    tree: Path, serial: int, key: SigningKey = FLEET, *, back: bool = False, **changed: Any
) -> bytes:
    """A bundle of a program."""
    archive = io.BytesIO()
    said = making.Said(serial=serial, made_at=MADE_AT, arch=this_arch(), back=back)
    manifest = making.of_program(tree, archive, said).model_copy(update=changed)
    return bundled(manifest, archive.getvalue(), key)


def bundled(manifest: Manifest, payload: bytes, key: SigningKey = FLEET) -> bytes:
    """The file, whatever the manifest says."""
    out = io.BytesIO()
    told = manifest.model_copy(update={"size": len(payload)})
    write(making.sign(manifest, key), told, io.BytesIO(payload), out)
    return out.getvalue()


def a_manifest(**changed: Any) -> Manifest:
    """Of a configuration."""
    said: dict[str, Any] = {
        "kind": ChangeOf.CONFIGURATION,
        "for": "no-1",
        "version": "winter",
        "serial": 7,
        "made_at": MADE_AT,
        "sha256": "0" * 64,
        "size": 10,
    }
    return Manifest.model_validate({**said, **changed})


def this_arch() -> str:
    """As Debian calls it."""
    import platform

    return ARCHITECTURES.get(platform.machine(), platform.machine())


def a_program(folder: Path, version: str = __version__, entry: str = PROGRAM) -> Path:
    """A program as the package has it, which runs what is in this tree under another version."""
    site = folder / "lib" / PYTHON / "site-packages"
    (site / "heimvakt").mkdir(parents=True)
    (site / "heimvakt" / "_version.py").write_text(f'__version__ = "{version}"\n')
    paths = [ROOT / "gateway", ROOT / "drivers", sysconfig.get_path("purelib")]
    (site / "tree.pth").write_text("".join(f"{path}\n" for path in paths))
    (folder / "bin").mkdir()
    real = Path(sys.executable).resolve()
    (folder / "pyvenv.cfg").write_text(
        f"home = {real.parent}\ninclude-system-site-packages = false\n"
    )
    (folder / "bin" / "heimvakt").write_text(entry)
    (folder / "bin" / "heimvakt").chmod(0o755)
    (folder / "bin" / "python3").symlink_to(real)
    return folder
