"""What somebody probably meant who wrote a duration or hours in another way than we read them.

For hints only: nothing that is guessed here is ever taken as a value.
"""

from __future__ import annotations

import re
from datetime import time, timedelta

SHOWN_MAX = 60
"""Characters of a wrong value that a message repeats; nothing is guessed from a longer one."""

# How people write units; Norwegian has its own (sekund, minutt, time, døgn, uke).
_SPOKEN_UNIT = re.compile(
    r"([0-9]{1,6}(?:[.,][0-9]{1,3})?)\s*"
    r"(?:(?P<s>s|sek(?:und(?:er)?)?|sec(?:ond)?s?)|(?P<m>m|min(?:ute?s?|utt(?:er)?)?)"
    r"|(?P<h>h|t|timer?|hours?|hrs?)|(?P<d>d|dag(?:er)?|days?|døgn)|(?P<w>w|uker?|weeks?))\b\.?",
    re.IGNORECASE,
)
_UNIT_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def guess_duration(text: str) -> list[timedelta]:
    """What somebody may have meant; empty if no guess is good."""
    if len(text) > SHOWN_MAX:
        return []
    spoken = text.strip().casefold().removeprefix("pt")
    if re.fullmatch(r"\d{1,6}", spoken, re.ASCII):
        return [timedelta(seconds=int(spoken) * s) for s in (1, 60, 3_600)]
    # A space between the parts, so that "1h30min" is two words to the expression.
    spaced = re.sub(r"(?<=[a-zø])(?=\d)", " ", spoken)
    rest = _SPOKEN_UNIT.sub("", spaced)
    if rest.replace("og", "").replace("and", "").strip(" ,+"):
        return []
    seconds = 0.0
    for match in _SPOKEN_UNIT.finditer(spaced):
        unit_s = _UNIT_S[match.lastgroup or "s"]
        seconds += float(match[1].replace(",", ".")) * unit_s
    return [timedelta(seconds=seconds)] if seconds >= 1 else []


def any_unit(value: object) -> list[timedelta]:
    """A bare number could be any unit."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return []
    if not 0 < value < 1_000_000:
        return []
    return [timedelta(seconds=value * s) for s in (1, 60, 3_600)]


_SPOKEN_TIME = re.compile(r"(\d{1,2})(?:[:.]?(\d{2}))?(?:[:.]00)?\s*([ap]m)?", re.ASCII)


def guess_hours(text: str) -> tuple[time, time] | None:
    """What `23-6`, `23.00-06.00`, `kl. 23 til 6` or `11pm-6am` is likely to mean."""
    if len(text) > SHOWN_MAX:
        return None
    found = [_guess_time(match) for match in _SPOKEN_TIME.finditer(text.casefold())]
    rest = _SPOKEN_TIME.sub("", text.casefold()).replace("kl", "")
    for word in ("til", "to", "fra", "from"):
        rest = rest.replace(word, "")
    match found:
        case [time() as begin, time() as end] if not rest.strip(" .-–—"):
            return begin, end
        case _:
            return None


def guess_time(text: str) -> time | None:
    """What `8.30`, `kl. 8` or `9pm` is likely to mean."""
    spoken = text[:SHOWN_MAX].casefold().replace("kl", "").strip(" .")
    found = _SPOKEN_TIME.fullmatch(spoken)
    return _guess_time(found) if found else None


_DAYS = (
    ("mon", "man"),
    ("tue", "tir"),
    ("wed", "ons"),
    ("thu", "tor"),
    ("fri", "fre"),
    ("sat", "lør"),
    ("sun", "søn"),
)


def guess_day(value: object) -> int | None:
    """Which day `monday`, `Man` or `lørdag` is likely to mean; 0 is Monday."""
    begin = str(value).strip().casefold()[:3]
    return next((number for number, words in enumerate(_DAYS) if begin in words), None)


def _guess_time(match: re.Match[str]) -> time | None:
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[3]:
        hour = hour % 12 + (12 if match[3] == "pm" else 0)
    if (hour, minute) == (24, 0):
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else None
