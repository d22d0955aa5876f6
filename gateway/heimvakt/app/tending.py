"""What the control socket can be asked about devices and networks: pair, list, blink, send away."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from heimvakt.core.codec import encode
from heimvakt.core.commands import Command, CommandFailed, Verb
from heimvakt.core.devices import Role
from heimvakt.core.tending import Step, Tended, TendingFailed, Wanted
from heimvakt.runtime.control import Answer, Handler, Request, RequestRefused, StepHandler, Tell
from heimvakt.runtime.hosting import HostedDriver
from heimvakt.runtime.inventory import Inventory
from heimvakt.runtime.pipeline import Pipeline

OPEN_S_MAX = 3_600
"""For how long a network may be open: neighbours have devices too."""


def tending_requests(
    pipeline: Pipeline,
    drivers: Mapping[str, HostedDriver],
    inventory: Inventory,
    *,
    file: str | None,
    take_over: Callable[[str | None], Awaitable[bool]],
) -> Mapping[str, Handler]:
    """What is answered at once. `file` is that of the home; `take_over` reads it anew, if it is
    the one with this digest, and says whether this life goes on under it."""

    async def devices(_: Request) -> Answer:
        return inventory.all()

    async def identify(request: Request) -> Answer:
        device = pipeline.home.devices.get(_text(request, "device_id"))
        if device is None:
            raise RequestRefused("there is no such device\n  see: heimvakt devices")
        command = Command(
            command_id=f"{pipeline.home.gateway_id}-{secrets.token_hex(4)}",
            verb=Verb.IDENTIFY,
            device_id=device.device_id,
        )
        if (hosted := drivers.get(device.driver)) is None:
            raise RequestRefused(f"{device.device_id} is not in use\n  see: heimvakt devices")
        try:
            await hosted.execute(command)
        except CommandFailed as error:
            raise RequestRefused(f"{device.device_id} did not show itself: {error}") from error
        return {"identified": device.device_id}

    async def forget(request: Request) -> Answer:
        address = _text(request, "address")
        named = {d.address.lower(): i for i, d in pipeline.home.devices.items()}
        if (used := named.get(address.lower())) is not None:
            raise RequestRefused(f"{address} is {used}\n  see: heimvakt device remove {used}")
        try:
            await _tended(drivers, request)[1].forget(address)
        except TendingFailed as error:
            raise _refused(error) from error
        return {"forgotten": address}

    async def home_file(_: Request) -> Answer:
        if file is None:
            raise RequestRefused("this gateway has no file that could be changed")
        return {"file": file}

    async def take_over_(request: Request) -> Answer:
        return {"goes_on": await take_over(_optional(request, "digest"))}

    return {
        "devices": devices,
        "identify": identify,
        "forget": forget,
        "home-file": home_file,
        "take-over": take_over_,
    }


def tending_works(
    pipeline: Pipeline, drivers: Mapping[str, HostedDriver]
) -> Mapping[str, StepHandler]:
    """What takes its time, and is told in steps."""

    async def pair(request: Request, tell: Tell) -> Answer:
        name, driver = _tended(drivers, request)
        wanted = _wanted(pipeline, request)

        async def told(step: Step) -> None:
            await tell({"step": _word(step), **encode(step)})

        try:
            address = await driver.pair(wanted, told)
        except TendingFailed as error:
            raise _refused(error) from error
        return {"driver": name, "address": address}

    return {"pair": pair}


def _tended(drivers: Mapping[str, HostedDriver], request: Request) -> tuple[str, Tended]:
    """The driver that is meant; the only one that has a network, where nothing is said."""
    tended = {n: each.driver for n, each in drivers.items() if isinstance(each.driver, Tended)}
    name = request.get("driver")
    if name is None and len(tended) == 1:
        (name,) = tended
    if not isinstance(name, str) or name not in tended:
        known = ", ".join(sorted(tended)) or "none"
        raise RequestRefused(f"say which driver: --driver NAME (with a network: {known})")
    return name, tended[name]


def _wanted(pipeline: Pipeline, request: Request) -> Wanted:
    within_s = request.get("for_s", 240)
    if not isinstance(within_s, int | float) or not 0 < within_s <= OPEN_S_MAX:
        raise RequestRefused(f"a network can be open for at most {OPEN_S_MAX // 60} min")
    role = _text(request, "role")
    if role not in list(Role):
        raise RequestRefused(f"{role} is no role\n  one of {', '.join(sorted(Role))}")
    return Wanted(
        device_id=_text(request, "device_id"),
        role=Role(role),
        address=_optional(request, "address"),
        install_code=_optional(request, "install_code"),
        through=_router(pipeline, _optional(request, "through")),
        within=timedelta(seconds=within_s),
    )


def _router(pipeline: Pipeline, named: str | None) -> str | None:
    """The address of a device that is named by its id or its address."""
    device = pipeline.home.devices.get(named) if named else None
    return device.address if device else named


def _word(step: Step) -> str:
    """`HeardFrom` is `heard-from`."""
    return re.sub(r"(?<!^)([A-Z])", r"-\1", type(step).__name__).lower()


def _refused(error: TendingFailed) -> RequestRefused:
    return RequestRefused(f"{error}\n  {error.hint}" if error.hint else str(error))


def _optional(request: Request, key: str) -> str | None:
    value: Any = request.get(key)
    if value is not None and not isinstance(value, str):
        raise RequestRefused(f"{key} is a text")
    return value


def _text(request: Request, key: str) -> str:
    value = _optional(request, key)
    if not value:
        raise RequestRefused(f"{key} is missing")
    return value
