"""What the control socket answers about radios, and what it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from heimvakt.app.radio_requests import radio_requests, radio_works
from heimvakt.core.radios import Compared, HasRadio, Holds, RadioCare, RadioCareFailed
from heimvakt.runtime.control import Answer, RequestRefused


class Care:
    """A radio that holds nothing; records what it was asked to do."""

    def __init__(self) -> None:
        self.swapped: list[tuple[str, bool, object]] = []
        self.trouble: RadioCareFailed | None = None

    def port(self) -> str | None:
        return "/dev/ttyUSB0"

    async def compare(self, port: str | None) -> Compared:
        if self.trouble is not None:
            raise self.trouble
        return Compared(
            port=port or "/dev/ttyUSB1",
            family="znp",
            holds=Holds.NOTHING,
            stored=None,
            found=None,
            same_key=None,
        )

    async def swap(
        self, port: str, *, overwrite: bool = False, stored: Mapping[str, Any] | None = None
    ) -> Compared:
        self.swapped.append((port, overwrite, stored))
        return await self.compare(port)

    async def backup(self) -> Mapping[str, Any]:
        return {"metadata": {}}


class Radio:
    def __init__(self, care: Care | None) -> None:
        self._care = care

    def radio_care(self) -> RadioCare:
        if self._care is None:
            raise RadioCareFailed("the driver does not run", hint="see: heimvakt status")
        return self._care


async def work(radios: Mapping[str, HasRadio], do: str, **fields: object) -> Answer:
    steps: list[Answer] = []

    async def tell(step: Answer) -> None:
        steps.append(step)

    answer = await radio_works(radios)[do](fields, tell)
    assert steps
    return answer


async def test_which_ports_are_used() -> None:
    answer = await radio_requests({"zigbee": Radio(Care()), "barn": Radio(None)})["radios"]({})
    assert answer == {"radios": {"zigbee": "/dev/ttyUSB0", "barn": None}}


async def test_the_only_radio_is_meant_where_none_is_named() -> None:
    care = Care()
    answer = await work({"zigbee": Radio(care)}, "radio-compare")
    assert answer["compared"]["port"] == "/dev/ttyUSB1"
    assert answer["compared"]["holds"] == "nothing"
    await work({"zigbee": Radio(care)}, "radio-swap", port="/dev/x", overwrite=True, backup={})
    await work({"zigbee": Radio(care)}, "radio-swap", port="/dev/x", overwrite="yes")
    assert care.swapped == [("/dev/x", True, {}), ("/dev/x", False, None)]


@pytest.mark.parametrize("driver", [None, "zwave", 3])
async def test_with_two_radios_one_must_be_named(driver: object) -> None:
    two = {"zigbee": Radio(Care()), "zigbee.barn": Radio(Care())}
    with pytest.raises(RequestRefused):
        await work(two, "radio-compare", driver=driver)
    assert await work(two, "radio-compare", driver="zigbee.barn")


@pytest.mark.parametrize("wrong", [{}, {"port": 3}, {"port": "/dev/x", "backup": "text"}])
async def test_a_swap_that_does_not_say_what_it_means_is_refused(wrong: dict[str, object]) -> None:
    care = Care()
    with pytest.raises(RequestRefused):
        await radio_works({"zigbee": Radio(care)})["radio-swap"](wrong, _nothing)
    assert not care.swapped


async def test_what_goes_wrong_is_told_with_what_to_do() -> None:
    care = Care()
    care.trouble = RadioCareFailed("no radio is plugged in", hint="plug one in")
    with pytest.raises(RequestRefused, match="no radio is plugged in\\n  plug one in"):
        await work({"zigbee": Radio(care)}, "radio-compare")
    with pytest.raises(RequestRefused, match="does not run"):
        await radio_requests({"zigbee": Radio(None)})["radio-backup"]({})


async def _nothing(_: Answer) -> None: ...
