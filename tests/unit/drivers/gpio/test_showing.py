"""Lamps and buzzer play what the patterns say, for hours, and change at once with the sign."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from heimvakt.core.patterns import LIGHTS, SOUNDS, WELL_AGAIN, Colour, sound_at
from heimvakt.core.signs import Sign
from heimvakt_drivers.gpio.pins import Analog, PinError
from heimvakt_drivers.gpio.settings import GpioSettings
from heimvakt_drivers.gpio.showing import Showing
from tests.support.jumping import jump

LAMP, GREEN, RED, BUZZER = 1, 2, 3, 4
ONE = GpioSettings(lamp=LAMP, buzzer=BUZZER)
TWO = GpioSettings(lamp_green=GREEN, lamp_red=RED, buzzer=BUZZER)
STEP_S = 0.05
FOR_S = 150.0
"""Every sound but the quarters of an hour has come again by then."""


class Output:
    def __init__(self) -> None:
        self.on = False
        self.turns = 0
        self.broken = False

    def set(self, *, on: bool) -> None:
        if self.broken:
            raise PinError("pin 1: gone")
        assert on is not self.on, "told what it is already"
        self.on = on
        self.turns += 1

    def pulse(self, seconds: float) -> None:
        raise AssertionError("no lamp is pulsed")

    def close(self) -> None: ...


class Board:
    """Outputs and nothing else."""

    def __init__(self, *taken: int) -> None:
        self.outputs: dict[int, Output] = {}
        self.taken = set(taken)

    def output(self, pin: int, *, active: bool) -> Output:
        if pin in self.taken:
            raise PinError(f"pin {pin}: busy")
        self.outputs[pin] = Output()
        return self.outputs[pin]

    def input(self, *args: Any) -> Any:
        raise AssertionError("nothing is read")

    def analog(self, channel: int) -> Analog:
        raise NotImplementedError

    def dropped(self) -> int:
        return 0

    def close(self) -> None: ...


async def follow(board: Board, pin: int, for_s: float) -> list[bool]:
    """What an output is, step by step; just after each."""
    levels = []
    for _ in range(round(for_s / STEP_S)):
        levels.append(board.outputs[pin].on)
        await asyncio.sleep(STEP_S)
    return levels


def shares(levels: list[bool]) -> float:
    return sum(levels) / len(levels)


@pytest.mark.parametrize("sign", list(Sign))
def test_one_lamp_is_lit_as_long_as_the_pattern_says(sign: Sign) -> None:
    async def play() -> list[bool]:
        board, showing = Board(), Showing(ONE)
        showing.open(board, lambda: False)
        showing.show(sign)
        return await follow(board, LAMP, 60)

    light = LIGHTS[sign]
    turn_ms = light.on_ms + light.off_ms
    expected = light.on_ms / turn_ms if turn_ms else 0.0
    assert shares(jump(play())) == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize("sign", [sign for sign in Sign if LIGHTS[sign].on_ms])
def test_of_two_lamps_the_right_ones_are_lit(sign: Sign) -> None:
    async def play() -> tuple[bool, bool]:
        board, showing = Board(), Showing(TWO)
        showing.open(board, lambda: False)
        showing.show(sign)
        green = await follow(board, GREEN, 10)
        return any(green), any(await follow(board, RED, 10))

    colour = LIGHTS[sign].colour
    assert jump(play()) == (colour is not Colour.RED, colour is not Colour.GREEN)


@pytest.mark.parametrize("sign", list(SOUNDS))
def test_the_buzzer_sounds_as_the_pattern_says(sign: Sign) -> None:
    async def play() -> tuple[list[bool], list[bool]]:
        board, showing = Board(), Showing(ONE)
        showing.open(board, lambda: False)
        loop = asyncio.get_running_loop()
        showing.show(sign)
        began, heard, written = loop.time(), [], []
        while (at_s := loop.time() - began) < FOR_S:
            heard.append(board.outputs[BUZZER].on)
            written.append(sound_at(SOUNDS[sign], int(at_s * 1_000)).on)
            await asyncio.sleep(0.0371)  # falls on no beginning and no end
        return heard, written

    heard, written = jump(play())
    differ = sum(one is not other for one, other in zip(heard, written, strict=True))
    assert any(written)
    assert differ <= len(written) / 100


def test_something_is_seen_at_once_whatever_was_shown_before() -> None:
    async def play() -> None:
        for before in Sign:
            for after in set(Sign) - {before, Sign.CANCELLED}:
                board, showing = Board(), Showing(ONE)
                showing.open(board, lambda: False)
                showing.show(before)
                await asyncio.sleep(1.234)
                lamp = board.outputs[LAMP]
                was, turns = lamp.on, lamp.turns
                showing.show(after)
                if LIGHTS[after].off_ms:
                    assert (lamp.on, lamp.turns) == (not was, turns + 1), (before, after)
                showing.close()

    jump(play())


def test_that_all_is_well_again_is_heard_once_and_only_when_it_was_not() -> None:
    async def play(*signs: Sign) -> int:
        board, showing = Board(), Showing(GpioSettings(buzzer=BUZZER))
        showing.open(board, lambda: False)
        for sign in signs:
            showing.show(sign)
            await asyncio.sleep(0.01)
        before = board.outputs[BUZZER].turns
        showing.show(Sign.CONNECTED)
        showing.show(Sign.CONNECTED)
        await asyncio.sleep(60)
        showing.close()
        return board.outputs[BUZZER].turns - before

    beeps = len(WELL_AGAIN.beeps_ms[::2])
    assert jump(play(Sign.CONNECTED)) == 0
    assert jump(play(Sign.FAULT)) == 0
    # What sounded before ends meanwhile, which is a turn more or less.
    assert jump(play(Sign.NO_CONNECTION, Sign.FAULT)) == 2 * beeps
    assert jump(play(Sign.NOT_HEARD, Sign.REMINDER, Sign.FAULT)) == 2 * beeps


def test_in_quiet_hours_it_is_said_once() -> None:
    async def play(*, quiet: bool) -> int:
        board, showing = Board(), Showing(GpioSettings(buzzer=BUZZER))
        showing.open(board, lambda: quiet)
        showing.show(Sign.NO_CONNECTION)
        await asyncio.sleep(3_600)
        showing.close()
        return board.outputs[BUZZER].turns // 2

    assert jump(play(quiet=True)) == 3
    assert jump(play(quiet=False)) == 3 * 6


def test_what_was_shown_before_the_pins_were_open_is_shown_when_they_are() -> None:
    async def play() -> bool:
        board, showing = Board(), Showing(ONE)
        showing.show(Sign.CONNECTED)
        showing.open(board, lambda: False)
        return board.outputs[LAMP].on

    assert jump(play())


def test_a_pin_that_is_taken_is_told_once_tried_again_and_costs_no_other() -> None:
    async def play() -> None:
        board, showing = Board(LAMP), Showing(ONE)
        showing.show(Sign.ALARM_TAKEN)
        for _ in range(3):
            showing.open(board, lambda: False)
        assert board.outputs[BUZZER].on
        board.taken.clear()
        showing.open(board, lambda: False)
        assert board.outputs[LAMP].on
        board.outputs[BUZZER].broken = True
        await asyncio.sleep(5)
        assert board.outputs[LAMP].turns > 2, "it goes on"
        showing.close()

    with capture_logs() as logs:
        jump(play())
    assert [line["output"] for line in logs] == ["lamp", "buzzer"]
