"""The conversation of a hand-over: what is said, and what the installer answers, in nb or en."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from heimvakt.checks.lines import NAMES
from heimvakt.config.ids import as_id, looks_like_a_person
from heimvakt.core.checks import Outcome
from heimvakt.core.words import Words

WIDTH = 24
"""Of the names of what is tried."""
REASON_MIN, REASON_MAX = 4, 200
"""Letters: `ok` is no reason, and the sheet has one line for it."""

HOW = Words(
    nb="  [Enter: en gang til   u: utelat, og si hvorfor   a: avbryt her]",
    en="  [Enter: once more   s: leave it out, and say why   q: break off here]",
)
_LEAVE, _STOP = frozenset("us"), frozenset("aq")


class Stopped(Exception):
    """The installer breaks off; what was done is kept."""


class Choice(Enum):
    """How it goes on after something that does not work."""

    AGAIN = auto()
    LEAVE = auto()


class Talk:
    """With the person in front of the box."""

    def __init__(self, language: str) -> None:
        self.language = language

    def say(self, words: Words | str = "") -> None:
        """One line."""
        print(words if isinstance(words, str) else words.in_language(self.language), flush=True)

    def head(self, number: int, of: int, words: Words) -> None:
        """A step begins."""
        between = "av" if self.language == "nb" else "of"
        self.say(f"\n{number} {between} {of}  {words.in_language(self.language)}")

    def row(self, outcome: Outcome, label: str, found: str) -> None:
        """What came of one thing."""
        self.say(f"  {NAMES[outcome]:<8} {label:<{WIDTH}} {found}".rstrip())

    def ask(self, words: Words) -> str:
        """A line that somebody types.

        Raises:
            Stopped: he does not, or nobody is there.
        """
        try:
            return input(f"{words.in_language(self.language)} ").strip()
        except (EOFError, KeyboardInterrupt):
            self.say()
            raise Stopped from None

    def how(self, question: Words = HOW) -> Choice:
        """What to do about something that does not work, or is to be begun.

        Raises:
            Stopped: break off here.
        """
        while True:
            said = self.ask(question).lower()
            if not said:
                return Choice.AGAIN
            if said in _LEAVE:
                return Choice.LEAVE
            if said in _STOP:
                raise Stopped

    def reason(self) -> str:
        """Why something is left as it is; stands on the sheet."""
        return self._until(Words(nb="  hvorfor:", en="  why:"), _wrong_reason)

    def number(self, said: str | None) -> str:
        """Who hands over: an id, never a name."""
        if said is not None and _wrong_id(said) is None:
            return said
        if said is not None:
            self.say(_wrong_id(said) or "")
        return self._until(
            Words(
                nb="nummeret ditt, ikke navnet (det står på arket):",
                en="your number, not your name (it stands on the sheet):",
            ),
            _wrong_id,
        )

    def yes(self, question: Words) -> bool:
        """Whether that is so; Enter says no."""
        answers = Words(nb=f"{question.nb} [j/N]", en=f"{question.en} [y/N]")
        return self.ask(answers).lower() in ("j", "ja", "y", "yes")

    def _until(self, question: Words, wrong: Callable[[str], Words | None]) -> str:
        while True:
            said = self.ask(question)
            problem = wrong(said)
            if problem is None:
                return said
            self.say(problem)


def _wrong_reason(said: str) -> Words | None:
    if looks_like_a_person(said):
        return Words(
            nb="  det ligner et fødselsnummer: det skal ikke stå her",
            en="  that looks like a national identity number: it must not stand here",
        )
    if not REASON_MIN <= len(said) <= REASON_MAX or not said.isprintable():
        return Words(
            nb=f"  skriv det med {REASON_MIN} til {REASON_MAX} tegn: den neste leser det",
            en=f"  say it in {REASON_MIN} to {REASON_MAX} letters: whoever comes next reads it",
        )
    return None


def _wrong_id(said: str) -> Words | None:
    if looks_like_a_person(said):
        return Words(
            nb="  det ligner et fødselsnummer: et nummer fra arbeidsgiveren, som montor-12",
            en="  that looks like a national identity number: your work's, as installer-12",
        )
    if not said or as_id(said) != said:
        return Words(
            nb="  små bokstaver, tall og bindestrek, som montor-12",
            en="  small letters, digits and hyphens, as installer-12",
        )
    return None
