"""Who is believed: only who has the key, only once, and only in a version that both know."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from heimvakt_drivers.serial.dispenser.crypto import read_key
from heimvakt_drivers.serial.dispenser.frame import Frame, Splitter, Type, to_wire
from heimvakt_drivers.serial.dispenser.payload import HelloAnswer, Naks
from heimvakt_drivers.serial.dispenser.session import COUNTER_MAX, Session
from heimvakt_drivers.virtual.dispenser import VirtualDispenser
from tests.support.dispenser import KEY


def device(speaks: int = 1) -> VirtualDispenser:
    device = VirtualDispenser(key=KEY, crystal=lambda: 0.0, speaks=speaks)
    device.start()
    return device


def say(device: VirtualDispenser, frame: Frame) -> Frame | None:
    answers = list(Splitter().feed(device.feed(to_wire(frame))))
    return answers[0] if answers else None


def opened(device: VirtualDispenser, key: bytes = KEY) -> Session:
    session = Session(key, 1, os.urandom(8))
    answer = say(device, session.hello(1))
    assert answer is not None
    assert session.meet(HelloAnswer.read(answer.payload))
    taken = say(device, session.auth(2))
    assert taken is not None
    assert taken.payload == b"\0"
    session.begin()
    return session


def test_who_has_the_key_is_answered() -> None:
    dispenser = device()
    session = opened(dispenser)
    answer = say(dispenser, session.seal(Type.STATUS, 3, b""))
    assert answer is not None
    read = session.read(answer)
    assert read is not None
    assert read.type == Type.STATUS_R


def test_a_gateway_with_another_key_does_not_believe_the_dispenser() -> None:
    session = Session(bytes(16), 1, os.urandom(8))
    answer = say(device(), session.hello(1))
    assert answer is not None
    assert not session.meet(HelloAnswer.read(answer.payload))


def test_the_dispenser_does_not_believe_a_gateway_without_the_key() -> None:
    dispenser = device()
    real = opened(dispenser)
    thief = Session(KEY, 1, os.urandom(8))
    answer = say(dispenser, thief.hello(1))
    assert answer is not None
    assert thief.meet(HelloAnswer.read(answer.payload))
    refused = say(dispenser, replace(thief.auth(2), payload=bytes(8)))
    assert refused is not None
    assert refused.payload == b"\1"
    # and the session that was there goes on
    assert say(dispenser, real.seal(Type.STATUS, 3, b"")) is not None


def test_a_recorded_frame_is_not_taken_again() -> None:
    dispenser = device()
    session = opened(dispenser)
    frame = session.seal(Type.CMD, 3, bytes(13))
    answer = say(dispenser, frame)
    assert answer is not None
    done = dispenser.requests
    assert say(dispenser, frame) is None
    assert session.read(answer) is not None
    assert session.read(answer) is None, "nor is an answer"
    again = opened(dispenser)
    assert say(dispenser, frame) is None, "nor in another session"
    assert say(dispenser, again.seal(Type.STATUS, 3, b"")) is not None
    assert dispenser.requests == done + 1


def test_the_same_question_again_is_answered_again_and_not_done_again() -> None:
    dispenser = device()
    session = opened(dispenser)
    before = dispenser.requests
    answers = [say(dispenser, session.seal(Type.STATUS, 3, b"")) for _ in range(4)]
    read = [session.read(answer) for answer in answers if answer is not None]
    assert len({each.payload for each in read if each is not None}) == 1
    assert dispenser.requests == before + 1


def test_an_answer_that_was_changed_on_the_way_is_not_believed() -> None:
    dispenser = device()
    session = opened(dispenser)
    answer = say(dispenser, session.seal(Type.STATUS, 3, b""))
    assert answer is not None
    for changed in (
        replace(answer, seq=4),
        replace(answer, type=Type.EMPTY),
        replace(answer, counter=9),
        replace(answer, payload=answer.payload[:-1] + bytes((answer.payload[-1] ^ 1,))),
    ):
        assert session.read(changed) is None
    assert session.read(answer) is not None


def test_an_older_dispenser_and_a_newer_gateway_speak_the_lower_version() -> None:
    dispenser = device(speaks=1)
    session = Session(KEY, 1, os.urandom(8))
    newer = replace(session.hello(1), payload=session.hello(1).payload[:8] + b"\x07")
    answer = say(dispenser, newer)
    assert answer is not None
    assert HelloAnswer.read(answer.payload).version == 1


def test_who_talks_the_two_down_is_noticed() -> None:
    """The proof covers the version that was offered, so that changing it on the way breaks it."""
    dispenser = device()
    session = Session(KEY, 1, os.urandom(8))
    changed = replace(session.hello(1), payload=session.hello(1).payload[:8] + b"\x02")
    answer = say(dispenser, changed)
    assert answer is not None
    assert not session.meet(HelloAnswer.read(answer.payload))


@pytest.mark.parametrize("version", [0, 2, 255])
def test_a_version_that_is_not_known_here_is_refused(version: int) -> None:
    session = Session(KEY, 1, os.urandom(8))
    assert not session.meet(HelloAnswer(version, bytes(8), bytes(8), bytes(8)))


def test_a_gateway_that_speaks_no_version_is_told_so() -> None:
    hello = Frame(0, 1, 1, Type.HELLO, None, bytes(9))
    answer = say(device(), hello)
    assert answer is not None
    assert (answer.type, answer.payload[0]) == (Type.NAK, Naks.VERSION)


def test_keys_are_changed_before_the_counter_ends() -> None:
    session = opened(device())
    assert not session.worn
    session._sent = COUNTER_MAX
    assert session.worn


@pytest.mark.parametrize("text", ["", "00", "zz" * 16, "00" * 17])
def test_what_is_no_key_is_not_taken_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="32 hexadecimal digits") as caught:
        read_key(text)
    assert not text or text not in str(caught.value)
