"""The control socket of the gateway: how it is, and what it is to be told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .change import Ended
from .judging import Facts

FACTS: Mapping[str, Any] = {"do": "update-facts"}
"""Asks a gateway how it is."""
ANSWER_S = 10.0
LINE_MAX = 1 << 20


class Answer(Enum):
    """To what the gateway was told."""

    TAKEN = "taken"
    NOT_TAKEN = "not taken"
    """It answers, and does not take it: it is full, or a program that does not know of changes."""
    NOBODY = "nobody"


class _Receiver(BaseModel):
    confirmed_ago_s: float | None


class _Said(BaseModel):
    """What this version needs of the facts; a newer program may say more."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    open_alarms: Annotated[tuple[str, ...], Field(max_length=10_000)]
    version: str
    uptime_s: float
    digest: str
    refused: str
    receivers: Annotated[Mapping[str, _Receiver], Field(max_length=1_000)]


def facts_in(answer: Mapping[str, Any] | None) -> Facts | None:
    """What an answer to `FACTS` says; None: there is none, or it cannot be understood."""
    try:
        said = _Said.model_validate(answer)
    except ValidationError:
        return None
    return Facts(
        open_alarms=said.open_alarms,
        version=said.version,
        uptime_s=said.uptime_s,
        digest=said.digest,
        refused=said.refused,
        confirmed_ago_s={name: one.confirmed_ago_s for name, one in said.receivers.items()},
    )


class Gateway:
    """The one that has its socket there, if one has."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    async def facts(self) -> Facts | None:
        """What it says of itself; None where nobody answers in a way that can be understood."""
        return facts_in(await self._ask(FACTS))

    async def tell(self, ended: Ended) -> Answer:
        """Tell it what became of a change; it counts once, however often it is told."""
        answer = await self._ask(ended.to_request())
        if answer is None:
            return Answer.NOBODY
        return Answer.TAKEN if answer.get("taken") is True else Answer.NOT_TAKEN

    async def _ask(self, request: Mapping[str, Any]) -> dict[str, Any] | None:
        try:
            async with asyncio.timeout(ANSWER_S):
                reader, writer = await asyncio.open_unix_connection(self._socket, limit=LINE_MAX)
                try:
                    writer.write(json.dumps(request).encode() + b"\n")
                    await writer.drain()
                    answer = json.loads(await reader.readline())
                finally:
                    writer.close()
        except (OSError, ValueError, RecursionError, TimeoutError):
            return None
        return answer if isinstance(answer, dict) else None
