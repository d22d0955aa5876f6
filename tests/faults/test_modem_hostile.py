"""The line of a modem on which anything may come: nothing stops, nothing grows, and what is said of
messages stays true.

First our side of the conversation alone, then the whole driver on a pseudo-terminal with a virtual
modem. HEIMVAKT_FRAMES says how many frames are made up (2,000 without it), HEIMVAKT_SEED which
ones.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from heimvakt.core.modem import SmsError
from heimvakt.net.modem import at_replies as replies
from heimvakt.net.modem.at_lines import LINE_MAX, Lines
from heimvakt.net.modem.at_modem import AtModem
from heimvakt.net.modem.at_stray import Stray
from heimvakt.net.modem.at_talk import LINES_MAX, AtRefused, Talk
from heimvakt.net.sms.incoming import PduError, parse
from heimvakt_drivers.virtual.modem import VirtualModem
from heimvakt_drivers.virtual.modem.ends import PtyEnd
from tests.support.modem import NUMBER, Heard, at_modem, running

FRAMES = int(os.environ.get("HEIMVAKT_FRAMES", "2000"))
SEED = int(os.environ.get("HEIMVAKT_SEED", "1"))
GROWN_MIB_MAX = 8.0
LIFE_EVERY = 50
TRIES_MAX = 200

pytestmark = pytest.mark.fault

ANSWERS = (
    *("OK", "ERROR", "NO CARRIER", "+CME ERROR: 10", "+CMS ERROR: 331", "+CME ERROR: 99999", "> "),
    *("+CPIN: READY", "+CPIN: SIM PUK", "+CREG: 2,1", '+CEREG: 1,"00A1","01B2",7', "+CSQ: 99,99"),
    *('+COPS: 0,0,"Telenor",7', "+CMGS: 17", "+CPINR: SIM PIN,0,3", "^CPIN: SIM PIN,,10,0,10,0"),
    *('+CMTI: "SM",3', '+CMTI: "ME",4294967296', '+CDSI: "SR",1', "+CDS: 25", "+CMT: ,30", "RING"),
    *("+CMGL: 1,1,,25", "+CMGR: 1,,25", "+CCID: 89470000000000000017", "RDY", "^RSSI: 12"),
    *("07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37", "AT", "ATE0"),
)
"""As modems say them, and as they should not."""


def made_up(chance: random.Random) -> bytes:
    """A line or two, mostly spoilt."""
    octets = "\r\n{}\r\n".format("\r\n".join(chance.choices(ANSWERS, k=chance.randint(1, 3))))
    frame = octets.encode()
    place = chance.randrange(len(frame))
    match chance.randrange(8):
        case 0:
            return chance.randbytes(chance.randrange(1, 300))
        case 1:
            return frame[:place]
        case 2:
            return frame[:place] + chance.randbytes(1) + frame[place + 1 :]
        case 3:
            return frame[:place] + bytes(chance.choices(b'0123456789,":', k=40)) + frame[place:]
        case 4:
            return chance.choice((b"A", b"\0", b"> ", b"+CMTI: ")) * chance.randrange(2 * LINE_MAX)
    return frame


class Nobody:
    """The far end of a wire that swallows all."""

    def write(self, data: bytes) -> None:
        """Take it."""


def grown_since(before: int) -> float:
    """MiB of this process."""
    gc.collect()
    return (psutil.Process().memory_info().rss - before) / 2**20


@pytest.mark.timeout(120 + FRAMES // 50)
async def test_whatever_a_modem_says_is_read_or_thrown_away() -> None:
    chance = random.Random(SEED)
    strays = 0

    def stray(one: Stray) -> None:
        nonlocal strays
        strays += 1
        read(one.line)
        read(one.message or "")

    talk = Talk(Nobody(), stray, answer_s=60.0)
    before = psutil.Process().memory_info().rss
    ended = 0
    for number in range(FRAMES):
        if number == FRAMES // 10:
            before = psutil.Process().memory_info().rss  # warm by now
        asking = asyncio.ensure_future(talk.ask("AT+CSQ", expect=chance.choice(("", "+CSQ:"))))
        await asyncio.sleep(0)
        for _ in range(chance.randint(1, 4)):
            talk.heard(made_up(chance))
        talk.heard(b"\r\nOK\r\nOK\r\nOK\r\n")  # the first may be the text of a message
        with suppress(AtRefused):
            lines = await asking
            assert len(lines) <= LINES_MAX
            for line in lines:
                read(line)
            ended += 1
    grown = grown_since(before)
    splitter = Lines()
    for _ in range(FRAMES):
        for line in splitter.feed(made_up(chance)):
            assert len(line) <= LINE_MAX
        assert len(splitter._rest) <= LINE_MAX
    print(f"{FRAMES} answers, {ended} of them with OK, {strays} strays, {grown:.1f} MiB more")
    assert grown < GROWN_MIB_MAX
    assert ended
    assert strays


def read(line: str) -> None:
    """All that is ever made of a line; only a message may be refused."""
    replies.registration(line)
    replies.csq(line)
    replies.operator(line)
    replies.sim(line)
    replies.tries_left([line])
    replies.iccid([line])
    replies.reference([line])
    with suppress(PduError):
        parse(line)


@pytest.mark.timeout(120 + FRAMES // 50)
async def test_a_line_full_of_it_does_not_stop_the_driver_and_an_sms_still_goes(
    tmp_path: Path,
) -> None:
    chance = random.Random(SEED)
    async with VirtualModem(PtyEnd()) as far, running(modem := at_modem(far, tmp_path)) as heard:
        await heard.state(lambda state: state.can_send)
        before, tasks = psutil.Process().memory_info().rss, len(asyncio.all_tasks())
        for number in range(FRAMES):
            await far.noise(made_up(chance))
            if number == FRAMES // 10:
                before = psutil.Process().memory_info().rss
            if number % LIFE_EVERY == 0:
                await asyncio.sleep(0.01)
            forget(far, heard)
        grown = grown_since(before)
        assert len(asyncio.all_tasks()) <= tasks + 3
        assert not far.network.texts(), "nobody had sent one"
        await sent(modem, "still here")
        assert far.network.texts()[-1] == (NUMBER, "still here")
        print(f"{FRAMES} frames on the line, {grown:.1f} MiB more")
    assert grown < GROWN_MIB_MAX


async def sent(modem: AtModem, text: str) -> None:
    """Send it, as soon as the driver has found its step again."""
    for _ in range(TRIES_MAX):
        with suppress(SmsError):
            await modem.send_sms(NUMBER, text)
            return
        await asyncio.sleep(0.1)
    pytest.fail("it did not come back")


def forget(far: VirtualModem, heard: Heard) -> None:
    """What the test itself keeps is no leak of the driver."""
    heard.news.clear()
    far.heard.clear()
