"""One command at a time: what answers it, what only comes meanwhile, and what never comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from heimvakt.net.modem.at_stray import Sorter, Stray
from heimvakt.net.modem.at_talk import LINES_MAX, AtGone, AtRefused, AtSilent, Talk


class Wire:
    """Answers what it is told to answer."""

    def __init__(self, *answers: bytes) -> None:
        self.sent: list[bytes] = []
        self._answers = list(answers)
        self.hear: Callable[[bytes], None] = lambda _data: None

    def write(self, data: bytes) -> None:
        self.sent.append(data)
        if self._answers:
            asyncio.get_running_loop().call_soon(self.hear, self._answers.pop(0))


def talk_to(*answers: bytes) -> tuple[Wire, Talk, list[Stray]]:
    wire = Wire(*answers)
    strays: list[Stray] = []
    talk = Talk(wire, strays.append, answer_s=0.2, resync_s=0.05)
    wire.hear = talk.heard
    return wire, talk, strays


async def test_an_answer_without_its_echo() -> None:
    _, talk, strays = talk_to(b"AT+CSQ\r\r\n+CSQ: 25,99\r\n\r\nOK\r\n")
    assert await talk.ask("AT+CSQ", expect="+CSQ:") == ["+CSQ: 25,99"]
    assert not strays


async def test_strays_between_the_lines_of_an_answer() -> None:
    _, talk, strays = talk_to(
        b'\r\n+CREG: 1,"00A1","01B2",7\r\n\r\n+CREG: 2,5\r\n\r\nRING\r\n'
        b"\r\n+CDS: 24\r\n0006AB\r\n\r\nOK\r\n"
    )
    assert await talk.ask("AT+CREG?", expect="+CREG:") == ["+CREG: 2,5"]
    assert strays == [
        Stray('+CREG: 1,"00A1","01B2",7'),
        Stray("RING"),
        Stray("+CDS: 24", "0006AB"),
    ]


async def test_what_comes_when_nothing_was_asked() -> None:
    _, talk, strays = talk_to()
    talk.heard(b"\r\n+CPIN: READY\r\n\r\nWHATEVER\r\n\r\nOK\r\n")
    assert [one.line for one in strays] == ["+CPIN: READY", "WHATEVER", "OK"]


async def test_a_message_that_looks_like_an_end() -> None:
    sorter = Sorter()
    assert list(sorter.sort("+CMT: 3", "")) == []
    assert list(sorter.sort("OK", "")) == [Stray("+CMT: 3", "OK")]


async def test_a_refusal_names_the_command_and_not_its_secret() -> None:
    _, talk, _ = talk_to(b"\r\n+CME ERROR: 16\r\n")
    with pytest.raises(AtRefused) as refused:
        await talk.ask("AT+CPIN=1234")
    assert refused.value.end.code == 16
    assert "1234" not in str(refused.value)


async def test_a_message_goes_at_the_prompt_and_not_before() -> None:
    wire, talk, _ = talk_to(b"\r\n> ", b"\r\n+CMGS: 17\r\n\r\nOK\r\n")
    assert await talk.send("AT+CMGS=12", "00AB", within_s=1.0) == ["+CMGS: 17"]
    assert wire.sent == [b"AT+CMGS=12\r", b"00AB\x1a"]


async def test_without_a_prompt_the_message_stays_at_home() -> None:
    wire, talk, _ = talk_to(b"\r\n+CMS ERROR: 310\r\n", b"", b"", b"\r\nOK\r\n")
    with pytest.raises(AtRefused):
        await talk.send("AT+CMGS=12", "00AB", within_s=1.0)
    with pytest.raises(AtSilent, match="no prompt"):
        await talk.send("AT+CMGS=12", "00AB", within_s=1.0)
    assert b"00AB\x1a" not in wire.sent


async def test_after_silence_it_finds_its_step_again() -> None:
    late = b"\r\n+COPS: 0\r\n\r\nOK\r\n"
    wire, talk, _ = talk_to(b"", b"", late + b"\r\nOK\r\n", b"\r\n+CSQ: 9,99\r\n\r\nOK\r\n")
    with pytest.raises(AtSilent):
        await talk.ask("AT+COPS?", expect="+COPS:")
    assert await talk.ask("AT+CSQ", expect="+CSQ:") == ["+CSQ: 9,99"]
    assert wire.sent == [b"AT+COPS?\r", b"\x1b", b"AT\r", b"AT+CSQ\r"]


async def test_a_cancelled_command_is_not_answered_to_the_next() -> None:
    wire, talk, _ = talk_to(b"", b"\r\n+CSQ: 1,99\r\n\r\nOK\r\n", b"\r\nOK\r\n", b"\r\nOK\r\n")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await talk.ask("AT+CSQ", expect="+CSQ:")
    assert await talk.ask("AT+CMGF=0") == []
    assert wire.sent[-1] == b"AT+CMGF=0\r"


async def test_who_answers_nothing_at_all_is_gone() -> None:
    wire, talk, _ = talk_to()
    with pytest.raises(AtSilent):
        await talk.ask("AT")
    with pytest.raises(AtGone, match="AT port"):
        await talk.ask("AT")
    assert len(wire.sent) < 10


async def test_a_closed_line_ends_all_waiting() -> None:
    _, talk, _ = talk_to()
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(_gone(talk, command)) for command in ("AT", "AT+CSQ")]
        await asyncio.sleep(0)
        talk.close("it was pulled out")
        assert [await one for one in waiting] == ["it was pulled out"] * 2


async def _gone(talk: Talk, command: str) -> str:
    with pytest.raises(AtGone) as gone:
        await talk.ask(command)
    return str(gone.value)


async def test_an_answer_has_a_limit() -> None:
    _, talk, _ = talk_to(b"\r\nline\r\n" * (2 * LINES_MAX) + b"\r\nOK\r\n")
    assert len(await talk.ask("AT+CLAC")) == LINES_MAX
