"""What a small response centre answers, by its manners: its system at once, its operator later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from .manners import Behaviour, Manners, Received

SAID_MAX = 10_000
"""Alarms of which is known what the operator said; the oldest goes first."""


class Voice(Protocol):
    """How it is said."""

    behaviour: Behaviour

    def answer(
        self, gateway_id: str, alarm_id: str, what: str, *, by: str, revision: int | None = None
    ) -> None:
        """Send an acknowledgement."""

    def give_receipt(self, gateway_id: str, batch_id: str) -> None:
        """Say that a batch is stored."""

    def say(self, gateway_id: str, payload: bytes) -> None:
        """Publish whatever it is where the gateway hears answers."""


class Answering:
    """Told of each message, in the event loop; what it says later it says there too."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._said: dict[str, tuple[str, ...]] = {}
        """By alarm: what the operator has said of it."""
        self._later: set[asyncio.TimerHandle] = set()

    def stop(self) -> None:
        """Say nothing more."""
        for handle in self._later:
            handle.cancel()
        self._later.clear()

    def alarm(self, received: Received) -> None:
        """An alarm came, or came again."""
        behaviour, data = self._voice.behaviour, received.message["data"]
        gateway, alarm_id, revision = received.gateway_id, data["alarm_id"], data["revision"]
        answer = partial(self._voice.answer, gateway, alarm_id, revision=revision)
        accept_s = behaviour.accept_after_s
        match behaviour.manners:
            case Manners.NEVER:
                return
            case Manners.GARBAGE:
                self._voice.say(gateway, b'\xff\x00{"alarm_id": ')
                return
            case Manners.WRONG_ID:
                self._voice.answer(gateway, "somebody-else-1", "received", by=behaviour.system)
                return
            case Manners.LATE:
                self._in(accept_s or 0.0, answer, "received", by=behaviour.system)
            case Manners.GOOD | Manners.TWICE:
                # A repeat is answered again: the first answer may not have arrived.
                for _ in range(_times(behaviour)):
                    answer("received", by=behaviour.system)
        for said in self._said.get(alarm_id, ()) if received.duplicate else ():
            # What a person did may not have arrived either, and the gateway waits for it.
            answer(said, by=behaviour.operator)
        if accept_s is None or received.duplicate or data["state"] not in ("raised", "delivered"):
            return
        self._in(accept_s, self._as_operator, answer, alarm_id, "accepted")
        if behaviour.close_after_s is not None:
            done_s = accept_s + behaviour.close_after_s
            self._in(done_s, self._as_operator, answer, alarm_id, "closed")

    def reports(self, received: Received) -> None:
        """A batch of reports came."""
        behaviour, gateway = self._voice.behaviour, received.gateway_id
        batch_id = received.message["data"]["batch_id"]
        if not behaviour.receipts:
            return
        match behaviour.manners:
            case Manners.NEVER:
                return
            case Manners.GARBAGE:
                self._voice.say(gateway, b'\xff\x00{"batch_id": ')
            case Manners.WRONG_ID:
                self._voice.give_receipt(gateway, f"somebody-else/{batch_id}")
            case Manners.LATE:
                wait_s = behaviour.accept_after_s or 0.0
                self._in(wait_s, self._voice.give_receipt, gateway, batch_id)
            case Manners.GOOD | Manners.TWICE:
                for _ in range(_times(behaviour)):
                    self._voice.give_receipt(gateway, batch_id)

    def month(self, received: Received) -> None:
        """The figures of a month came."""
        behaviour = self._voice.behaviour
        if behaviour.receipts and behaviour.manners is not Manners.NEVER:
            batch_id = received.message["data"]["batch_id"]
            self._voice.give_receipt(received.gateway_id, batch_id)

    def _as_operator(self, answer: Callable[..., None], alarm_id: str, what: str) -> None:
        answer(what, by=self._voice.behaviour.operator)
        self._said[alarm_id] = (*self._said.pop(alarm_id, ()), what)
        if len(self._said) > SAID_MAX:
            del self._said[next(iter(self._said))]

    def _in(self, delay_s: float, say: Callable[..., None], *args: Any, **more: str) -> None:
        def then() -> None:
            self._later.discard(handle)
            say(*args, **more)

        handle = asyncio.get_running_loop().call_later(delay_s, then)
        self._later.add(handle)


def _times(behaviour: Behaviour) -> int:
    return 2 if behaviour.manners is Manners.TWICE else 1
