"""Changes of the file of the home and of the program, in the words of `heimvakt update`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from heimvakt.core.events import ChangeOf, ChangeOutcome
from heimvakt.core.words import spell_duration
from heimvakt.updates.change import Change, Ended, Stage, State
from heimvakt.updates.judging import Facts, holds_back
from heimvakt.updates.manifest import EVERYWHERE, Manifest
from heimvakt.updates.slots import Slots

SHOWN_MAX = 5
_WORDS: Mapping[Stage, str] = {
    Stage.PREPARING: "looked at",
    Stage.WAITING: "waiting",
    Stage.APPLYING: "is put in place",
    Stage.TRYING: "on trial",
    Stage.RETURNING: "is taken back",
}


def story(manifest: Manifest) -> str:
    """What a bundle is."""
    if manifest.kind is ChangeOf.CONFIGURATION:
        return f"configuration {manifest.version} for {manifest.for_}, serial {manifest.serial}"
    whose = "" if manifest.for_ == EVERYWHERE else f" of {manifest.for_}"
    return f"program {manifest.version} for {manifest.arch}{whose}, serial {manifest.serial}"


def stage_line(change: Change, facts: Facts | None) -> str:
    """A change that is not over, and what it waits for."""
    line = f"{_WORDS[change.stage]}: {change.what} {change.version}"
    match change.stage:
        case Stage.WAITING:
            why = holds_back(change, facts)
            return f"waiting: {why}" if why else line
        case Stage.TRYING:
            return f"{line}, for {spell_duration(change.within_s).en} at most"
        case Stage.RETURNING:
            return f"{line}: {change.reason}"
    return line


def ended_line(ended: Ended) -> str:
    """What became of a change."""
    line = f"{ended.outcome}: {ended.what}{f' {ended.version}' if ended.version else ''}"
    return f"{line}: {ended.reason}" if ended.reason else line


def status_lines(
    state: State, facts: Facts | None, folder: Path, base: Path, *, asked: bool
) -> Iterator[str]:
    """All that is known, what is on first."""
    if asked:
        yield "asked for   something that nobody has taken yet: systemctl status heimvakt-update"
    if (change := state.change) is not None:
        before = _short(change.before)
        was = f", was {before}" if before else ""
        yield _row(_WORDS[change.stage], f"{change.what} {change.version}{was}, {_at(change.at)}")
        yield _row("", stage_line(change, facts))
        if change.stage is Stage.TRYING:
            yield _row(
                "", f"wanted: a heartbeat confirmed by {', '.join(change.receivers) or 'any'}"
            )
    slots = Slots(folder, base)
    active = slots.active
    where = f"in slot {active}" if active else "of the package"
    yield _row("program", f"{slots.version(active) or 'unknown'} {where}")
    for ended in reversed(state.ended[-SHOWN_MAX:]):
        key = f", by {ended.key}" if ended.key else ""
        why = f": {ended.reason}" if ended.reason else ""
        version = f" {ended.version}" if ended.version else ""
        yield _row(ended.outcome, f"{ended.what}{version}, {_at(ended.at)}{key}{why}")
    if state.untold:
        yield _row("to be told", f"{len(state.untold)}: the gateway has not yet taken it")
    if state.change is None and not state.ended:
        yield _row("", "nothing was ever changed by a bundle")


def is_good(ended: Ended, *, back: bool) -> bool:
    """Whether it is what was asked for."""
    return ended.outcome is (ChangeOutcome.RETURNED if back else ChangeOutcome.KEPT)


def _row(word: str, what: str) -> str:
    return f"{word:<15} {what}"


def _short(text: str) -> str:
    """Of a digest its first characters are enough."""
    return text[:12] if len(text) == 64 else text


def _at(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"
