"""What to look at where a rule cried wolf: more than one false high alarm in a month.

The limits are good for most homes; of a hundred generated ones some are above that with each set of
them (docs/judging.md). Somebody who knows the home mends that in its file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from heimvakt.core.alarms import Priority
from heimvakt.core.words import Words

MAY_BE_FALSE = 1
"""In a month, of one rule."""
_SAID = Words(
    nb="{rule}: {false} falske alarmer med høy prioritet.",
    en="{rule}: {false} false high alarms.",
)
_LOOK: Mapping[str, Words] = {
    "night-wandering": Words(
        nb="Når står beboeren opp, og hvor kan han være om natten? Se between, getting_up, signs.",
        en="When does the resident rise, and where may he be at night? See between, getting_up, "
        "signs.",
    ),
    "night-door": Words(
        nb="Går eller kommer noen i disse timene? Se between og passed; left-home varsler bare når "
        "ingen blir hørt etterpå.",
        en="Does somebody go or come in these hours? See between and passed; left-home tells only "
        "when nobody is heard after it.",
    ),
    "left-home": Words(
        nb="Hvor setter beboeren seg etter døren? En sensor der hjelper; se within og passed.",
        en="Where does the resident sit down after the door? A sensor there helps; see within and "
        "passed.",
    ),
    "bathroom-stay": Words(
        nb="Har en seng eller stol ingen sensor? En der hjelper; se night.",
        en="Has a bed or a chair no sensor? One there helps; see night.",
    ),
}
_TRY = Words(
    nb="Prøv andre innstillinger på det som har hendt: heimvakt replay --against.",
    en="Try other settings on what happened: heimvakt replay --against.",
)


def advice(alarms: Sequence[Mapping[str, Any]]) -> Iterator[Words]:
    """A line for each rule that has to be looked at, and what to do; nothing where none has."""
    again = False
    for alarm in alarms:
        look, false = _LOOK.get(alarm["kind"]), alarm["closed_false"]
        if look is None or alarm["priority"] != Priority.HIGH or false <= MAY_BE_FALSE:
            continue
        again = True
        nb, en = (said.format(rule=alarm["rule"], false=false) for said in (_SAID.nb, _SAID.en))
        yield Words(nb=f"{nb} {look.nb}", en=f"{en} {look.en}")
    if again:
        yield _TRY
