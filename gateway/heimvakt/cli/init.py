"""`heimvakt init`: begin the file of a home from a kit, with a few questions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from heimvakt.app import catalogue
from heimvakt.config.catalogue import Catalogue
from heimvakt.config.findings import Finding, Severity
from heimvakt.config.starting import KITS, QUESTIONS, Question, begun
from heimvakt.config.writing import as_it_would_be, begin

from .exits import Exit, fail
from .homefile import not_written
from .radios import plugged_in

EXAMPLE = "Example: heimvakt init home.toml --kit dementia-night"
AUTO = "auto"


def _kits(incomplete: str) -> list[str]:
    return [kit for kit in KITS if kit.startswith(incomplete)]


def command(
    file: Annotated[Path, typer.Argument(help="The file to write.", metavar="FILE")] = Path(
        "home.toml"
    ),
    kit: Annotated[
        str | None,
        typer.Option(help=f"One of {', '.join(KITS)}.", show_default=False, autocompletion=_kits),
    ] = None,
    id_: Annotated[
        str | None,
        typer.Option("--id", help="The number of the gateway.", show_default=False),
    ] = None,
    centre: Annotated[
        str | None, typer.Option(help="Address of the response centre.", show_default=False)
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Where the home is: Europe/Oslo.", show_default=False)
    ] = None,
    language: Annotated[str | None, typer.Option(help="nb or en.", show_default=False)] = None,
    radio: Annotated[
        str | None, typer.Option(help="Port of the Zigbee radio.", show_default=False)
    ] = None,
) -> None:
    """Begin the file of a home from a kit; asks for what is not said, each answer checked at once.

    Nothing that is there already is ever written over.
    """
    if file.exists():
        fail(Exit.FOUND, f"{file} is there already, and is not touched", "name another file")
    asks = sys.stdin.isatty()
    kit = _kit(kit, asks)
    said = {"id": id_, "timezone": timezone, "language": language, "radio": radio}
    said["centre"] = centre
    known = catalogue()
    answers: dict[str, str] = {}
    for question in QUESTIONS:
        given = said[question.name]
        if given is None and question.name == "radio":
            given = _radio()
        answers[question.name] = _answer(known, kit, file, answers, question, given, asks=asks)
    text = begun(kit, answers)
    with not_written():
        begin(file, text)
    _say_next(file, as_it_would_be(file, text, known).findings)


def _kit(kit: str | None, asks: bool) -> str:
    while kit not in KITS:
        if kit is not None:
            print(f'  "{kit}" is no kit', file=sys.stderr)
        if not asks:
            fail(Exit.USAGE, "which kit?", f"say: --kit {'|'.join(KITS)}")
        for number, (name, what) in enumerate(KITS.items(), 1):
            print(f"  {number}  {name:<18} {what}")
        said = typer.prompt("kit").strip()
        by_number = dict(zip(map(str, range(1, len(KITS) + 1)), KITS, strict=True))
        kit = by_number.get(said, said)
    return kit


def _radio() -> str | None:
    """The port to write, where there is but one to choose from; None: a person has to say."""
    found = plugged_in()
    if len(found) <= 1:
        return found[0].port if found else AUTO
    print("several serial devices are plugged in; take the path of the radio:")
    for one in found:
        print(f"  {one.port}  {one.maker or ''} {one.product or ''} {one.family}".rstrip())
    return None


def _answer(
    known: Catalogue,
    kit: str,
    file: Path,
    answers: dict[str, str],
    question: Question,
    given: str | None,
    *,
    asks: bool,
) -> str:
    """What is to stand there: what was said, if it may; else a person is asked until it may."""
    if given is None and not asks:
        given = question.default
    while True:
        if given is None:
            if not asks:
                fail(Exit.USAGE, f"{question.name} is missing", f"say: --{question.name} ...")
            given = typer.prompt(question.text, default=question.default).strip()
        wrong = _wrong(known, kit, file, {**answers, question.name: given}, question)
        if not wrong:
            return given
        for finding in wrong:
            print(f"  {finding.what}", *finding.hints, sep="\n    ", file=sys.stderr)
        if not asks:
            fail(Exit.USAGE, f"{question.name} cannot be that", "nothing was written")
        given = None


def _wrong(
    known: Catalogue, kit: str, file: Path, answers: dict[str, str], question: Question
) -> list[Finding]:
    """What the checker holds against this answer."""
    if any(sign in answers[question.name] for sign in '"\\\n'):
        return [Finding(file=str(file), what="quotation marks cannot stand here")]
    loaded = as_it_would_be(file, begun(kit, answers), known)
    depth = len(question.path)
    return [
        f
        for f in loaded.findings
        if f.severity is Severity.ERROR and f.path[:depth] == question.path
    ]


def _say_next(file: Path, findings: tuple[Finding, ...]) -> None:
    brought = [str(f.path[-1]) for f in findings if f.path[:1] == ("devices",) and len(f.path) == 2]
    print(f"written to {file}")
    print("what to do next:")
    print(f"  look through it in an editor, then    heimvakt check {file}")
    print("  start the service                     sudo systemctl start heimvakt")
    print(f"  or, where no systemd is               heimvakt run --config {file}")
    print("  hand the home over, step by step      sudo heimvakt commission")
    if brought:
        print("  which asks for each sensor; or bring them in your hand, one by one:")
        for name in brought:
            print(f"    sudo heimvakt pair --as {name}")
