"""A bundle looked at before anything is touched: whose it is, whether it fits, and whether what is
in it would be taken."""

from __future__ import annotations

import asyncio
import os
import platform
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from heimvakt.core.events import ChangeOf

from . import bundle
from .change import Change, Stage, State, move
from .files import remove, want_room
from .fitting import ARCHITECTURES, Box, must_fit
from .handover import INCOMING, Handed
from .home import HomeFile
from .manifest import Manifest, read_manifest
from .refusing import Refused
from .service import Service
from .slots import Slots
from .trust import HomeTrust, digest_of, may_replace, trust_of

CHECKED = "checked.toml"
PAYLOAD = "payload-"


@dataclass(frozen=True, slots=True)
class Preparing:
    """With what there is on one box."""

    folder: Path
    home: HomeFile
    slots: Slots
    service: Service
    base: str
    """The version of the package."""
    within_s: float | None = None
    """How long a trial lasts, where the file of the home is not asked."""

    def take(
        self, one: Handed, number: str, state: State, at: datetime, known: datetime | None
    ) -> Change:
        """The bundle that was copied, as a change; its payload is beside it then. `known` is the
        time where the clock is set.

        Raises:
            Refused: it is not to be trusted, or not for this home.
            OSError: it cannot be read, or its payload not be written.
        """
        with (self.folder / INCOMING).open("rb") as stream:
            found, manifest, key = self._verified(stream, state, known)
            if not one.local and one.wish.what not in (None, manifest.kind):
                raise Refused(f"a {one.wish.what} was ordered, and it is a {manifest.kind}")
            want_room(self.folder, manifest.size)
            with self.payload(number).open("wb") as out:
                os.fchmod(out.fileno(), 0o600)
                bundle.copy_payload(found, manifest, out)
                out.flush()
                os.fsync(out.fileno())
        return Change(
            change_id=number,
            what=manifest.kind,
            version=manifest.version,
            serial=manifest.serial,
            key=key,
            order_id=one.wish.order_id,
            by=one.wish.by,
            token=found.token,
            even_down=one.local and one.wish.now,
            at=at,
            after=manifest.version if manifest.kind is ChangeOf.PROGRAM else manifest.sha256,
        )

    def look(self, stream: IO[bytes], state: State, now: datetime | None) -> tuple[Manifest, str]:
        """What a bundle is and whose, if it is to be trusted and for this home.

        Raises:
            Refused: it is not.
        """
        found, manifest, key = self._verified(stream, state, now)
        with Path(os.devnull).open("wb") as nowhere:
            bundle.copy_payload(found, manifest, nowhere)
        return manifest, key

    async def prepare(self, change: Change, at: datetime) -> Change:
        """The same, ready to be put in place.

        Raises:
            Refused: its key is not trusted any more, or what is in it is not taken.
            OSError: it cannot be read or unpacked.
        """
        trusted = self._trusted()
        manifest, key = read_manifest(change.token, trusted.trust.updates.keys)
        must_fit(manifest, self._box(trusted), highest=change.serial - 1, now=None)
        confirm_within_s = trusted.trust.updates.confirm_within.total_seconds()
        known = {"home": trusted.digest, "key": key, "within_s": self.within_s or confirm_within_s}
        if change.what is ChangeOf.CONFIGURATION:
            await self._configuration(change, trusted, key)
            return move(change, Stage.WAITING, at, before=trusted.digest, **known)
        active, slot = self.slots.active, await self._program(change, manifest)
        before = self.slots.version(active)
        there = {"slot": slot, "active_before": active, "before": before}
        return move(change, Stage.WAITING, at, **there, **known)

    def is_there(self, change: Change) -> bool:
        """Whether it is in use: a package that is installed puts its own program in the place of
        any other."""
        return change.what is ChangeOf.CONFIGURATION or self.slots.active == change.slot

    def payload(self, number: str) -> Path:
        """Where that of a change is."""
        return self.folder / f"{PAYLOAD}{number}"

    def tidy(self, keep: str) -> None:
        """Remove what was copied, but for the payload of this change."""
        for one in (self.folder / INCOMING, *self.folder.glob(f"{PAYLOAD}*")):
            if one != self.payload(keep):
                one.unlink(missing_ok=True)

    def _verified(
        self, stream: IO[bytes], state: State, now: datetime | None
    ) -> tuple[bundle.Bundle, Manifest, str]:
        trusted = self._trusted()
        found = bundle.begin(stream)
        manifest, key = read_manifest(found.token, trusted.trust.updates.keys)
        highest = state.serials.get(manifest.kind, 0)
        must_fit(manifest, self._box(trusted), highest=highest, now=now)
        return found, manifest, key

    async def _configuration(self, change: Change, trusted: HomeTrust, key: str) -> None:
        content = self.payload(change.change_id).read_bytes()
        if digest_of(content) != change.after:
            raise Refused("what was copied is damaged")
        may_replace(trusted, trust_of(content, "home.toml"), key)
        beside = self.folder / CHECKED
        # Whoever may read the file of the home may read this one: the program that is asked.
        self.home.put_at(beside, content)
        try:
            why = await self.service.takes(self.slots.program(self.slots.active), beside)
        finally:
            remove(beside)
        if why:
            raise Refused(
                f"the program in use does not take it: {why.replace(str(beside), 'home.toml')}",
                "see all of it: heimvakt check FILE",
            )

    async def _program(self, change: Change, manifest: Manifest) -> str:
        slot = self.slots.free()
        unpacked = manifest.unpacked or 0
        with self.payload(change.change_id).open("rb") as archive:
            await asyncio.to_thread(self.slots.fill, slot, archive, unpacked=unpacked)
        if (found := self.slots.version(slot)) != manifest.version:
            raise Refused(f"it says that it is {manifest.version}, and is {found or 'none'}")
        takes, file = self.service.takes, self.home.path
        why = await takes(self.slots.program(slot), file)
        # A file that is wrong already is no reason: what is wrong in it is left out by both.
        if why and not await takes(self.slots.program(self.slots.active), file):
            raise Refused(f"this program does not take the file of the home: {why}")
        return slot

    def _trusted(self) -> HomeTrust:
        return trust_of(self.home.content(), str(self.home.path))

    def _box(self, trusted: HomeTrust) -> Box:
        machine = platform.machine()
        return Box(
            gateway_id=trusted.gateway_id,
            arch=ARCHITECTURES.get(machine, machine),
            base=self.base,
            version=self.slots.version(self.slots.active),
        )
