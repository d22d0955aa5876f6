"""The service of the gateway, from outside: told to take the file of the home anew or to begin
anew, and looked at; and a program asked whether it takes a file. Commands, with a time for each.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import re
import shlex
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger("update")

COMMAND_S = 90.0
"""A start may take a minute (`TimeoutStartSec=`)."""
CHECK_S = 60.0
SAID_MAX = 20_000
"""Characters of what a command says; warnings may stand before the first error."""
SHOWN_MAX = 200


@dataclass(frozen=True, slots=True)
class Health:
    """What systemd says of the service."""

    gave_up: bool = False
    restarts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """What the service is told by; each is a line as for a shell, without one."""

    reload: Sequence[str] = ("systemctl reload heimvakt",)
    restart: Sequence[str] = (
        # One that has given up is not started again without it; it also begins to count anew.
        "systemctl reset-failed heimvakt",
        "systemctl restart --no-block heimvakt",
        "systemctl try-restart --no-block heimvakt-page",
    )
    health: str = "systemctl show --property=ActiveState,NRestarts heimvakt"
    user: str = "heimvakt"
    """As whom a program is asked: it is no root's."""


class Service:
    """Of this machine."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    async def reload(self) -> None:
        """Let it take the file of the home anew."""
        for line in self._commands.reload:
            await self._do(line)

    async def restart(self) -> None:
        """Let it begin anew, with the program that is now the active one."""
        for line in self._commands.restart:
            await self._do(line)

    async def health(self) -> Health:
        """What is known of it; nothing bad where nobody says."""
        _, said = await _run(shlex.split(self._commands.health), COMMAND_S)
        known = dict(re.findall(r"^(\w+)=(\w*)$", said, re.MULTILINE))
        restarts = known.get("NRestarts", "")
        return Health(
            gave_up=known.get("ActiveState") == "failed",
            restarts=int(restarts) if restarts.isdecimal() else 0,
        )

    async def takes(self, program: Path, file: Path) -> str:
        """Why a program does not take a file of a home, in its own words; empty: it does."""
        command = [program / "bin" / "python3", "-I", program / "bin" / "heimvakt", "check", file]
        code, said = await _run([*map(str, command)], CHECK_S, self._commands.user)
        if code == 0:
            return ""
        return _first_of(said) or f"it ended with {code}"

    async def _do(self, line: str) -> None:
        code, said = await _run(shlex.split(line), COMMAND_S)
        if code != 0:
            log.warning("a command did not go well", command=line, code=code, said=_first_of(said))


def _first_of(said: str) -> str:
    """The first line that says an error; the first at all where none does."""
    lines = [" ".join(line.split()) for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if " error " in line]
    return (*errors, *lines, "")[0][:SHOWN_MAX]


async def _run(command: Sequence[str], within_s: float, user: str = "") -> tuple[int, str]:
    """Its exit code and what it said; 127 where it cannot be run, 124 where it takes too long."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            **_as_user(user),
        )
    except OSError as error:
        return 127, str(error)
    said = b""
    assert process.stdout is not None
    try:
        async with asyncio.timeout(within_s):
            while piece := await process.stdout.read(SAID_MAX):
                said = (said + piece)[:SAID_MAX]
            await process.wait()
    except TimeoutError:
        return 124, f"{command[0]} took longer than {within_s:.0f} s"
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return process.returncode or 0, said.decode(errors="replace")


def _as_user(name: str) -> dict[str, Any]:
    """Where we are root and there is such a user; on a desk a program is asked as who we are."""
    if os.geteuid() != 0 or not name:
        return {}
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        return {}
    groups = os.getgrouplist(name, found.pw_gid)
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": groups}
