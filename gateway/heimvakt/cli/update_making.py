"""Keys and bundles, for whoever keeps the gateways: none of it is needed on one."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from heimvakt.core.updates import UpdateRight
from heimvakt.runtime.clock import SystemClock

from .exits import Exit, fail

if TYPE_CHECKING:
    from heimvakt.updates.making import Said
    from heimvakt.updates.manifest import Manifest

PACKAGE = ".deb"


def keygen(
    name: Annotated[str, typer.Option(help="By which gateways know the key (kid).")],
    key: Annotated[Path, typer.Option(help="The new file of the private key.")],
    may: Annotated[
        list[UpdateRight] | None,
        typer.Option(
            help="What it may sign; once for each.", show_default="configuration, program"
        ),
    ] = None,
) -> None:
    """Make a key: the private half goes into a file, the public half into home.toml."""
    from .new_key import new_key

    made = new_key(name, key)
    rights = ", ".join(f'"{right}"' for right in may or ("configuration", "program"))
    print(f'[updates.keys.{name}]\nkey = "{made.public}"\nmay = [{rights}]')


def make(
    what: Annotated[
        Path,
        typer.Argument(
            help="A file of a home (.toml), a package (.deb), or the folder of a program.",
            metavar="WHAT",
            exists=True,
        ),
    ],
    key: Annotated[Path, typer.Option(help="The file of the private key.", exists=True)],
    out: Annotated[
        Path | None, typer.Option(help="The file, or the folder for it.", show_default=False)
    ] = None,
    version: Annotated[
        str, typer.Option(help="What it is called; a program says it itself.", show_default=False)
    ] = "",
    serial: Annotated[
        int | None,
        typer.Option(
            help="Above each that the home has taken; else the seconds since 1970.", min=1
        ),
    ] = None,
    note: Annotated[str, typer.Option(help="For whoever looks.", show_default=False)] = "",
    for_: Annotated[
        str, typer.Option("--for", help="A program for this gateway alone.", show_default=False)
    ] = "",
    arch: Annotated[
        str, typer.Option(help="Of a folder: amd64, arm64, armhf.", show_default=False)
    ] = "",
    back: Annotated[bool, typer.Option("--back", help="An older program is meant.")] = False,
    base_min: Annotated[
        str, typer.Option(help="The oldest package that can start it.", show_default=False)
    ] = "",
) -> None:
    """Make a bundle of a file of a home or of a program, and sign it."""
    from heimvakt.tokens.keys import NoKey, read_key
    from heimvakt.updates import making
    from heimvakt.updates.refusing import Refused

    from .update_lines import story

    made_at = int(SystemClock().now().timestamp())
    said = making.Said(
        serial=serial or made_at,
        made_at=made_at,
        note=note,
        version=version,
        for_=for_,
        back=back,
        base_min=base_min,
        arch=arch,
    )
    try:
        with ExitStack() as stack:
            signing = read_key(key)
            manifest, payload = _parts(what, said, stack)
            named = making.name_of(manifest)
            file = out / named if out is not None and out.is_dir() else out or Path(named)
            making.bundle(manifest, signing, payload, file)
    except NoKey as problem:
        fail(Exit.FOUND, str(problem), "make one with: heimvakt update keygen")
    except Refused as why:
        fail(Exit.FOUND, str(why), why.hint)
    except OSError as error:
        fail(Exit.FOUND, f"{error.filename or what}: {error.strerror}")
    print(f"{file}: {story(manifest)}, {file.stat().st_size / 1e6:.1f} MB")


def _parts(what: Path, said: Said, stack: ExitStack) -> tuple[Manifest, IO[bytes]]:
    from heimvakt.updates import making

    if what.is_file() and what.suffix != PACKAGE:
        content = what.read_bytes()
        return making.of_configuration(content, what.name, said), BytesIO(content)
    tree = what
    if what.suffix == PACKAGE:
        tree, found = stack.enter_context(making.unpacked(what))
        said = replace(said, arch=said.arch or found)
    elif not said.arch:
        fail(Exit.USAGE, "say for which machine it is", "--arch arm64, amd64 or armhf")
    archive = BytesIO()
    return making.of_program(tree, archive, said), archive
