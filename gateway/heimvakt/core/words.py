"""Plain words for people, in the languages of the homes: Norwegian bokmål and English."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One sentence in every language that a resident, an operator or a technician may read."""

    nb: str
    en: str

    def in_language(self, language: str) -> str:
        """The sentence in `nb` or `en`; English for any other."""
        return self.nb if language == "nb" else self.en

    def __add__(self, more: Words) -> Words:
        """One behind the other; a blank between them belongs to either."""
        return Words(nb=self.nb + more.nb, en=self.en + more.en)


def spell_duration(seconds: float) -> Words:
    """A duration as a person says it: `2 h 10 min`, `45 s`."""
    whole = round(seconds)
    if whole < 60:
        return Words(nb=f"{whole} s", en=f"{whole} s")
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        text = f"{minutes} min" + (f" {rest} s" if rest else "")
        return Words(nb=text, en=text)
    hours, minutes = divmod(minutes, 60)
    tail = f" {minutes} min" if minutes else ""
    return Words(nb=f"{hours} t{tail}", en=f"{hours} h{tail}")
