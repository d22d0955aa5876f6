"""What the figures of a path mean: link, names, TLS, session, way and back. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from heimvakt.core.checks import Found, Limit, Outcome, failed, judged, passed, skipped, warned
from heimvakt.core.modem import ModemState
from heimvakt.core.probed import Probed
from heimvakt.core.words import Words

DNS = Limit(warn=2_000.0)
"""Milliseconds for a name; 4G in a cellar takes some hundred."""
CERTIFICATE = Limit(warn=30.0, fail=7.0, at_least=True)
"""Days left. A visit has to be planned within the one, and is urgent within the other."""
ROUND_TRIP = Limit(warn=5_000.0)
"""Milliseconds until the other end has confirmed a heartbeat: an alarm is to be there in 5 s at
the most (promise 2)."""
ANSWER = Limit(warn=5.0)
"""Seconds until the centre has answered a test alarm."""
SIGNAL = Limit(warn=-100.0, fail=-115.0, at_least=True)
"""dBm of the whole signal; below -110 modems lose their network at times."""

_INTERFACE = Words(
    nb="er kabelen eller modemet satt i? se [paths] interface og: ip link",
    en="is the cable or the modem plugged in? see [paths] interface and: ip link",
)
_RENEW = Words(
    nb="be sentralen om et nytt sertifikat nå",
    en="ask the response centre for a new certificate now",
)


def link(interface: str | None, state: str | None) -> Found:
    """Whether the interface can carry anything; `state` as the kernel calls it, None: there is no
    such interface."""
    if interface is None:
        return passed(Words(nb="den veien systemet tar", en="whatever way the system takes"))
    if state is None:
        text = Words(nb=f"det finnes ingen {interface}", en=f"there is no {interface}")
        return failed(text, _INTERFACE)
    if state not in ("up", "unknown"):
        text = Words(nb=f"{interface} er {state}", en=f"{interface} is {state}")
        return failed(text, _INTERFACE)
    return passed(Words(nb=f"{interface} er oppe", en=f"{interface} is up"))


def names(probed: Probed) -> Found:
    """Whether the name of the broker is known on this path."""
    if probed.dns_ms is None:
        why = probed.trouble
        return failed(
            Words(nb=f"navnet er ikke kjent: {why}", en=f"the name is not known: {why}"),
            Words(
                nb="se navnetjenerne: resolvectl status, eller dns i [paths]",
                en="see the name servers: resolvectl status, or dns in [paths]",
            ),
        )
    text = Words(nb=f"navn på {probed.dns_ms:.0f} ms", en=f"name in {probed.dns_ms:.0f} ms")
    slow = Words(nb="en tregere navnetjener enn vanlig", en="a name server slower than usual")
    return judged(DNS, probed.dns_ms, text, slow)


def reached(probed: Probed, now: datetime) -> Found:
    """Whether the broker is reached, proves who it is, and for how long it can."""
    if probed.connect_ms is None:
        why = f"{probed.broker}: {probed.trouble}"
        hint = probed.hint or "is the broker up, and does a firewall let us through?"
        return failed(
            Words(nb=why, en=why),
            Words(nb=f"se [receivers] brokers, brannmur og klokke ({hint})", en=hint),
        )
    there = f"{probed.connect_ms:.0f} ms"
    if probed.valid_until is None:
        return passed(Words(nb=f"nådd på {there}, uten TLS", en=f"reached in {there}, without TLS"))
    days = (probed.valid_until - now) / timedelta(days=1)
    text = Words(
        nb=f"TLS på {there}, sertifikatet gjelder i {days:.0f} dager",
        en=f"TLS in {there}, its certificate is good for {days:.0f} days",
    )
    return judged(CERTIFICATE, days, text, _RENEW)


def certificate(valid_until: datetime | None, trouble: str, now: datetime) -> Found:
    """How long the gateway's own certificate is good."""
    if valid_until is None:
        return failed(
            Words(nb=f"kan ikke leses: {trouble}", en=f"cannot be read: {trouble}"),
            Words(
                nb="legg sertifikatet der filen sier", en="put the certificate where the file says"
            ),
        )
    days = (valid_until - now) / timedelta(days=1)
    text = Words(nb=f"eget sertifikat i {days:.0f} dager", en=f"our own for {days:.0f} days")
    return judged(CERTIFICATE, days, text, _RENEW)


def session(connected: bool, trouble: str | None) -> Found:
    """Whether the broker has accepted us."""
    if connected:
        return passed(Words(nb="megleren har oss", en="the broker has us"))
    why = trouble or "no connection yet"
    return failed(
        Words(nb=f"ikke tilkoblet: {why}", en=f"not connected: {why}"),
        Words(
            nb="sjekk brukernavn, passord og sertifikat med sentralen",
            en="check username, password and certificate with the response centre",
        ),
    )


def round_trip(took_ms: float | None) -> Found:
    """How long the last heartbeat took to be confirmed."""
    if took_ms is None:
        return skipped(
            Words(nb="intet hjerteslag er bekreftet ennå", en="no heartbeat confirmed yet")
        )
    text = Words(nb=f"frem og tilbake {took_ms:.0f} ms", en=f"way and back {took_ms:.0f} ms")
    advice = Words(
        nb="for tregt for en alarm: se signal og ruter",
        en="too slow for an alarm: see signal and router",
    )
    return judged(ROUND_TRIP, took_ms, text, advice)


def signal(state: ModemState | None) -> Found:
    """What the modem says of its card and its network."""
    if state is None:
        return skipped(Words(nb="det er ikke noe modem", en="there is no modem"))
    if state.trouble:
        return failed(
            Words(nb=state.trouble, en=state.trouble),
            Words(
                nb="se på SIM-kort og antenne: heimvakt status",
                en="look at the SIM and the antenna: heimvakt status",
            ),
        )
    dbm = state.signal.dbm if state.signal else None
    if dbm is None:
        return warned(
            Words(nb="sier ikke noe signal", en="tells no signal"),
            Words(nb="se på antennen", en="look at the antenna"),
        )
    by = f", {state.operator}" if state.operator else ""
    return judged(
        SIGNAL,
        dbm,
        Words(nb=f"{dbm} dBm{by}", en=f"{dbm} dBm{by}"),
        Words(
            nb="flytt boksen mot et vindu, eller sett på en antenne",
            en="move the box towards a window, or add an antenna",
        ),
    )


def answered(took_s: float | None, path: str, trouble: str) -> Found:
    """Whether the centre has answered a test alarm that went over this path alone."""
    if took_s is None:
        return Found(
            outcome=Outcome.FAIL,
            text=Words(nb=f"prøvealarm: {trouble}", en=f"test alarm: {trouble}"),
            advice=Words(
                nb="ring sentralen: er gatewayen kjent der, og svarer systemet?",
                en="call the centre: does it know this gateway, and does its system answer?",
            ),
        )
    return judged(
        ANSWER,
        took_s,
        Words(
            nb=f"prøvealarm besvart på {took_s:.1f} s over {path}",
            en=f"test alarm answered in {took_s:.1f} s over {path}",
        ),
        Words(nb="tregt: se veien, og spør sentralen", en="slow: see the path, and ask the centre"),
    )
