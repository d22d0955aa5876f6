"""An alarm as an SMS, short enough for one or two messages. Pure."""

from __future__ import annotations

import re
from datetime import tzinfo

from heimvakt.core.alarms import Alarm, AlarmState, Priority
from heimvakt.core.events import ClockQuality
from heimvakt.core.words import Words

PLAIN_MAX, ANY_MAX = 306, 134
"""Characters in two messages, of the alphabet of telephones and of any other (TS 23.040)."""
_PLAIN = re.compile(r"[A-Za-z0-9 \n!\"#%&'()*+,\-./:;<=>?@$_§£æøåÆØÅäöüÄÖÜñÑéÉèùìòàß]*")
"""What takes one place each; whoever writes anything else is given less room than there may be."""
_TYPOGRAPHY = str.maketrans(
    {"–": "-", "—": "-", "’": "'", "“": '"', "”": '"', "…": "...", "\u00a0": " "}
)
"""Written otherwise, the same to read: one such character would halve the room."""
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

_HEADS = {
    AlarmState.CANCELLED: Words(nb="AVLYST", en="CANCELLED"),
    AlarmState.RESET: Words(nb="OVER", en="OVER"),
    AlarmState.CLOSED: Words(nb="AVSLUTTET", en="CLOSED"),
    AlarmState.EXPIRED: Words(nb="AVSLUTTET", en="CLOSED"),
}
_ALARM = Words(nb="ALARM", en="ALARM")
_TEST = Words(nb="PRØVE", en="TEST")
"""A technician is at work: nobody need come."""
_NOTICE = Words(nb="Varsel", en="Notice")
_ANSWER = Words(nb="Svar OK hvis du tar den.", en="Answer OK if you take it.")
_TAKEN = Words(nb="Noen har tatt den.", en="Somebody has taken it.")
"""It waited for its turn, and the telephone was to be told all the same."""
_UNSURE = Words(nb="Klokken kan være feil.", en="The clock may be wrong.")
_LAST = Words(
    nb="Flere meldinger må vente: grensen for denne timen er nådd.",
    en="More must wait: the limit for this hour is reached.",
)


def alarm_text(alarm: Alarm, *, gateway_id: str, language: str, zone: tzinfo, last: bool) -> str:
    """What the telephone shows.

    Args:
        alarm: as it is now.
        gateway_id: which home.
        language: nb or en.
        zone: of the home: the time is the time there.
        last: the limit of this hour is reached with this one.
    """
    head = _HEADS.get(alarm.state, _ALARM if alarm.priority is Priority.HIGH else _NOTICE)
    if alarm.test:
        head = Words(nb=f"{_TEST.nb} {head.nb}", en=f"{_TEST.en} {head.en}")
    sentence = alarm.text.in_language(language)
    said = alarm.room is None or f"({alarm.room})" in sentence
    room = None if said else Words(nb=f" Rom: {alarm.room}.", en=f" Room: {alarm.room}.")
    tail = [_when(alarm, zone), Words(nb=f"{gateway_id}.", en=f"{gateway_id}.")]
    if alarm.clock is ClockQuality.UNKNOWN:
        tail.append(_UNSURE)
    if alarm.state.is_open and alarm.accepted_by is None:
        tail.append(_ANSWER)
    elif alarm.state.is_open:
        tail.append(_TAKEN)
    if last:
        tail.append(_LAST)
    before = f"{head.in_language(language)}: "
    after = (room.in_language(language) if room else "") + " "
    after += " ".join(words.in_language(language) for words in tail)
    return _fit(before, sentence, after)


def _when(alarm: Alarm, zone: tzinfo) -> Words:
    at = alarm.raised_at.astimezone(zone)
    return Words(
        nb=f"{at.day}.{at.month}. kl. {at:%H:%M}.",
        en=f"{at:%H:%M}, {at.day} {_MONTHS[at.month - 1]}.",
    )


def _fit(before: str, sentence: str, after: str) -> str:
    """Cut the sentence if need be; when, where and how to answer stay."""
    before, sentence, after = (one.translate(_TYPOGRAPHY) for one in (before, sentence, after))
    whole = before + sentence + after
    room = PLAIN_MAX if _PLAIN.fullmatch(whole) else ANY_MAX
    over = len(whole.encode("utf-16-le")) // 2 - room
    if over <= 0:
        return whole
    kept = max(0, len(sentence) - over - len("..."))
    return before + sentence[:kept].rstrip() + "..." + after
