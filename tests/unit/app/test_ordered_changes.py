"""What is fetched is laid down whole, and whoever ordered it is answered whatever happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from heimvakt.app import ordered_changes
from heimvakt.app.handing_over import Desk
from heimvakt.app.ordered_changes import HANDED_OVER, NOT_TAKEN, OrderedChanges
from heimvakt.core.events import Bundle, ChangeOf, CommandReceived, CommandResult
from heimvakt.core.orders import MAY, OrderKeys, OrderVerb
from heimvakt.fetching.wish import Fetched, Way
from tests.support.beside import beside
from tests.support.lives import Life, live
from tests.support.orders import home_with_orders, order

BUNDLE = Bundle(url="https://centre.example/night.heimvakt", sha256=64 * "a", size=7)
HOME = home_with_orders(orders=OrderKeys(may=MAY, bundle_bytes_max=1_000))
WITHIN_S = 20.0


class Far:
    """Stands for the process that fetches."""

    def __init__(self) -> None:
        self.says = Fetched(way="mobile", pieces=1)
        self.ways: list[Sequence[Way]] = []

    async def fetch(self, bundle: Bundle, file: Path, ways: Sequence[Way]) -> Fetched:
        self.ways.append(ways)
        if not self.says.reason:
            await asyncio.to_thread(file.write_bytes, b"a" * bundle.size)
        return self.says


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> Far:
    one = Far()
    monkeypatch.setattr(ordered_changes, "fetch", one.fetch)
    return one


@asynccontextmanager
async def waiting(folder: Path) -> AsyncIterator[Life]:
    async with live(folder, of=HOME) as life:
        changes = OrderedChanges(Desk(folder), lambda: (Way(name="mobile"),), life.pipeline.emit)
        life.pipeline.watch(changes.watch)
        async with beside(changes.run()):
            yield life


def asked(life: Life, verb: OrderVerb = OrderVerb.UPDATE) -> CommandReceived:
    return order(verb, life.clock.now(), role="fleet", bundle=BUNDLE)


async def done(life: Life, event: CommandReceived) -> tuple[CommandResult | None, str]:
    """Give the order, and see how it ended."""
    ended = asyncio.Event()

    def look(_: object) -> None:
        if life.pipeline.state.orders[event.order_id].result is not None:
            ended.set()

    stop = life.pipeline.watch(look)
    await life.pipeline.emit(event)
    async with asyncio.timeout(WITHIN_S):
        await ended.wait()
    stop()
    kept = life.pipeline.state.orders[event.order_id]
    return kept.result, kept.reason


async def test_what_was_fetched_is_handed_over_with_who_asked(tmp_path: Path, far: Far) -> None:
    async with waiting(tmp_path) as life:
        event = asked(life)
        assert await done(life, event) == (CommandResult.DONE, HANDED_OVER)
        assert far.ways == [(Way(name="mobile"),)]
        assert json.loads((tmp_path / "update" / "wanted.json").read_text()) == {
            "bundle": "incoming.heimvakt",
            "what": "program",
            "order_id": event.order_id,
            "by": "op-7",
        }
        assert (tmp_path / "update" / "incoming.heimvakt").read_bytes() == b"aaaaaaa"
        again = await done(life, asked(life))
        assert again == (CommandResult.FAILED, NOT_TAKEN)
        assert len(far.ways) == 1, "nothing is fetched that could not be handed over"


async def test_why_it_was_not_fetched_is_the_answer_and_the_next_may_do(
    tmp_path: Path, far: Far
) -> None:
    async with waiting(tmp_path) as life:
        far.says = Fetched(reason="mobile: the server answers 404")
        assert await done(life, asked(life)) == (CommandResult.FAILED, far.says.reason)
        assert not (tmp_path / "update" / "wanted.json").exists()
        far.says = Fetched()
        result, _ = await done(life, asked(life, OrderVerb.CONFIGURE))
        assert result is CommandResult.DONE


async def test_a_disk_that_does_not_take_it_is_answered_too(tmp_path: Path, far: Far) -> None:
    (tmp_path / "update").touch()
    async with waiting(tmp_path) as life:
        result, why = await done(life, asked(life))
        assert result is CommandResult.FAILED
        assert why.startswith("it cannot be laid down: ")


def test_what_was_given_up_or_taken_makes_room_and_what_is_gone_on_with_stays(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    first = desk.part_of(64 * "a")
    first.write_bytes(b"some of it")
    assert desk.part_of(64 * "a").read_bytes() == b"some of it"
    desk.lay_down(first, what=ChangeOf.PROGRAM, order_id="order-1", by="fleet")
    assert not desk.is_taken()
    (tmp_path / "update" / "wanted.json").unlink()
    assert desk.is_taken()
    desk.part_of(64 * "b").write_bytes(b"another")
    desk.part_of(64 * "c")
    assert list((tmp_path / "update").iterdir()) == []
