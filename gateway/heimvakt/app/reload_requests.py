"""What the control socket can be asked about a reload: what it would change, lose and disturb."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from heimvakt.config.configuration import Configuration
from heimvakt.config.plan import changes
from heimvakt.core.events import Stamp
from heimvakt.core.ledger import Store
from heimvakt.core.ports import Clock
from heimvakt.runtime.control import Answer, Handler, Request
from heimvakt.runtime.pipeline import Pipeline
from heimvakt.uplinks.secrets import SecretError, secret_path

from .home_file import NotUsed
from .key_codes import key_codes
from .reload_plan import lost
from .taking_over import is_light

_CREDENTIAL = re.compile(r"""["'](credential:[A-Za-z0-9._-]+)["']""")


def reload_requests(
    current: Callable[[], Configuration],
    read: Callable[[], Configuration],
    can_take_over: Callable[[Configuration], bool],
    pipeline: Pipeline,
    store: Store,
    clock: Clock,
    *,
    file: Path | None,
) -> Mapping[str, Handler]:
    """`read` gives the file as it is, or raises `NotUsed`; `can_take_over` asks the drivers."""

    async def plan(_: Request) -> Answer:
        before = current()
        try:
            after = read()
        except NotUsed as error:
            return {"file": str(file or ""), "refused": str(error)}
        found = changes(before, after)
        waiting = await store.count_waiting()
        state = pipeline.state
        to_be = after.to_home(codes=key_codes(after))
        at = Stamp(
            seq=pipeline.seq + 1,
            at=clock.now(),
            monotonic=clock.monotonic(),
            boot_id=pipeline.boot_id,
            clock=clock.quality(),
        )
        gone = [
            {
                "where": f"receivers.{name}",
                "what": f"{waiting[name]} alarms wait for it, and go to the others",
            }
            for name in before.receivers
            if name not in after.receivers and waiting.get(name)
        ]
        lose = lost(pipeline.home, to_be, state, at)
        return {
            "file": str(file or ""),
            "digest": after.digest,
            "same": before.digest == after.digest,
            "light": is_light(before, after) and can_take_over(after),
            "changes": [asdict(one) for one in found],
            "lost": [*({"where": where, "what": what} for where, what in lose), *gone],
            "not_in_use": {one.where: one.reason for one in after.unusable},
            "restart": list(_restart(file, before, after)),
            "open_alarms": sum(alarm.state.is_open for alarm in state.alarms.values()),
        }

    return {"reload-plan": plan}


def _restart(file: Path | None, before: Configuration, after: Configuration) -> Iterator[str]:
    """What a reload alone does not bring."""
    try:
        named = _CREDENTIAL.findall(file.read_text(encoding="utf-8")) if file else []
    except OSError:
        named = []
    for reference in sorted(set(named)):
        try:
            secret_path(reference, private=False)
        except SecretError as error:
            yield f"{error}: {error.hint}"
    if before.page != after.page:
        yield "[page] counts when the page is started: systemctl restart heimvakt-page"
