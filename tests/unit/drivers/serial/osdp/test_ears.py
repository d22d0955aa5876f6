"""What is heard of a lock says whether it is there at all, and why it is not reached."""

from __future__ import annotations

from heimvakt_drivers.serial.osdp.clash import IN_TURN, UNASKED_MAX
from heimvakt_drivers.serial.osdp.ears import Ears
from heimvakt_drivers.serial.osdp.frames import Code, Frame
from heimvakt_drivers.serial.osdp.reasons import CLASH


def said(code: int, *, secured: bool = False) -> Frame:
    return Frame(raw=b"", address=1, is_reply=True, sequence=1, secured=secured, code=code)


def test_one_of_which_a_whole_try_hears_nothing_is_mute_until_it_says_something() -> None:
    ears, mute = Ears(0.0), []
    ears.answered(said(Code.NAK), 1.0)
    ears.given_up()
    mute.append(ears.mute)  # it was heard in that try, whatever it said
    ears.tried(2.0)
    ears.damaged()
    ears.given_up()
    mute.append(ears.mute)
    ears.answered(said(Code.NAK), 3.0)
    mute.append(ears.mute)
    assert mute == [False, True, False]


def test_time_in_which_this_process_stood_still_is_no_silence() -> None:
    ears = Ears(0.0)
    ears.tried(1.0)
    ears.answered(said(Code.NAK), 2.0)
    ears.forgive(10.0)
    assert ears.heard_at == 12.0
    ears.given_up()
    assert not ears.mute


def test_only_what_is_said_under_the_key_is_a_refusal() -> None:
    ears, refused = Ears(0.0), []
    refused.append(ears.refused)
    ears.answered(said(Code.NAK), 1.0)
    refused.append(ears.refused)
    ears.answered(said(Code.NAK, secured=True), 2.0)
    refused.append(ears.refused)
    ears.given_up()
    refused.append(ears.refused)
    assert refused == [False, False, True, False]


def test_answers_that_nobody_asked_for_are_a_clash_and_few_of_them_are_not() -> None:
    ears = Ears(0.0)
    for _ in range(3):
        assert not any(ears.clash.unasked() for _ in range(UNASKED_MAX - 1))
        for _ in range(IN_TURN + 1):
            ears.answered(said(Code.NAK), 1.0)
    assert ears.why_not(None) != CLASH
    assert [ears.clash.unasked() for _ in range(UNASKED_MAX)][-1]
    ears.given_up()
    assert ears.why_not(None) == CLASH, "until it was told as there"
    ears.clash.known = False
    assert ears.why_not(None) == "it does not answer"
