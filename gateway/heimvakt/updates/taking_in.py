"""What is wanted becomes a change, or is refused; and each wish is cleared away only after what
became of it is on the disk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from heimvakt.core.events import ChangeOf, ChangeOutcome, ClockQuality
from heimvakt.core.ports import Clock

from . import change as life
from .book import Book
from .bundle import begin
from .change import Ended, Stage, move
from .handover import INCOMING, Handed, clear, fetch, handed, number_of
from .manifest import Manifest, claimed
from .preparing import Preparing
from .refusing import Refused

log = structlog.get_logger("update")
BY_HAND = "taken back by hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where wishes come from."""

    folder: Path
    """The updater's own."""
    state: Path
    """Of the gateway."""


class TakingIn:
    """Of one box."""

    def __init__(self, places: Places, preparing: Preparing, book: Book, clock: Clock) -> None:
        self._places = places
        self._preparing = preparing
        self._book = book
        self._clock = clock
        self._stuck: set[tuple[int, int]] = set()
        """Wishes that cannot be cleared away."""

    def take_in(self) -> bool:
        """Look for wishes; whether one has set something going."""
        began = False
        for one in handed(self._places.folder, self._places.state):
            on = self._book.state.change
            if one.mark in self._stuck:
                continue
            if one.wish.do == "back":
                began = one.local and self._take_back(one)
            elif on is None or on.stage is Stage.WAITING:
                began = self._take(one)
            else:
                continue  # it waits until what is on is over
            if not clear(one):
                self._stuck.add(one.mark)
                log.error("a wish cannot be cleared away", file=str(one.folder / one.name))
            if began:
                break
        return began

    def _take(self, one: Handed) -> bool:
        number, at, state = "", self._clock.now(), self._book.state
        try:
            number = fetch(one, self._places.folder / INCOMING)
            if life.is_known(state, number):
                return False
            is_set = self._clock.quality() is not ClockQuality.UNKNOWN
            change = self._preparing.take(one, number, state, at, at if is_set else None)
            if state.change is not None:
                why = f"a newer one came: serial {change.serial}"
                state = life.end(state, ChangeOutcome.REFUSED, at, why)
            serials = {**state.serials, change.what: change.serial}
            self._book.write(replace(state, change=change, serials=serials))
        except Refused as error:
            self._refuse(one, number, str(error), error.hint)
            return False
        except OSError as error:
            self._refuse(one, number, f"it cannot be read: {error.strerror or error}")
            return False
        finally:
            self._book.tidy()
        log.info("taken", what=change.what, version=change.version, key=change.key)
        return True

    def _refuse(self, one: Handed, number: str, why: str, hint: str = "") -> None:
        number = number or number_of(one.name, one.wish, "")
        if life.is_known(self._book.state, number):
            return
        said = self._claimed()
        log.warning("refused", why=why, hint=hint or None, order_id=one.wish.order_id or None)
        ended = Ended(
            change_id=number,
            what=said.kind if said else one.wish.what or ChangeOf.CONFIGURATION,
            outcome=ChangeOutcome.REFUSED,
            at=self._clock.now(),
            version=said.version if said else "",
            after=said.version if said else "",
            reason=why,
            order_id=one.wish.order_id,
            by=one.wish.by,
        )
        self._book.write(life.tell(self._book.state, ended))

    def _claimed(self) -> Manifest | None:
        """What the bundle says of itself, whoever made it."""
        try:
            with (self._places.folder / INCOMING).open("rb") as stream:
                return claimed(begin(stream).token)
        except (OSError, Refused):
            return None

    def _take_back(self, one: Handed) -> bool:
        """By the hand of somebody on site: what is on trial, or what was kept last."""
        at, state, what = self._clock.now(), self._book.state, one.wish.what
        if what is None:
            return False
        on, kept = state.change, state.kept.get(what)
        if on is not None and on.what is what:
            if on.stage in (Stage.PREPARING, Stage.WAITING):
                self._book.end(ChangeOutcome.REFUSED, BY_HAND)
            elif on.stage is Stage.TRYING:
                self._book.go_on(move(on, Stage.RETURNING, at, reason=BY_HAND))
            return True
        if on is not None or kept is None or not self._preparing.is_there(kept):
            log.warning("there is nothing to take back", what=what)
            return False
        back = replace(
            kept,
            change_id=number_of(one.name, one.wish, kept.change_id),
            stage=Stage.RETURNING,
            at=at,
            reason=BY_HAND,
            by=one.wish.by,
            order_id=one.wish.order_id,
        )
        self._book.go_on(back)
        return True
