"""`heimvakt reload`: the file of the home taken anew, when it is seen what that does."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from .client import SocketOption, ask
from .exits import Exit, fail
from .homefile import take_over
from .times import count

EXAMPLE = """Examples:
heimvakt reload --dry-run;
heimvakt reload;
heimvakt reload --yes --json"""


def command(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    socket: SocketOption = None,
) -> None:
    """Say what the changed file changes, and let the service take it over.

    Asks where something is removed or lost, a part of the file cannot be used, or alarms are open.
    """
    plan = ask(socket, {"do": "reload-plan"})
    if "refused" in plan:
        if as_json:
            print(json.dumps(plan, ensure_ascii=False, indent=2))
        fail(
            Exit.CONFIGURATION,
            f"the file is not taken, all stays as it is: {plan['refused']}",
            f"see all of it: heimvakt check {plan['file']}",
        )
    if not as_json:
        print("\n".join(lines(plan)))
    result = "nothing was changed" if dry_run else _carried_out(socket, plan, ask_first=not yes)
    if as_json:
        print(json.dumps({**plan, "result": result}, ensure_ascii=False, indent=2))
    else:
        print(result)


def lines(plan: Mapping[str, Any]) -> Iterator[str]:
    """The plan as a person reads it."""
    if plan["same"]:
        yield f"{plan['file']} is in use as it is"
        return
    yield f"{plan['file']}: {count(len(plan['changes']), 'change')}"
    for change in plan["changes"]:
        yield f"  {change['what']:<9} {change['where']}"
        for key in change["keys"]:
            yield f"            {key['key']}: {key['before']} -> {key['after']}"
    for one in plan["lost"]:
        yield f"  LOST      {one['where']}: {one['what']}"
    for where, why in plan["not_in_use"].items():
        yield f"  NOT USED  {where}: {why}"
    for one in plan["restart"]:
        yield f"  RESTART   {one}"
    yield (
        "the service goes on as it is"
        if plan["light"]
        else "the service begins anew: radios and connections are closed for some seconds, "
        "rules go on where they were"
    )
    if plan["open_alarms"]:
        yield f"{count(plan['open_alarms'], 'alarm')} open: they stay so"


def is_grave(plan: Mapping[str, Any]) -> bool:
    """Whether somebody should think before it is done."""
    removed = any(change["what"] == "removed" for change in plan["changes"])
    return bool(removed or plan["lost"] or plan["not_in_use"] or plan["open_alarms"])


def _carried_out(socket: Path | None, plan: Mapping[str, Any], *, ask_first: bool) -> str:
    if plan["same"] and not plan["not_in_use"]:
        return "nothing was changed"
    if ask_first and is_grave(plan):
        if not sys.stdin.isatty():
            fail(Exit.USAGE, "nobody is there to be asked", "say --yes if you have decided")
        typer.confirm("Take it over?", abort=True, err=True)
    if take_over(socket, plan["digest"]):
        return "taken over: the service went on"
    return "taken over: the service has begun anew with it"
