"""What a radio can be asked about itself while it works: whether it answers, what it runs, how full
its channel is, and whether it still holds the network that is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from heimvakt.core.checks import (
    Check,
    Found,
    Hand,
    Limit,
    Measure,
    failed,
    judged,
    passed,
    skipped,
)
from heimvakt.core.words import Words

from .radio.interference import FULL_PERCENT

if TYPE_CHECKING:
    from zigpy.backups import NetworkBackup

    from .radio.coordinator import Coordinator
    from .status import Network

ANSWER = Limit(warn=500.0)
"""Milliseconds for a ping; a stick that is well takes 2 to 20."""
AIR = Limit(warn=FULL_PERCENT)
"""Per cent of the most that can be measured. At one moment only, so it is no failure: what lasts is
told as interference."""
ANSWER_S = 5.0
"""A stick that takes longer than this for a ping hears nobody in time."""
SETTINGS_S = 30.0
"""Reading some 900 items from the stick takes one or two seconds."""

_REPLACE = Words(
    nb="dra den ut og sett den i; svarer den da ikke, sett i en ny: heimvakt radio swap",
    en="pull it out and put it in; if it does not answer then, put a new one in: "
    "heimvakt radio swap",
)


@dataclass(frozen=True, slots=True)
class Held:
    """What makes a network, as it can be compared."""

    channel: int
    pan_id: int
    extended_pan_id: str
    key: object
    radio: str

    @classmethod
    def of(cls, backup: NetworkBackup) -> Held:
        """Of what is stored, or of what the radio holds."""
        info = backup.network_info
        return cls(
            channel=int(info.channel),
            pan_id=int(info.pan_id),
            extended_pan_id=str(info.extended_pan_id),
            key=info.network_key.key,
            radio=str(backup.node_info.ieee),
        )


def radio_checks(
    name: str,
    coordinator: Callable[[], Coordinator | None],
    network: Callable[[], Network | None],
    folder: Path,
) -> Iterator[Check]:
    """Of the driver of this name; `coordinator` and `network` are what is up now."""
    part = Words(nb=f"radio {name}", en=f"radio {name}")
    begin, answers = f"driver/{name}", f"driver/{name}/answer"
    lost = skipped(Words(nb="radioen er borte", en="the radio is lost"))

    def asks(look: Callable[[Coordinator], Awaitable[Found]]) -> Measure:
        async def measure(_: Hand) -> Found:
            up = coordinator()
            return lost if up is None else await look(up)

        return measure

    yield Check(
        check_id=answers,
        part=part,
        title=Words(nb="svarer", en="answers"),
        measure=asks(_answer),
        unit="ms",
        limit=ANSWER,
        within_s=ANSWER_S,
        after=(f"{begin}/hears",),
    )

    async def runs(_: Hand) -> Found:
        up = network()
        return lost if up is None else judge_network(up)

    yield Check(
        check_id=f"{begin}/network",
        part=part,
        title=Words(nb="fastvare og kanal", en="firmware and channel"),
        measure=runs,
        after=(answers,),
    )
    yield Check(
        check_id=f"{begin}/air",
        part=part,
        title=Words(nb="støy på kanalen", en="energy on the channel"),
        measure=asks(_air),
        unit="%",
        limit=AIR,
        after=(answers,),
    )
    yield Check(
        check_id=f"{begin}/backup",
        part=part,
        title=Words(nb="sikkerhetskopi", en="backup"),
        measure=asks(lambda up: _backup(up, folder)),
        within_s=SETTINGS_S,
        after=(answers,),
    )


def judge_network(network: Network) -> Found:
    """What the radio runs. Pure."""
    return passed(
        Words(
            nb=f"{network.family}, fastvare {network.firmware}, kanal {network.channel}",
            en=f"{network.family}, firmware {network.firmware}, channel {network.channel}",
        )
    )


def judge_settings(stored: Held, held: Held) -> Found:
    """Whether the radio holds what is stored. Pure; says what differs, and never a key."""
    words = {
        "channel": Words(nb="kanal", en="channel"),
        "pan_id": Words(nb="PAN-id", en="PAN id"),
        "extended_pan_id": Words(nb="utvidet PAN-id", en="extended PAN id"),
        "key": Words(nb="nøkkel", en="key"),
        "radio": Words(nb="adresse", en="address"),
    }
    other = [word for name, word in words.items() if getattr(stored, name) != getattr(held, name)]
    if not other:
        return passed(Words(nb="lik sikkerhetskopien", en="settings equal the backup"))
    nb, en = (", ".join(getattr(word, of) for word in other) for of in ("nb", "en"))
    return failed(
        Words(nb=f"ikke lik sikkerhetskopien: {nb}", en=f"settings are not the backup's: {en}"),
        Words(
            nb="skriv den lagrede inn igjen (heimvakt radio swap), eller la den være om noen "
            "flyttet nettet med vilje",
            en="write the stored one again (heimvakt radio swap), or leave it if somebody moved "
            "the network on purpose",
        ),
    )


async def _answer(coordinator: Coordinator) -> Found:
    from .radio.coordinator import RADIO_ERRORS, explain

    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        await coordinator.watchdog_feed()  # what the library asks every 30 s: are you there?
    except RADIO_ERRORS as error:
        why = explain(error)
        return failed(Words(nb=f"svarer ikke: {why}", en=f"no answer: {why}"), _REPLACE)
    took_ms = (loop.time() - began) * 1000
    text = Words(nb=f"svarer på {took_ms:.0f} ms", en=f"answers in {took_ms:.0f} ms")
    return judged(ANSWER, took_ms, text, _REPLACE)


async def _air(coordinator: Coordinator) -> Found:
    from .radio.channel import energy_percent
    from .radio.coordinator import RADIO_ERRORS, explain

    channel = int(coordinator.state.network_info.channel)
    try:
        percent = await energy_percent(coordinator, channel)
    except RADIO_ERRORS as error:
        why = explain(error)
        return skipped(Words(nb=f"ikke målt: {why}", en=f"not measured: {why}"))
    return judged(
        AIR,
        percent,
        Words(
            nb=f"støy {percent:.0f} % på kanal {channel}",
            en=f"energy {percent:.0f} % on channel {channel}",
        ),
        Words(
            nb="flytt radioen bort fra ruter og USB 3, med en skjøteledning på en meter",
            en="move the radio away from the router and from USB 3, with a metre of cable",
        ),
    )


async def _backup(coordinator: Coordinator, folder: Path) -> Found:
    from .radio.backup import back_up
    from .radio.coordinator import RADIO_ERRORS, explain
    from .radio.kept import last_kept

    stored = await asyncio.to_thread(last_kept, folder)
    try:
        if stored is None:
            await back_up(coordinator, folder)
            return passed(Words(nb="den første er laget nå", en="the first backup is made now"))
        await coordinator.load_network_info(load_devices=True)
    except RADIO_ERRORS as error:
        why = explain(error)
        return failed(Words(nb=f"kan ikke leses: {why}", en=f"cannot be read: {why}"), _REPLACE)
    held = coordinator.backups.from_network_state()
    return judge_settings(Held.of(stored), Held.of(held))
