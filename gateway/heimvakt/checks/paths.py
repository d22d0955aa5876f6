"""The paths out of the house, each on its own: link, name, TLS, session, way and back, an alarm."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from heimvakt.core.checks import Check, Found, Hand, Outcome, skipped
from heimvakt.core.modem import ModemState
from heimvakt.core.probed import Probed
from heimvakt.core.words import Words

from .board import SYS, looking, text
from .judging import paths as judge

PROBE_S = 60.0
"""A receiver has up to eight brokers; each attempt has a time-out of its own."""
TRIAL_S = 30.0


Probe = Callable[[], Awaitable[Sequence[Probed]]]
"""Try to reach each broker of a receiver."""


OwnCertificate = Callable[[], tuple[datetime | None, str]]
"""Until when it is good, or why nobody knows."""


class NoAnswer(Exception):
    """The centre has not answered a test alarm; the text says how far it got."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One receiver over one path."""

    receiver: str
    probe: Probe
    connected: Callable[[], bool] | None = None
    """Whether its session stands; None: no service runs."""
    trouble: Callable[[], str | None] = lambda: None
    round_trip_ms: Callable[[], float | None] = lambda: None
    trial: Callable[[], Awaitable[float]] | None = None
    """Send a test alarm this way alone; seconds to the answer. Raises NoAnswer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Out:
    """One path out of the house."""

    name: str
    interface: str | None
    modem: Callable[[], ModemState] | None
    has_modem: bool
    """The home names one; `modem` is None all the same while no service runs."""
    ways: tuple[Way, ...]


def path_checks(
    paths: Sequence[Out], now: Callable[[], datetime], *, sys: Path = SYS
) -> Iterator[Check]:
    """Of each path, and of each receiver over it."""
    for path in paths:
        yield from _of_path(path, now, sys)


def certificate_checks(
    receivers: Sequence[tuple[str, OwnCertificate]],
    now: Callable[[], datetime],
) -> Iterator[Check]:
    """Of the gateway's own certificates, by receiver."""
    for receiver, read in receivers:
        yield Check(
            check_id=f"receiver/{receiver}/certificate",
            part=Words(nb=receiver, en=receiver),
            title=Words(nb="eget sertifikat", en="own certificate"),
            measure=looking(partial(_certificate, read, now)),
            unit="days",
            limit=judge.CERTIFICATE,
        )


def _certificate(read: OwnCertificate, now: Callable[[], datetime]) -> Found:
    valid_until, trouble = read()
    return judge.certificate(valid_until, trouble, now())


def _of_path(path: Out, now: Callable[[], datetime], sys: Path) -> Iterator[Check]:
    begin, part = f"path/{path.name}", Words(nb=path.name, en=path.name)
    link = f"{begin}/link"
    before: tuple[str, ...] = (link,)
    yield Check(
        check_id=link,
        part=part,
        title=Words(nb="forbindelse", en="link"),
        measure=looking(lambda: judge.link(path.interface, _state(path.interface, sys))),
    )
    if path.has_modem:
        modem, signal = path.modem, f"{begin}/signal"
        before = (link, signal)
        yield Check(
            check_id=signal,
            part=part,
            title=Words(nb="signal", en="signal"),
            measure=_now(lambda: judge.signal(modem()) if modem else NO_SERVICE),
            unit="dBm",
            limit=judge.SIGNAL,
        )
    for way in path.ways:
        yield from _of_way(path.name, way, before, now)


def _of_way(
    path: str, way: Way, before: tuple[str, ...], now: Callable[[], datetime]
) -> Iterator[Check]:
    begin = f"path/{path}/{way.receiver}"
    part = Words(nb=f"{way.receiver} over {path}", en=f"{way.receiver} over {path}")
    probed: list[Probed] = []

    async def probe() -> Sequence[Probed]:
        """Once, for the two checks that tell of it."""
        if not probed:
            probed.extend(await way.probe())
        return probed

    async def names(_: Hand) -> Found:
        return _worst([judge.names(each) for each in await probe()])

    async def reached(_: Hand) -> Found:
        tried = await probe()
        there = [each for each in tried if each.dns_ms is not None]
        if not there:
            return _worst([judge.names(each) for each in tried])
        return _worst([judge.reached(each, now()) for each in there])

    async def answered(_: Hand) -> Found:
        if way.trial is None:
            return NO_SERVICE
        try:
            return judge.answered(await way.trial(), path, "")
        except NoAnswer as error:
            return judge.answered(None, path, str(error))

    dns, tls, session = f"{begin}/dns", f"{begin}/tls", f"{begin}/session"
    yield Check(
        check_id=dns,
        part=part,
        title=Words(nb="navn", en="name"),
        measure=names,
        unit="ms",
        limit=judge.DNS,
        within_s=PROBE_S,
        after=before,
    )
    yield Check(
        check_id=tls,
        part=part,
        title=Words(nb="TLS", en="TLS"),
        measure=reached,
        unit="days",
        limit=judge.CERTIFICATE,
        within_s=PROBE_S,
        after=(*before, dns),
    )
    connected = way.connected
    yield Check(
        check_id=session,
        part=part,
        title=Words(nb="megler", en="broker"),
        measure=_now(
            lambda: judge.session(connected(), way.trouble()) if connected else NO_SERVICE
        ),
        after=(*before, tls),
    )
    yield Check(
        check_id=f"{begin}/round-trip",
        part=part,
        title=Words(nb="frem og tilbake", en="way and back"),
        measure=_now(lambda: judge.round_trip(way.round_trip_ms())),
        unit="ms",
        limit=judge.ROUND_TRIP,
        after=(session,),
    )
    yield Check(
        check_id=f"{begin}/test",
        part=part,
        title=Words(nb="prøvealarm", en="test alarm"),
        measure=answered,
        unit="s",
        limit=judge.ANSWER,
        within_s=TRIAL_S,
        after=(session,),
    )


NO_SERVICE = skipped(
    Words(
        nb="tjenesten går ikke: systemctl start heimvakt",
        en="the service does not run: systemctl start heimvakt",
    )
)

_RANK = (Outcome.FAIL, Outcome.WARN, Outcome.SKIPPED, Outcome.PASS)


def _worst(found: Sequence[Found]) -> Found:
    """What is told where there are several brokers."""
    return min(found, key=lambda one: _RANK.index(one.outcome))


def _now(look: Callable[[], Found]) -> Callable[[Hand], Awaitable[Found]]:
    async def measure(_: Hand) -> Found:
        return look()

    return measure


def _state(interface: str | None, sys: Path) -> str | None:
    """As the kernel calls it; None where there is no such interface."""
    return (text(sys / "class/net" / interface / "operstate") or None) if interface else None
