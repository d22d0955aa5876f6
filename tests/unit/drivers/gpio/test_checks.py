"""Each lamp and the buzzer is on while somebody is asked, and an alarm is shown all the same."""

from __future__ import annotations

import asyncio

import pytest

from heimvakt.core.checks import Found, Needs, Outcome
from heimvakt.core.signs import Sign
from heimvakt.core.words import Words
from heimvakt_drivers.gpio.checks import output_checks
from heimvakt_drivers.gpio.settings import GpioSettings
from heimvakt_drivers.gpio.showing import Showing
from tests.support.jumping import jump

from .test_showing import BUZZER, GREEN, RED, TWO, Board

NAMES = {"lamp_green": GREEN, "lamp_red": RED, "buzzer": BUZZER}


class Somebody:
    """Looks at the board when asked; says what it is told to say."""

    def __init__(self, board: Board, says: bool | None = True) -> None:
        self._board = board
        self._says = says
        self.seen: list[set[int]] = []

    async def ask(self, question: Words) -> bool | None:
        assert question.nb
        assert question.en
        self.seen.append({pin for pin, output in self._board.outputs.items() if output.on})
        return self._says


async def looked(board: Board, says: bool | None) -> tuple[list[Found], list[set[int]]]:
    showing, somebody = Showing(TWO), Somebody(board, says)
    showing.open(board, lambda: False)
    showing.show(Sign.CONNECTED)
    checks = list(output_checks("gpio", showing))
    assert {check.needs for check in checks} == {Needs.HAND}
    return [await check.measure(somebody) for check in checks], somebody.seen


def test_one_at_a_time_is_on_while_somebody_is_asked() -> None:
    found, seen = jump(looked(Board(), says=True))
    assert seen == [{GREEN}, {RED}, {BUZZER}]
    assert {one.outcome for one in found} == {Outcome.PASS}


@pytest.mark.parametrize(("says", "outcome"), [(False, Outcome.FAIL), (None, Outcome.SKIPPED)])
def test_what_nobody_sees_has_failed_and_what_nobody_answers_is_not_known(
    says: bool | None, outcome: Outcome
) -> None:
    found, _ = jump(looked(Board(), says=says))
    assert {one.outcome for one in found} == {outcome}


def test_an_output_whose_pin_somebody_else_has_has_failed() -> None:
    found, seen = jump(looked(Board(RED), says=True))
    assert [one.outcome for one in found] == [Outcome.PASS, Outcome.FAIL, Outcome.PASS]
    assert seen == [{GREEN}, {BUZZER}]


def test_afterwards_the_sign_goes_on_and_a_new_one_does_not_wait() -> None:
    async def play() -> tuple[bool, bool, bool]:
        board, showing = Board(), Showing(TWO)
        showing.open(board, lambda: False)
        showing.show(Sign.CONNECTED)
        before = board.outputs[GREEN].on
        with showing.trying("buzzer") as there:
            assert there
            assert board.outputs[BUZZER].on
            showing.show(Sign.NO_CONNECTION)
            await asyncio.sleep(0)
            during = board.outputs[RED].on
        showing.show(Sign.CONNECTED)
        with showing.trying("lamp_red"):
            pass
        return before, during, board.outputs[GREEN].on

    before, during, after = jump(play())
    assert during, "whoever lives there sees it"
    assert before is after


def test_a_board_without_lamps_offers_nothing() -> None:
    assert list(output_checks("gpio", Showing(GpioSettings()))) == []
