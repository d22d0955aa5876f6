"""The steps of a hand-over, in their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial

from heimvakt.app import catalogue
from heimvakt.commissioning import progress as pr
from heimvakt.commissioning.record import Seen, Step, spelt
from heimvakt.commissioning.words import STEPS
from heimvakt.config.device_changes import paired as paired_device
from heimvakt.config.findings import Finding, Severity, render_findings
from heimvakt.config.loader import Loaded, load
from heimvakt.core.checks import Outcome
from heimvakt.core.words import Words

from . import pair
from .commission_looking import self_test, test_alarm
from .commission_notes import Notes, went_well
from .commission_talk import Choice
from .commission_trials import press, walk_to
from .homefile import not_written, put_in_force, take_over
from .walk_test import in_service

OPEN_S = 240
"""How long the network is open for one device."""


def run(notes: Notes) -> None:
    """All of them; what was done before a break is not done again where it still holds.

    Raises:
        Stopped: the installer breaks off.
    """
    for number, (step, work) in enumerate(WORKS.items(), 1):
        notes.talk.head(number, len(WORKS), STEPS[step])
        work(notes)


def _check(notes: Notes) -> None:
    loaded = _in_force(notes)
    notes.hold()
    seen = _checked(notes, loaded)
    notes.talk.row(seen.outcome, seen.label, f"{seen.found}   {spelt(loaded.digest)}")
    before = pr.seen_of(notes.progress, Step.CHECK, seen.what)
    if seen.outcome is not Outcome.FAIL:
        notes.note(seen)
    elif before is not None and before.reason:
        notes.say_before(before)
    elif notes.talk.how() is Choice.LEAVE:
        notes.leave(seen)
    else:
        _check(notes)


def _checked(notes: Notes, loaded: Loaded) -> Seen:
    told = _told(loaded)
    wrong = sum(finding.severity is Severity.ERROR for finding in told)
    words = Words(
        nb=f"{wrong} feil, {len(told) - wrong} advarsler",
        en=f"{wrong} errors, {len(told) - wrong} warnings",
    )
    return Seen(
        step=Step.CHECK,
        what=notes.file.name,
        label=notes.file.name,
        outcome=Outcome.FAIL if wrong else Outcome.WARN if told else Outcome.PASS,
        at=notes.now(),
        found=words.in_language(notes.language),
        of=loaded.digest,
    )


def _told(loaded: Loaded) -> list[Finding]:
    """All but what is said of devices that the next step brings; of a file that cannot be used only
    why."""
    if loaded.configuration is None:
        return [finding for finding in loaded.findings if finding.severity is Severity.ERROR]
    devices = loaded.configuration.devices
    missing = {("devices", i) for i, device in devices.items() if not device.address}
    return [finding for finding in loaded.findings if finding.path not in missing]


def _in_force(notes: Notes) -> Loaded:
    """The file, once it can be used and the service has taken it."""
    while True:
        loaded = load(notes.file, catalogue())
        if told := _told(loaded):
            notes.talk.say(render_findings(told))
        if loaded.configuration is None:
            notes.talk.ask(_MEND)
        elif loaded.digest != notes.configuration():
            notes.talk.ask(_TAKE_OVER)
            went_well(partial(take_over, notes.socket))
        else:
            return loaded


def _pair(notes: Notes) -> None:
    missing = pr.to_pair(notes.devices())
    for number, device_id in enumerate(missing, 1):
        notes.until_settled(
            Step.PAIR, device_id, partial(_bring, notes, device_id, f"{number}/{len(missing)}")
        )
    if not missing:
        notes.talk.say(_ALL_PAIRED)
        return
    # Each device that was paired is another configuration, which has to hold as well.
    reasons = [one.reason for one in notes.of(Step.CHECK)]
    loaded = _in_force(notes)
    notes.hold()
    notes.note(replace(_checked(notes, loaded), reason="".join(reasons)))


def _bring(notes: Notes, device_id: str, number: str) -> Seen:
    """Take one device into the home, as `heimvakt pair` does."""
    label = notes.label(device_id)
    not_paired = Words(nb="ikke innmeldt", en="not paired")
    if notes.talk.how(_in_hand(number, label)) is Choice.LEAVE:
        seen = notes.of_device(Step.PAIR, device_id, Outcome.SKIPPED, not_paired)
        return replace(seen, reason=notes.talk.reason())
    if not went_well(partial(_paired, notes, device_id)):
        return notes.of_device(Step.PAIR, device_id, Outcome.FAIL, not_paired)
    address = notes.devices()[device_id]["address"]
    found = Words(nb=f"innmeldt, {address}", en=f"paired, {address}")
    return notes.of_device(Step.PAIR, device_id, Outcome.PASS, found)


def _in_hand(number: str, label: str) -> Words:
    return Words(
        nb=f"  {number}  {label}: ta den i hånden\n"
        "  [Enter: da åpnes nettet   u: utelat, og si hvorfor   a: avbryt her]",
        en=f"  {number}  {label}: take it in your hand\n"
        "  [Enter: then the network opens   s: leave it out, and say why   q: break off here]",
    )


def _paired(notes: Notes, device_id: str) -> None:
    row = notes.devices()[device_id]
    request = {
        "device_id": device_id,
        "role": row["role"],
        "driver": row["driver"],
        "for_s": OPEN_S,
    }
    paired = pair.run(notes.socket, request, as_json=False, language=notes.language)
    with not_written():
        changed = paired_device(notes.file, catalogue(), device_id, paired["address"])
    put_in_force(notes.socket, changed, lambda _: None)


def _walk(notes: Notes) -> None:
    chosen = pr.to_walk(notes.devices())
    if not chosen:
        notes.talk.say(_NOTHING_TO_WALK)
        return
    with _trying(notes, Step.WALK, chosen):
        for number, device_id in enumerate(chosen, 1):
            attempt = partial(walk_to, notes, device_id, f"{number}/{len(chosen)}")
            notes.until_settled(Step.WALK, device_id, attempt)


def _button(notes: Notes) -> None:
    buttons = pr.to_press(notes.devices())
    if not buttons:
        notes.talk.say(_NO_BUTTON)
        return
    notes.talk.say(_PRESS)
    with _trying(notes, Step.BUTTON, buttons):
        for number, device_id in enumerate(buttons, 1):
            attempt = partial(press, notes, device_id, f"{number}/{len(buttons)}")
            notes.until_settled(Step.BUTTON, device_id, attempt)


def _trying(notes: Notes, step: Step, chosen: Sequence[str]) -> AbstractContextManager[None]:
    """In service, unless all of it was tried before."""
    seen = [pr.seen_of(notes.progress, step, device_id) for device_id in chosen]
    return nullcontext() if all(map(pr.is_settled, seen)) else in_service(notes.socket)


WORKS: Mapping[Step, Callable[[Notes], None]] = {
    Step.CHECK: _check,
    Step.PAIR: _pair,
    Step.WALK: _walk,
    Step.SELF_TEST: self_test,
    Step.TEST_ALARM: test_alarm,
    Step.BUTTON: _button,
}

_MEND = Words(
    nb="  rett filen i et redigeringsprogram, så Enter",
    en="  mend the file in an editor, then Enter",
)
_TAKE_OVER = Words(
    nb="  filen er endret siden tjenesten leste den. Enter: tjenesten leser den nå",
    en="  the file was changed since the service read it. Enter: the service takes it over now",
)
_ALL_PAIRED = Words(
    nb="  alle enheter i filen er meldt inn", en="  every device of the file is paired"
)
_NOTHING_TO_WALK = Words(
    nb="  ingen sensor som en hånd kan prøve", en="  no sensor that a hand could try"
)
_NO_BUTTON = Words(nb="  ingen knapp å trykke på", en="  no button that could be pressed")
_PRESS = Words(
    nb="  Det er beboeren selv som skal trykke, når det står her. Alarmen er merket som prøve:\n"
    "  ingen rykker ut, men en person ved sentralen skal akseptere den.",
    en="  It is the resident who is to press, when it says so here. The alarm is marked as a\n"
    "  test: nobody is sent, but a person at the centre has to accept it.",
)
