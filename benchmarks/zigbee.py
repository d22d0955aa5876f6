"""Zigbee alone: the product, its peers and the floor, in rounds of starts, presses and bursts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from .bursts import Burst, bursts
from .figures import median
from .paced import FloorsTally, Paced, Tally, figures, press
from .plan import Plan
from .starts import starts
from .street import Street


@dataclass(frozen=True, slots=True, kw_only=True)
class Zigbee:
    """The figures of one host."""

    starts: tuple[dict[str, float], ...]
    """Seconds to each milestone, for each round."""
    medians_ms: tuple[float | None, ...]
    """From a press to the subscriber, for each round."""
    paced: Paced
    """Of all rounds together."""
    bursts: tuple[Burst, ...]


async def zigbee(street: Street, plan: Plan, say: Callable[[str], None]) -> dict[str, object]:
    """As it is printed with --json: figures by host, and the floors."""
    names = [host.name for host in street.hosts]
    began: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    rounds: dict[str, list[Tally]] = {name: [] for name in names}
    burst: dict[str, list[Burst]] = {name: [] for name in names}
    paced: dict[str, Paced] = {}
    floors = FloorsTally()
    for number in range(plan.rounds):
        say(f"round {number + 1} of {plan.rounds}")
        for name, milestones in (await starts(street, plan, say)).items():
            began[name].append(milestones)
        tallies = {name: Tally() for name in names}
        await press(street, plan, tallies, floors, say)
        for name in names:
            rounds[name].append(tallies[name])
        # Before the bursts: what these leave behind is no steady state.
        paced = {host.name: figures(host, _together(rounds[host.name])) for host in street.hosts}
        for name, each in (await bursts(street, plan, say)).items():
            burst[name].append(each)
    hosts = {
        name: Zigbee(
            starts=tuple(began[name]),
            medians_ms=tuple(median(tally.latencies_ms) for tally in rounds[name]),
            paced=paced[name],
            bursts=tuple(burst[name]),
        )
        for name in names
    }
    return {
        "hosts": {name: asdict(each) for name, each in hosts.items()},
        "floors": asdict(floors.figures()),
    }


def _together(tallies: list[Tally]) -> Tally:
    return Tally(
        latencies_ms=[value for tally in tallies for value in tally.latencies_ms],
        lost=sum(tally.lost for tally in tallies),
        frames=sum(tally.frames for tally in tallies),
        cpu_s=sum(tally.cpu_s for tally in tallies),
        written_bytes=sum(tally.written_bytes for tally in tallies),
    )
