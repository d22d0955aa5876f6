"""The drivers: what each is plugged into, whether it hears, and what it can look at itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from heimvakt.core.checks import Check, Found, Hand, failed, passed, skipped, warned
from heimvakt.core.words import Words

from .board import looking

CHANGES = re.compile(r"/dev/tty(USB|ACM)\d+")
"""Names that the kernel gives in the order in which it finds things."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """One driver, as far as the gateway sees it."""

    name: str
    port: str | None
    """A file of the machine; None: it needs none, or finds it by itself."""
    lost: Callable[[], str | None] | None = None
    """Why it hears nothing; None: it hears. No callable: no service runs."""
    checks: Sequence[Check] = ()
    """What it offers itself; the first tells whether what it is plugged into answers."""

    @property
    def vital(self) -> tuple[str, ...]:
        """The ids of the checks without which nothing is known of its devices."""
        own = [check.check_id for check in self.checks[:1] if check.needs is None]
        return (*([f"driver/{self.name}/port"] if self.port else []), self._hears, *own)

    @property
    def _hears(self) -> str:
        return f"driver/{self.name}/hears"

    def all(self) -> Iterator[Check]:
        """Of its port, of its ears, and its own."""
        part = Words(nb=f"driver {self.name}", en=f"driver {self.name}")
        before: tuple[str, ...] = ()
        if self.port is not None:
            port, before = Path(self.port), (f"driver/{self.name}/port",)
            yield Check(
                check_id=before[0],
                part=part,
                title=Words(nb="tilkobling", en="port"),
                measure=looking(lambda: judge_port(port, is_there=port.exists())),
            )
        yield Check(
            check_id=self._hears,
            part=part,
            title=Words(nb="lytter", en="hears"),
            measure=self._look,
            after=before,
        )
        yield from self.checks

    async def _look(self, _: Hand) -> Found:
        if self.lost is None:
            return skipped(
                Words(
                    nb="tjenesten går ikke: systemctl start heimvakt",
                    en="the service does not run: systemctl start heimvakt",
                )
            )
        return judge_hearing(self.lost())


def judge_hearing(lost: str | None) -> Found:
    """What it means that a driver hears, or does not and why. Pure."""
    if lost is None:
        return passed(Words(nb="lytter", en="listening"))
    return failed(
        Words(nb=f"hører ingenting: {lost}", en=f"hears nothing: {lost}"),
        Words(
            nb="dra den ut, sett den i, og vent et minutt: heimvakt radios",
            en="pull it out, put it in, and wait a minute: heimvakt radios",
        ),
    )


def judge_port(port: Path, *, is_there: bool) -> Found:
    """Whether something is plugged in there, by a name that stays. Pure."""
    if not is_there:
        return failed(
            Words(nb=f"ingenting på {port}", en=f"nothing at {port}"),
            Words(
                nb="sett den i, eller se hva som er satt i: heimvakt radios",
                en="plug it in, or see what is plugged in: heimvakt radios",
            ),
        )
    if CHANGES.fullmatch(str(port)):
        return warned(
            Words(
                nb=f"{port} kan hete noe annet etter omstart",
                en=f"{port} may be called otherwise after a restart",
            ),
            Words(
                nb="skriv stien som blir: heimvakt radios viser den",
                en="write the path that stays: heimvakt radios shows it",
            ),
        )
    return passed(Words(nb="satt i", en="plugged in"))
