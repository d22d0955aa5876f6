"""A stop ends every unit, also one that was asked in an unlucky moment."""

from __future__ import annotations

import asyncio

import pytest

from heimvakt.app import gateway


async def test_a_unit_that_forgets_that_it_was_asked_to_end_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gateway, "ASK_AGAIN_S", 0.01)
    asked: list[int] = []

    async def forgets_twice() -> None:
        while len(asked) < 3:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                asked.append(1)

    async with asyncio.TaskGroup() as group:
        unit = group.create_task(forgets_twice())
        await asyncio.sleep(0)
        await gateway._cancel([unit])
        assert unit.done()


async def test_what_does_not_end_in_time_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gateway, "ASK_AGAIN_S", 0.01)
    ends = asyncio.Event()

    async def deaf() -> None:
        while not ends.is_set():
            try:
                await ends.wait()
            except asyncio.CancelledError:
                continue

    async with asyncio.TaskGroup() as group:
        unit = group.create_task(deaf(), name="shipping centre")
        await asyncio.sleep(0)
        monkeypatch.setattr(gateway, "STOP_S", 0.02)
        await gateway._cancel([unit])
        ends.set()
    assert "shipping centre" in capsys.readouterr().out
