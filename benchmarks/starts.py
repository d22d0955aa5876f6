"""From the start of the process until it listens, on a network with six devices."""

from __future__ import annotations

from collections.abc import Callable

from .figures import median
from .plan import Plan
from .street import Street, again


async def starts(
    street: Street, plan: Plan, say: Callable[[str], None]
) -> dict[str, dict[str, float]]:
    """Stop and start every host in turn, again and again; the median seconds to each milestone."""
    taken: dict[str, dict[str, list[float]]] = {host.name: {} for host in street.hosts}
    for number in range(plan.starts):
        for host in street.hosts:
            for milestone, seconds in (await again(host)).items():
                taken[host.name].setdefault(milestone, []).append(seconds)
        say(f"{number + 1} of {plan.starts} starts")
    return {
        name: {milestone: median(values) or 0.0 for milestone, values in milestones.items()}
        for name, milestones in taken.items()
    }
