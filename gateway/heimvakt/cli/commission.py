"""`heimvakt commission`: hand a home over: all of it tried, up to the centre's answer, and a sheet
that is signed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from heimvakt.app.walk_requests import WITHIN_S_MAX
from heimvakt.commissioning.kept import Busy, Desk
from heimvakt.commissioning.record import Progress
from heimvakt.core.words import Words

from .client import SocketOption, ask
from .commission_notes import Notes
from .commission_sheet import hand_over, said
from .commission_steps import run
from .commission_talk import Stopped, Talk
from .commission_verify import verify_sheet
from .exits import Exit, fail
from .homefile import home_file
from .pair import seconds
from .times import local

EXAMPLE = (
    "Examples: heimvakt commission --by installer-12; "
    "heimvakt commission --verify 2026-11-22T141502.pdf"
)


def command(
    by: Annotated[
        str | None,
        typer.Option(help="Who hands over: your number, not your name.", show_default=False),
    ] = None,
    wait_for: Annotated[
        str, typer.Option("--for", help="How long each device is waited for: 30s, 2m.")
    ] = "2m",
    anew: Annotated[
        bool, typer.Option("--anew", help="Begin from the first step, whatever was done before.")
    ] = False,
    verify: Annotated[
        Path | None,
        typer.Option(
            help="Only say whether this sheet (HTML, PDF or JSON) is as this unit has made it.",
            metavar="SHEET",
            show_default=False,
            dir_okay=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="With --verify: for programs.")] = False,
    socket: SocketOption = None,
) -> None:
    """Hand a home over, step by step: check the file, pair what is missing, walk to each sensor,
    self-test, a test alarm over each path, the resident's own button, and a sheet to sign.

    Ctrl-C while something is waited for asks how to go on. What was done is kept: broken off, or
    after a power cut, the same command goes on where it was. Ends with 1 if anything was left out
    or does not work, and the sheet says so; or if it was broken off.
    """
    if verify is not None:
        verify_sheet(verify, socket, as_json=as_json)
        return
    if as_json:
        fail(Exit.USAGE, "a hand-over is a conversation", "the sheet is kept as JSON as well")
    within_s = seconds(wait_for)
    if not 0 < within_s <= WITHIN_S_MAX:
        fail(Exit.USAGE, f"a device is waited for at most {WITHIN_S_MAX / 60:.0f} min")
    file = home_file(socket)
    unit, status = ask(socket, {"do": "unit"}), ask(socket, {"do": "status"})
    talk, desk = Talk(status["language"]), Desk(Path(unit["state"]))
    try:
        with desk.open():
            notes = Notes(
                socket=socket,
                file=file,
                talk=talk,
                desk=desk,
                progress=_begun(talk, desk, by, status, anew=anew),
                within_s=within_s,
            )
            run(notes)
            record, kept = hand_over(notes)
    except (Stopped, KeyboardInterrupt, typer.Abort):
        talk.say(_BROKEN_OFF)
        raise typer.Exit(Exit.FOUND) from None
    except Busy:
        fail(Exit.FOUND, "somebody else hands this home over just now", "wait until he is done")
    except OSError as error:
        fail(Exit.FOUND, f"{desk.folder}: {error.strerror}", "try again with sudo")
    for line in said(record, kept):
        talk.say(line)
    raise typer.Exit(Exit.GOOD if record.is_good else Exit.FOUND)


_BROKEN_OFF = Words(
    nb="avbrutt; det som er gjort, er tatt vare på. Gå videre med: heimvakt commission",
    en="broken off; what was done is kept. Go on with: heimvakt commission",
)


def _begun(
    talk: Talk, desk: Desk, by: str | None, status: dict[str, str], *, anew: bool
) -> Progress:
    """The hand-over that was broken off, or a new one."""
    talk.say(f"Heimvakt {status['version']}   {status['gateway_id']}")
    before = None if anew else desk.unfinished()
    # Whoever signs has seen it himself.
    if before is not None and by in (None, before.by):
        at = local(before.began_at.isoformat(), status["timezone"])
        talk.say(
            Words(
                nb=f"går videre med det som {before.by} begynte {at:%Y-%m-%d %H:%M}"
                " (fra begynnelsen: --anew)",
                en=f"goes on with what {before.by} began at {at:%Y-%m-%d %H:%M}"
                " (from the beginning: --anew)",
            )
        )
        return before
    progress = Progress(by=talk.number(by), began_at=datetime.fromisoformat(status["now"]))
    desk.keep(progress)
    return progress
