"""What the parts of a gateway that works tell its self-tests."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from heimvakt.checks.devices import Do
from heimvakt.checks.disk import Room
from heimvakt.checks.drivers import Hearing
from heimvakt.checks.judging.devices import Known
from heimvakt.checks.paths import NoAnswer, Probe, Way
from heimvakt.config.configuration import Configuration
from heimvakt.core.checks import HasChecks
from heimvakt.core.commands import Command, CommandFailed, Verb
from heimvakt.core.devices import Device
from heimvakt.core.events import CommandCompleted, CommandResult, RadioBack, RadioLost
from heimvakt.core.ledger import Store
from heimvakt.core.modem import ModemState
from heimvakt.core.power import Power
from heimvakt.core.uplink import Uplink
from heimvakt.runtime.heart import Heart
from heimvakt.runtime.hosting import HostedDriver
from heimvakt.runtime.inventory import Inventory
from heimvakt.runtime.pipeline import Committed, Pipeline
from heimvakt.runtime.report import Report
from heimvakt.runtime.trials import TrialFailed, Trials

from .box import Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """What only a service that works can say."""

    power: Callable[[], Power]
    room: Callable[[], Awaitable[Room]]
    hearing: Callable[[], Sequence[Hearing]]
    devices: Callable[[], Mapping[str, Device]]
    known: Callable[[str], Known]
    do: Do
    modems: Mapping[str, Callable[[], ModemState]]
    way: Callable[[str, str, Probe], Way]
    """Of a receiver over a path, by their names, with how it is probed."""


class Facts:
    """Of one life of the gateway."""

    def __init__(
        self,
        configuration: Configuration,
        pipeline: Pipeline,
        store: Store,
        drivers: Sequence[HostedDriver],
        inventory: Inventory,
        report: Report,
        box: Box,
        uplinks: Mapping[str, Sequence[Uplink]],
        hearts: Sequence[Heart],
        trials: Trials,
    ) -> None:
        """Know nothing yet; `uplinks` by receiver, one for each path."""
        self._configuration = configuration
        self._pipeline = pipeline
        self._store = store
        self._drivers = {each.name: each for each in drivers}
        self._inventory = inventory
        self._report = report
        self._box = box
        self._uplinks = uplinks
        self._hearts = hearts
        self._trials = trials
        self._reasons: dict[str, str] = {}
        """By driver that is lost: why."""
        pipeline.watch(self._note)

    def working(self) -> Working:
        """As the list of checks asks for it."""
        return Working(
            power=lambda: self._box.power.now,
            room=self._room,
            hearing=self._hearing,
            devices=lambda: self._pipeline.home.devices,
            known=self._known,
            do=self._do,
            modems=self._box.modems,
            way=self._way,
        )

    async def _room(self) -> Room:
        room = await self._store.room()
        return Room(wanted_bytes=max(room.bytes_max - room.bytes_used, 0), full=room.full)

    def _hearing(self) -> Sequence[Hearing]:
        entries = self._configuration.drivers
        return [
            Hearing(
                name=name,
                port=port_of(entries[name].settings),
                lost=self._lost_of(name),
                checks=each.driver.checks() if isinstance(each.driver, HasChecks) else (),
            )
            for name, each in self._drivers.items()
        ]

    def _lost_of(self, name: str) -> Callable[[], str | None]:
        hosted = self._drivers[name]

        def lost() -> str | None:
            if name in self._pipeline.state.supervised.lost or hosted.down:
                return self._reasons.get(name, "it was lost before the start")
            return None if hosted.is_armed.is_set() else "it has not begun to listen yet"

        return lost

    def _known(self, device_id: str) -> Known:
        told = self._inventory.device(device_id)
        health = self._pipeline.state.supervised.devices.get(device_id)
        lock = self._report.locks().get(device_id, {})
        thing = lock or self._report.dispensers().get(device_id, {})
        seen = told["last_seen"]
        return Known(
            last_seen=datetime.fromisoformat(seen) if seen else None,
            silent=told["silent"],
            silent_after_s=told["silent_after_s"],
            no_contact=bool(health and health.no_contact),
            stuck=bool(health and health.stuck),
            lqi=told["lqi"],
            battery_percent=told["battery_percent"],
            battery_low=told["battery_low"],
            battery_days=told["battery_days"],
            deaf=self._lost_of(self._pipeline.home.devices[device_id].driver)() is not None,
            joined=told["joined"],
            enrolled=told["enrolled"],
            trouble=told["trouble"],
            bolt=lock.get("bolt"),
            wrong=tuple(thing.get("wrong", ())),
        )

    async def _do(self, device: Device, verb: Verb) -> None:
        """Have it done, and written into the journal and the log of who opened which door."""
        gateway_id = self._pipeline.home.gateway_id
        command = Command(
            command_id=f"{gateway_id}-self-test-{secrets.token_hex(4)}",
            verb=verb,
            device_id=device.device_id,
        )
        result, reason = CommandResult.DONE, "self-test"
        try:
            if (hosted := self._drivers.get(device.driver)) is None:
                raise CommandFailed("it is not in use: its configuration is wrong")
            await hosted.execute(command)
        except CommandFailed as error:
            result = CommandResult.FAILED if error.certain else CommandResult.TIMED_OUT
            reason = f"self-test: {error}"
            raise
        finally:
            await self._pipeline.emit(
                CommandCompleted(
                    command_id=command.command_id,
                    verb=verb,
                    device_id=device.device_id,
                    result=result,
                    reason=reason,
                )
            )

    def _way(self, receiver: str, path: str, probe: Probe) -> Way:
        uplink = next(each for each in self._uplinks[receiver] if each.path == path)

        async def trial() -> float:
            try:
                return await self._trials.run(uplink)
            except TrialFailed as error:
                raise NoAnswer(str(error)) from error

        def round_trip_ms() -> float | None:
            took = [
                heart.took_s
                for heart in self._hearts
                if (heart.receiver, heart.path) == (receiver, path) and heart.took_s is not None
            ]
            return took[0] * 1000 if took else None

        return Way(
            receiver=receiver,
            probe=probe,
            connected=lambda: uplink.connected,
            trouble=lambda: uplink.trouble,
            round_trip_ms=round_trip_ms,
            trial=trial,
        )

    def _note(self, committed: Committed) -> None:
        match committed.event:
            case RadioLost(driver=driver, reason=reason):
                self._reasons[driver] = reason
            case RadioBack(driver=driver):
                self._reasons.pop(driver, None)


def port_of(settings: Any) -> str | None:
    """The file of the machine that a driver opens, where its settings name one."""
    port = getattr(settings, "port", None)
    return port if isinstance(port, str) and port.startswith("/") else None
