"""`heimvakt demo`: the whole product on one machine, with a virtual home behind a real wire."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer

from heimvakt.core.fields import parse_duration
from heimvakt.demo.recording import BadRecording, recording
from heimvakt.demo.scene import Scene
from heimvakt.demo.screens import JsonScreen, PlainScreen, Screen
from heimvakt.demo.show import Wishes, show
from heimvakt.demo.story import ZONE, story
from heimvakt.runtime.clock import SystemClock
from heimvakt_drivers.virtual.zigbee import FACES, Face

from .exits import Exit, fail

EXAMPLE = "Example: heimvakt demo --for 60s --plain"
STORY_SPEED = 120.0
STORY_FOR = "2m"


def command(
    for_: Annotated[
        str | None,
        typer.Option("--for", help="End after this much real time, such as 60s.", metavar="TIME"),
    ] = None,
    speed: Annotated[
        float | None,
        typer.Option(
            help="Home time over real time; 0 is as fast as it goes. "
            "120 for the story, 0 for a recording.",
            min=0,
            show_default=False,
        ),
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Lines instead of a screen.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object for each alarm on standard output.")
    ] = False,
    recorded: Annotated[
        Path | None,
        typer.Option("--recording", help="Play a recorded home from this folder.", metavar="DIR"),
    ] = None,
    home: Annotated[str, typer.Option(help="Which recorded home: A or B.")] = "B",
    first: Annotated[
        datetime | None, typer.Option("--from", help="Play the recording from this time on.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", help="Play the recording up to this time.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another life after the first night.")] = 7,
    mosquitto: Annotated[
        Path | None, typer.Option(help="Use this mosquitto as the broker.", show_default=False)
    ] = None,
    radio: Annotated[
        str, typer.Option(help="What the virtual radio speaks: znp or ezsp.", metavar="FAMILY")
    ] = "znp",
    keep: Annotated[
        Path | None,
        typer.Option(help="Keep database, configuration and log in this folder.", metavar="DIR"),
    ] = None,
) -> None:
    """Watch a home, its rules and its alarms.

    From the Zigbee frame to the response centre: a broker, a virtual radio with its devices, the
    real daemon and a receiver run on this machine, on loopback and a pseudo-terminal. Ends with 0
    only if every alarm was delivered and accepted.
    """
    if keep is not None and keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        fail(Exit.USAGE, f"--keep {keep}: there is something in it", "name a folder that is new")
    scene = _scene(recorded, home.upper(), first, last, seed)
    if speed is None:
        speed = STORY_SPEED if recorded is None else 0.0
    if for_ is None and recorded is None:
        for_ = STORY_FOR
    wishes = Wishes(
        speed=speed,
        for_s=_seconds(for_) if for_ else None,
        mosquitto=mosquitto,
        keep=keep.resolve() if keep else None,  # it stands in files that others read
        driven=True,
        radio=_face(radio),
    )
    try:
        good = asyncio.run(show(scene, wishes, _screen(scene, speed, plain, as_json)))
    except KeyboardInterrupt:
        fail(Exit.FOUND, "stopped by hand before the end")
    raise typer.Exit(Exit.GOOD if good else Exit.FOUND)


def _scene(
    recorded: Path | None, home: str, first: datetime | None, last: datetime | None, seed: int
) -> Scene:
    if recorded is None:
        today = SystemClock().now().astimezone(ZONE)
        # In the small hours the evening that has begun is yesterday's.
        evening = today.date() - timedelta(days=today.time() < time(6))
        return story(evening, seed)
    if home not in ("A", "B"):
        fail(Exit.USAGE, f"--home {home}: there are the homes A and B")
    try:
        return recording(recorded, home, first=first, last=last)
    except BadRecording as error:
        fail(Exit.USAGE, str(error), "--recording is the folder with Ordonez*_Sensors.txt")


def _face(radio: str) -> Face:
    for face in FACES:
        if radio == face:
            return face
    fail(Exit.USAGE, f"--radio {radio}: there are {' and '.join(FACES)}")


def _screen(scene: Scene, speed: float, plain: bool, as_json: bool) -> Screen:
    if as_json:
        return JsonScreen(scene.zone)
    if plain or not sys.stdout.isatty():
        return PlainScreen(scene.zone)
    from heimvakt.demo.live_screen import LiveScreen

    return LiveScreen(scene.title, scene.zone, speed)


def _seconds(text: str) -> float:
    try:
        return parse_duration(text).total_seconds()
    except ValueError:
        fail(Exit.USAGE, f"--for {text}: write a duration such as 60s or 2m")
