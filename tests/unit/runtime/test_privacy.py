"""While privacy lasts nothing of a movement is on the disk, and nothing of it is sent."""

from __future__ import annotations

from pathlib import Path

from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    ButtonPressed,
    DeviceSeen,
    DoorOpened,
    GatewayStarted,
    Mode,
    ModeChosen,
    MotionCleared,
    MotionDetected,
)
from heimvakt.core.reports import Wanted
from heimvakt.runtime.pipeline import Committed
from tests.support.lives import journal, live

MOVES = (
    BedLeft(device_id="bed"),
    MotionDetected(device_id="hall"),
    MotionCleared(device_id="hall"),
    BedEntered(device_id="bed"),
)


async def test_a_movement_is_a_sign_of_life_of_its_sensor_alone(tmp_path: Path) -> None:
    private, after = (
        ModeChosen(mode=Mode.PRIVACY, by="command"),
        ModeChosen(mode=Mode.HOME, by="command"),
    )
    told: list[Committed] = []
    async with live(tmp_path, wanted={"centre": Wanted.TELEMETRY}) as life:
        life.pipeline.watch(told.append)
        # In one batch too: it counts what the home was set to when each of them came.
        await life.pipeline.emit(MOVES[0], private, *MOVES)
        await life.pipeline.emit(DoorOpened(device_id="front-door"))
        await life.pipeline.emit(ButtonPressed(device_id="button"), after, MOVES[-1])
        seen = life.pipeline.state.supervised.devices["hall"].last_seen
    kinds = [
        *[GatewayStarted, BedLeft, ModeChosen],
        *[DeviceSeen] * 4,
        *[DoorOpened, ButtonPressed, ModeChosen, BedEntered],
    ]
    assert [type(event) for event in journal(tmp_path)] == kinds
    assert [type(each.event) for each in told] == kinds[1:], "nobody who watches has more"
    assert seen is not None
    assert [e.device_id for e in journal(tmp_path) if isinstance(e, DeviceSeen)] == [
        move.device_id for move in MOVES
    ]
    assert b"motion-detected" not in on_disk(tmp_path)


def on_disk(folder: Path) -> bytes:
    """All that is there, in whatever file."""
    return b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())
