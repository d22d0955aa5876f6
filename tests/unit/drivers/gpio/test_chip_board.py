"""The lines of a chip by gpiod, with a fake at the edge of the library: order, loss, outputs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from gpiod.line import Bias

from heimvakt_drivers.gpio.chip_board import EDGES_MAX, ChipBoard
from heimvakt_drivers.gpio.pins import BoardError, PinError
from heimvakt_drivers.gpio.settings import Pull
from tests.support.chip import Lines, fake_chip


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    with fake_chip(monkeypatch) as made:
        yield made


async def test_edges_of_two_lines_come_in_the_order_of_the_kernels_time(lines: Lines) -> None:
    board, heard = ChipBoard("/dev/gpiochip0"), []
    for pin in (1, 2):
        lines.drive(pin, high=False)
        board.input(pin, Pull.UP, lambda at, level, pin=pin: heard.append((at, pin, level)))  # type: ignore[misc]
    for number in range(10):
        lines.drive(1, high=number % 2 == 0, at_ns=(2 * number + 1) * 10**9)
    for number in range(10):
        lines.drive(2, high=number % 2 == 0, at_ns=(2 * number + 2) * 10**9)
    async with asyncio.timeout(30):
        while len(heard) < 20:  # noqa: ASYNC110
            await asyncio.sleep(0)
    assert [at for at, _, _ in heard] == [float(n) for n in range(1, 21)]
    assert [pin for _, pin, _ in heard] == [1, 2] * 10
    board.close()


async def test_a_kilohertz_of_edges_arrives_whole(lines: Lines) -> None:
    board, heard = ChipBoard("/dev/gpiochip0"), []
    lines.drive(1, high=False)
    board.input(1, Pull.UP, lambda at, level: heard.append(level))
    for number in range(1_000):
        lines.drive(1, high=number % 2 == 0)
        if number % 100 == 0:
            time.sleep(0.005)  # noqa: ASYNC251 - the loop is at work
            await asyncio.sleep(0)
    await asyncio.sleep(0.01)
    assert heard == [number % 2 == 0 for number in range(1_000)]
    assert board.dropped() == 0
    board.close()


async def test_what_the_kernel_let_go_is_counted_and_the_last_edge_is_true(lines: Lines) -> None:
    board, heard = ChipBoard("/dev/gpiochip0"), []
    lines.drive(1, high=False)
    board.input(1, Pull.UP, lambda at, level: heard.append(level))
    for number in range(EDGES_MAX + 100):
        lines.drive(1, high=number % 2 == 0)
    await asyncio.sleep(0.01)
    assert len(heard) == EDGES_MAX
    assert heard[-1] is lines.level(1)
    assert board.dropped() == 100
    board.close()


async def test_each_pull_is_asked_for_as_it_is_meant(lines: Lines) -> None:
    board = ChipBoard("/dev/gpiochip0")
    for pin, (pull, bias) in enumerate(
        {Pull.UP: Bias.PULL_UP, Pull.DOWN: Bias.PULL_DOWN, Pull.NONE: Bias.DISABLED}.items()
    ):
        board.input(pin, pull, lambda at, level: None)
        assert lines.requests[pin].settings.bias is bias
    board.close()


@pytest.mark.parametrize("active", [True, False])
async def test_an_output_is_off_from_the_first_moment_and_after_the_last(
    lines: Lines, active: bool
) -> None:
    board = ChipBoard("/dev/gpiochip0")
    output = board.output(3, active=active)
    assert lines.level(3) is not active
    output.set(on=True)
    assert lines.level(3) is active
    board.close()
    board.close()
    assert lines.level(3) is not active
    output.close()


async def test_a_pulse_ends_by_itself(lines: Lines) -> None:
    board = ChipBoard("/dev/gpiochip0")
    board.output(3, active=True).pulse(0.05)
    assert lines.level(3)
    until = time.monotonic() + 30
    while lines.level(3) and time.monotonic() < until:
        time.sleep(0.005)  # noqa: ASYNC251 - the loop hangs: that is the test
    assert not lines.level(3)
    board.close()


async def test_what_cannot_be_had_is_told_in_plain_words(lines: Lines) -> None:
    board = ChipBoard("/dev/gpiochip0")
    lines.taken = {4}
    with pytest.raises(PinError, match=r"line 4: .*busy"):
        board.input(4, Pull.UP, lambda at, level: None)
    with pytest.raises(PinError, match=r"line 4: .*busy"):
        board.output(4, active=True)
    board.close()
    lines.gone = True
    with pytest.raises(BoardError, match="cannot be opened") as told:
        ChipBoard("/dev/gpiochip7")
    assert "gpiodetect" in told.value.hint


async def test_a_chip_that_goes_is_told_by_the_next_look_at_a_level(lines: Lines) -> None:
    board = ChipBoard("/dev/gpiochip0")
    line = board.input(1, Pull.UP, lambda at, level: None)
    lines.drive(1, high=False)
    lines.gone = True
    await asyncio.sleep(0.01)
    with pytest.raises(PinError, match="line 1"):
        line.level()
    board.close()
