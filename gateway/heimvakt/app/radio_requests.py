"""What the control socket can be asked about radios: which one is used, and to put another in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heimvakt.core.codec import encode
from heimvakt.core.radios import Compared, HasRadio, RadioCare, RadioCareFailed
from heimvakt.runtime.control import Answer, Handler, Request, RequestRefused, StepHandler, Tell


def radio_requests(radios: Mapping[str, HasRadio]) -> Mapping[str, Handler]:
    """What is answered at once; `radios` are drivers by name."""

    async def used(_: Request) -> Answer:
        return {"radios": {name: _port(driver) for name, driver in radios.items()}}

    async def backup(request: Request) -> Answer:
        try:
            return {"backup": await _care(radios, request).backup()}
        except RadioCareFailed as error:
            raise _refused(error) from error

    return {"radios": used, "radio-backup": backup}


def radio_works(radios: Mapping[str, HasRadio]) -> Mapping[str, StepHandler]:
    """What takes its time, and is told in steps."""

    async def compare(request: Request, tell: Tell) -> Answer:
        care = _care(radios, request)
        await tell({"doing": "looking at the radio"})
        try:
            return _told(await care.compare(_text(request, "port")))
        except RadioCareFailed as error:
            raise _refused(error) from error

    async def swap(request: Request, tell: Tell) -> Answer:
        care, port = _care(radios, request), _text(request, "port")
        if port is None:
            raise RequestRefused("say at which port the new radio is")
        stored = request.get("backup")
        if stored is not None and not isinstance(stored, dict):
            raise RequestRefused("a backup is a JSON object")
        await tell({"doing": "writing the network to the radio: do not pull it out"})
        overwrite = request.get("overwrite") is True
        try:
            return _told(await care.swap(port, overwrite=overwrite, stored=stored))
        except RadioCareFailed as error:
            raise _refused(error) from error

    return {"radio-compare": compare, "radio-swap": swap}


def _care(radios: Mapping[str, HasRadio], request: Request) -> RadioCare:
    """The radio that is meant; the only one, where nothing is said.

    Raises:
        RequestRefused: there is none of that name, or several.
    """
    name = _text(request, "driver")
    if name is None and len(radios) == 1:
        (name,) = radios
    if name is None or name not in radios:
        known = ", ".join(sorted(radios)) or "none"
        raise RequestRefused(f"say which driver: --driver NAME (with a radio: {known})")
    try:
        return radios[name].radio_care()
    except RadioCareFailed as error:
        raise _refused(error) from error


def _port(driver: HasRadio) -> str | None:
    try:
        return driver.radio_care().port()
    except RadioCareFailed:
        return None


def _text(request: Request, key: str) -> str | None:
    value: Any = request.get(key)
    if value is None or isinstance(value, str):
        return value
    raise RequestRefused(f"{key} is a text")


def _told(compared: Compared) -> Answer:
    return {"compared": encode(compared)}


def _refused(error: RadioCareFailed) -> RequestRefused:
    return RequestRefused(f"{error}\n  {error.hint}" if error.hint else str(error))
