"""Another radio for the same network: looked at, compared, and given what is stored.

Nothing is written to a radio that holds another network unless that was said, and nothing while the
driver has a radio: two of one address in the air would be the end of both.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
import zigpy.exceptions

from heimvakt.core.radios import Compared, Holds, NetworkSettings, RadioCareFailed
from heimvakt_drivers.zigbee.settings import AUTO, ZigbeeSettings
from heimvakt_drivers.zigbee.sticks.found import candidates, listed
from heimvakt_drivers.zigbee.sticks.usb import plugged_in

from .backup import back_up
from .bare import connected
from .coordinator import RADIO_ERRORS, explain
from .finder import Finder
from .gate import Gate
from .kept import keep_if_possible, last_kept, read_backup
from .remembered import Place
from .restoring import RAISED_BY, counter, is_behind, raised, same_network

if TYPE_CHECKING:
    from zigpy.backups import NetworkBackup

    from .coordinator import Coordinator

CONNECT_S = 20.0
WRITE_S = 90.0
"""Some 900 items, each written and read again."""

REASON = "somebody works on the radio"

log = structlog.get_logger(__name__)


class Swap:
    """Keeps the port `core.radios.RadioCare`."""

    def __init__(
        self,
        settings: ZigbeeSettings,
        folder: Path,
        finder: Finder,
        gate: Gate,
        coordinator: Callable[[], Coordinator | None],
        port: Callable[[], str | None],
    ) -> None:
        """`coordinator` and `port` give what is up now, if anything is."""
        self._settings = settings
        self._folder = folder
        self._finder = finder
        self._gate = gate
        self._coordinator = coordinator
        self.port = port
        self._busy = False

    async def compare(self, port: str | None) -> Compared:
        """See the port."""
        with self._alone():
            stored = await self._stored()
            chosen = port if port is not None else await asyncio.to_thread(self._new_one)
            in_use = self.port()
            hands_off = nullcontext() if in_use not in (None, chosen) else self._gate.let_go(REASON)
            async with hands_off, self._opened(chosen) as (place, coordinator):
                return _compared(place, stored, await _held_by(coordinator))

    async def swap(
        self, port: str, *, overwrite: bool = False, stored: Mapping[str, Any] | None = None
    ) -> Compared:
        """See the port."""
        with self._alone():
            backup = await self._stored() if stored is None else _given(stored)
            if backup is None:
                raise RadioCareFailed(
                    "no network of this home is stored",
                    hint="put the old radio in, or restore a file: heimvakt radio restore FILE",
                )
            async with self._gate.let_go(REASON), self._opened(port) as (place, coordinator):
                held = await _held_by(coordinator)
                compared = _compared(place, backup, held)
                if compared.holds is Holds.FOREIGN and not overwrite:
                    raise RadioCareFailed(
                        f"the radio at {port} holds another network",
                        hint="if nobody needs that network, say --overwrite: it is erased",
                    )
                if held is None or compared.holds is Holds.FOREIGN or is_behind(held, backup):
                    written = await _write(coordinator, backup)
                    await asyncio.to_thread(keep_if_possible, self._folder, written)
                    log.warning("the network was written to a radio", port=port)
                await asyncio.to_thread(self._finder.swapped_to, port)
            return compared

    async def backup(self) -> Mapping[str, Any]:
        """See the port."""
        with self._alone():
            stored = await self._stored()
        if stored is None:
            raise RadioCareFailed(
                "no network is stored yet", hint="a radio has to be up once: see heimvakt status"
            )
        return stored.as_open_coordinator_json()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One thing at a time: two technicians at two keyboards would write two networks."""
        if self._busy:
            raise RadioCareFailed("somebody works on the radio already", hint="wait a minute")
        self._busy = True
        try:
            yield
        finally:
            self._busy = False

    async def _stored(self) -> NetworkBackup | None:
        """What is stored; the very newest, if the radio is up."""
        coordinator = self._coordinator()
        if coordinator is not None and self.port() is not None:
            try:
                await back_up(coordinator, self._folder)
            except RADIO_ERRORS as error:
                log.warning("no backup of the radio that goes", error=explain(error))
        return await asyncio.to_thread(last_kept, self._folder)

    def _new_one(self) -> str:
        """The radio that was plugged in to take the other's place."""
        ports = plugged_in(self._finder.roots)
        anything = ZigbeeSettings(port=AUTO)
        in_use = self.port()
        others = [one.port for one in candidates(anything, ports) if one.port != in_use]
        if len(others) == 1:
            return others[0]
        if not others and in_use is not None:
            return in_use
        nothing = "nothing that looks like a radio is plugged in"
        what = "several ports may be the new radio" if others else nothing
        raise RadioCareFailed(what, hint=f"{listed(ports)}; say which: --port PATH")

    @asynccontextmanager
    async def _opened(self, port: str) -> AsyncIterator[tuple[Place, Coordinator]]:
        try:
            place = await self._finder.what_is_at(port)
            async with connected(place, CONNECT_S) as coordinator:
                yield place, coordinator
        except OSError as error:
            hint = "pull it out, put it in, and try again"
            raise RadioCareFailed(explain(error), hint=hint) from error


async def _held_by(coordinator: Coordinator, *, with_devices: bool = False) -> NetworkBackup | None:
    try:
        await coordinator.load_network_info(load_devices=with_devices)
    except zigpy.exceptions.NetworkNotFormed:
        return None
    return coordinator.backups.from_network_state()


async def _write(coordinator: Coordinator, backup: NetworkBackup) -> NetworkBackup:
    """Write it; gives what is in the radio then."""
    async with asyncio.timeout(WRITE_S):
        await coordinator.backups.restore_backup(
            raised(backup), counter_increment=RAISED_BY, create_new=False
        )
        held = await _held_by(coordinator, with_devices=True)
    if held is None or not same_network(held, backup):
        raise OSError("the radio did not take the network")
    return held


def _given(content: Mapping[str, Any]) -> NetworkBackup:
    try:
        return read_backup(dict(content))
    except ValueError as error:
        raise RadioCareFailed(str(error), hint="take a file that `radio backup` wrote") from error


def _compared(place: Place, stored: NetworkBackup | None, held: NetworkBackup | None) -> Compared:
    both = stored is not None and held is not None
    return Compared(
        port=place.port,
        family=place.family,
        holds=_holds(stored, held),
        stored=None if stored is None else _told(stored, is_stored=True),
        found=None if held is None else _told(held, is_stored=False),
        same_key=_key(stored) == _key(held) if both else None,
    )


def _holds(stored: NetworkBackup | None, held: NetworkBackup | None) -> Holds:
    if held is None:
        return Holds.NOTHING
    is_ours = stored is not None and same_network(stored, held)
    return Holds.SAME if is_ours else Holds.FOREIGN


def _told(backup: NetworkBackup, *, is_stored: bool) -> NetworkSettings:
    info = backup.network_info
    return NetworkSettings(
        channel=int(info.channel),
        pan_id=int(info.pan_id),
        extended_pan_id=str(info.extended_pan_id),
        address=str(backup.node_info.ieee),
        frame_counter=counter(backup),
        devices=len({*info.children, *info.nwk_addresses}),
        made_at=backup.backup_time if is_stored else None,
    )


def _key(backup: NetworkBackup | None) -> object:
    return None if backup is None else backup.network_info.network_key.key
