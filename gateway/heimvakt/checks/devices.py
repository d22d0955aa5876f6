"""The devices of the home, one by one, as the gateway knows them; and the bolt of a lock, moved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime
from functools import partial

from heimvakt.core.checks import Check, Found, Hand, Needs, failed, passed, skipped
from heimvakt.core.commands import CommandFailed, Verb
from heimvakt.core.devices import Device, Role
from heimvakt.core.words import Words

from .judging import devices as judge
from .judging.devices import Known

BOLT_S = 30.0
"""For two moves; each is given up after ten seconds."""

Do = Callable[[Device, Verb], Awaitable[None]]
"""Have a device do something. Raises CommandFailed."""


def device_checks(
    devices: Mapping[str, Device],
    known: Callable[[str], Known],
    now: Callable[[], datetime],
    do: Do,
    driver_checks: Mapping[str, tuple[str, ...]],
) -> Iterator[Check]:
    """Of each device, and not of one whose driver hears nothing: `driver_checks` are the ids of the
    checks, by driver, without which nothing is known of its devices."""
    for device_id, device in devices.items():
        yield from _of(device, partial(known, device_id), now, do, driver_checks)


def _of(
    device: Device,
    known: Callable[[], Known],
    now: Callable[[], datetime],
    do: Do,
    driver_checks: Mapping[str, tuple[str, ...]],
) -> Iterator[Check]:
    begin, part = f"device/{device.device_id}", Words(nb=device.device_id, en=device.device_id)
    after = driver_checks.get(device.driver, ())
    heard = f"{begin}/heard"
    yield Check(
        check_id=heard,
        part=part,
        title=Words(nb="sist hørt", en="last heard"),
        measure=_looks(lambda: judge.heard(known(), now())),
        unit="s",
        after=after,
    )
    if (at := known()).joined is not None:
        yield Check(
            check_id=f"{begin}/link",
            part=part,
            title=Words(nb="forbindelse", en="link"),
            measure=_looks(lambda: judge.link(known())),
            unit="LQI",
            limit=judge.LINK,
            after=(heard,),
        )
        yield Check(
            check_id=f"{begin}/enrolment",
            part=part,
            title=Words(nb="innmelding", en="enrolment"),
            measure=_looks(lambda: judge.enrolment(known())),
            after=(heard,),
        )
    if at.joined is not None or at.battery_percent is not None or at.battery_low:
        yield Check(
            check_id=f"{begin}/battery",
            part=part,
            title=Words(nb="batteri", en="battery"),
            measure=_looks(lambda: judge.battery(known())),
            unit="%",
            limit=judge.BATTERY,
            after=(heard,),
        )
    match device.role:
        case Role.LOCK:
            state = f"{begin}/state"
            yield Check(
                check_id=state,
                part=part,
                title=Words(nb="riegel", en="bolt"),
                measure=_looks(lambda: judge.lock_state(known())),
                after=(heard,),
            )
            yield Check(
                check_id=f"{begin}/move",
                part=part,
                title=Words(nb="riegelen beveges", en="bolt moves"),
                measure=lambda _: _move(device, known(), do),
                within_s=BOLT_S,
                needs=Needs.BOLT,
                after=(heard,),
            )
        case Role.DISPENSER:
            yield Check(
                check_id=f"{begin}/state",
                part=part,
                title=Words(nb="tilstand", en="state"),
                measure=_looks(lambda: judge.dispenser_state(known())),
                after=(heard,),
            )
        case _:
            pass


def _looks(look: Callable[[], Found]) -> Callable[[Hand], Awaitable[Found]]:
    """What the gateway knows already takes no time."""

    async def measure(_: Hand) -> Found:
        return look()

    return measure


async def _move(device: Device, known: Known, do: Do) -> Found:
    """Move the bolt there and back: it ends as it began, and locked where nobody knows how."""
    if known.bolt == "unlocked":
        moves = (Verb.LOCK, Verb.UNLOCK)
    elif known.bolt == "locked":
        moves = (Verb.UNLOCK, Verb.LOCK)
    else:
        return skipped(
            Words(
                nb="ingen vet hvor riegelen er: lås for hånd først",
                en="nobody knows where the bolt is: lock by hand first",
            )
        )
    try:
        for verb in moves:
            await do(device, verb)
    except CommandFailed as error:
        return failed(
            Words(nb=f"riegelen gikk ikke: {error}", en=f"the bolt did not move: {error}"),
            Words(
                nb="se hvor riegelen står nå, og lås for hånd",
                en="see where the bolt is now, and lock by hand",
            ),
        )
    return passed(Words(nb="frem og tilbake", en="there and back"))
