"""The lamps and the buzzer of the box, one by one, with somebody who sees and hears."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from heimvakt.core.checks import Check, Found, Hand, Needs, failed, passed, skipped
from heimvakt.core.words import Words

from .showing import Showing

NAMES = {
    "lamp": Words(nb="lampen", en="the lamp"),
    "lamp_green": Words(nb="den grønne lampen", en="the green lamp"),
    "lamp_red": Words(nb="den røde lampen", en="the red lamp"),
    "buzzer": Words(nb="summeren", en="the buzzer"),
}


def output_checks(name: str, showing: Showing) -> Iterator[Check]:
    """Of the driver of this name: one for each output that its settings name."""
    for output in showing.wanted:
        yield Check(
            check_id=f"driver/{name}/{output}",
            part=Words(nb=f"driver {name}", en=f"driver {name}"),
            title=NAMES[output],
            measure=partial(_look, showing, output),
            needs=Needs.HAND,
            after=(f"driver/{name}/hears",),
        )


async def _look(showing: Showing, output: str, hand: Hand) -> Found:
    it = NAMES[output]
    wire = Words(
        nb=f"se på ledningen, og på [drivers.gpio] {output} og lamps_active",
        en=f"look at the wire, and at [drivers.gpio] {output} and lamps_active",
    )
    with showing.trying(output) as there:
        if not there:
            return failed(Words(nb="pinnen er ikke å få", en="its pin cannot be had"), wire)
        if output == "buzzer":
            asked = Words(nb="Høres summeren nå?", en="Does the buzzer sound now?")
        else:
            asked = Words(nb=f"Lyser {it.nb} nå?", en=f"Does {it.en} burn now?")
        yes = await hand.ask(asked)
    if yes is None:
        return skipped(Words(nb="ingen har svart", en="nobody has answered"))
    if yes:
        return passed(Words(nb=f"{it.nb} sett", en=f"{it.en} seen"))
    return failed(Words(nb="ikke sett eller hørt", en="not seen or heard"), wire)
