"""What stands on the sheet of a hand-over. Pure.

Nothing is said that the record has not seen: where it has seen nothing, that is what is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from heimvakt.core.checks import Outcome
from heimvakt.core.words import Words

from .record import DeviceRow, Record, Seen, Step, spelt, worst
from .sheet import Line, Sheet, Table
from .summing import found_by
from .words import OUTCOMES, STEPS, number, role_of

NOTHING = "–"


def unit_code(record: Record) -> str:
    """The unit in one line, for a QR code: who it is, and what runs in it."""
    return (
        f"heimvakt:{record.gateway_id}?version={record.version}"
        f"&configuration={record.configuration[:16]}"
    )


def sheet_of(record: Record, digest: str) -> Sheet:
    """The sheet; `digest` is the SHA-256 of the record."""
    return _Writer(record).sheet(digest)


class _Writer:
    def __init__(self, record: Record) -> None:
        self._record = record
        self._zone = ZoneInfo(record.timezone)

    def sheet(self, digest: str) -> Sheet:
        record, left = self._record, self._record.remains
        tables = [self._done(), self._left(left), self._devices(), self._alarms()]
        tables += [self._self_test(), self._receivers()]
        return Sheet(
            language=record.language,
            title=self._say("Overlevering av trygghetsanlegg", "Hand-over of a safety system"),
            unit=record.gateway_id,
            facts=tuple(self._facts()),
            verdict=self._verdict(len(left) + len(record.untried)),
            is_good=record.is_good,
            tables=tuple(table for table in tables if table.lines),
            signs=tuple(self._signs()),
            sign_heads=tuple(
                self._say(nb, en)
                for nb, en in (
                    ("Navn med blokkbokstaver", "Name in capitals"),
                    ("Sted og dato", "Place and date"),
                    ("Underskrift", "Signature"),
                )
            ),
            seal=self._seal(digest),
            code=unit_code(record),
            code_says=f"{record.gateway_id}\n{record.version}\n{spelt(record.configuration)}",
        )

    def _say(self, nb: str, en: str) -> str:
        return nb if self._record.language == "nb" else en

    def _words(self, words: Words) -> str:
        return words.in_language(self._record.language)

    def _time(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%H:%M:%S}"

    def _seconds(self, seconds: float | None) -> str:
        return NOTHING if seconds is None else f"{number(seconds, self._record.language)} s"

    def _facts(self) -> Iterator[tuple[str, str]]:
        record = self._record
        began, ended = (at.astimezone(self._zone) for at in (record.began_at, record.ended_at))
        yield self._say("Enhet", "Unit"), record.gateway_id
        yield self._say("Programvare", "Software"), f"Heimvakt {record.version}"
        yield self._say("Konfigurasjon", "Configuration"), spelt(record.configuration)
        until = f"{ended:%H:%M}" if began.date() == ended.date() else f"{ended:%Y-%m-%d %H:%M}"
        yield self._say("Tid", "Time"), f"{began:%Y-%m-%d %H:%M} – {until} {ended:%Z}"
        yield self._say("Montør", "Installer"), record.by
        event = self._say("hendelse", "event")
        yield self._say("Journal til og med", "Journal up to"), f"{event} {record.journal_seq}"

    def _verdict(self, many: int) -> str:
        if not many:
            return self._say(
                "Alt ble prøvd, og alt virket.", "Everything was tried, and all of it worked."
            )
        return self._say(
            f"{many} ting står igjen: se nedenfor."
            if many > 1
            else "Én ting står igjen: se nedenfor.",
            f"{many} things remain: see below." if many > 1 else "One thing remains: see below.",
        )

    def _done(self) -> Table:
        heads = (("", ""), ("Steg", "Step"), ("Kl.", "At"), ("Funnet", "Found"))
        return self._table(
            ("Hva som ble gjort", "What was done"),
            heads,
            (14, 28, 12, 66),
            [self._step(step) for step in Step],
        )

    def _step(self, step: Step) -> Line:
        seen = self._record.of(step)
        if not seen and not self._record.is_due(step):
            why = self._words(_NOT_DUE[step])
            return Line((NOTHING, self._words(STEPS[step]), NOTHING, why))
        outcome = worst(seen)
        called = OUTCOMES[outcome]
        if outcome is Outcome.SKIPPED and len({one.outcome for one in seen}) > 1:
            called = _PARTLY
        at = self._time(max(one.at for one in seen)) if seen else NOTHING
        found = found_by(step, seen, self._record.language)
        return Line((self._words(called), self._words(STEPS[step]), at, found), outcome)

    def _left(self, left: Sequence[Seen]) -> Table:
        lines = [
            Line(
                (
                    self._words(OUTCOMES[one.outcome]),
                    f"{self._words(STEPS[one.step])}: {one.label}",
                    one.found,
                    one.reason or self._say("ingen grunn oppgitt", "no reason given"),
                ),
                one.outcome,
            )
            for one in left
        ]
        none = self._say("ikke gjort", "not done")
        lines += [
            Line(
                (
                    self._words(OUTCOMES[Outcome.SKIPPED]),
                    self._words(STEPS[step]),
                    none,
                    self._say("ingen grunn oppgitt", "no reason given"),
                ),
                Outcome.SKIPPED,
            )
            for step in self._record.untried
        ]
        heads = (("", ""), ("Hva", "What"), ("Funnet", "Found"), ("Grunn", "Reason"))
        title = ("Dette står igjen", "What remains")
        return self._table(title, heads, (14, 36, 30, 40), lines, strong=True)

    def _devices(self) -> Table:
        heads = (
            *(("Rom", "Room"), ("Enhet", "Device"), ("Modell og adresse", "Model, address")),
            *(("Hørt kl.", "Heard at"), ("Sentral", "Centre"), ("LQI", "LQI")),
            ("Batteri", "Battery"),
        )
        title = ("Enheter etter rom", "Devices by room")
        shares = (15, 27, 32, 14, 12, 8, 12)
        ordered = sorted(self._record.devices, key=lambda d: (d.room or "~", d.device_id))
        return self._table(title, heads, shares, [self._device(one) for one in ordered])

    def _device(self, row: DeviceRow) -> Line:
        tried = (Step.WALK, Step.BUTTON)
        seen = next(
            (s for s in self._record.seen if s.step in tried and s.what == row.device_id), None
        )
        heard = seen is not None and seen.outcome in (Outcome.PASS, Outcome.WARN)
        about = role_of(row.role, self._record.language)
        address = row.address or self._say("ikke innmeldt", "not paired")
        return Line(
            (
                row.room or NOTHING,
                f"{row.device_id} ({about})",
                f"{row.model} {address}".strip(),
                self._time(seen.at) if seen and heard else self._unheard(seen),
                self._seconds(seen.seconds if seen else None),
                NOTHING if row.lqi is None else f"{row.lqi}",
                NOTHING if row.battery_percent is None else f"{row.battery_percent:.0f} %",
            )
        )

    def _unheard(self, seen: Seen | None) -> str:
        return NOTHING if seen is None else self._say("NEI", "NO")

    def _alarms(self) -> Table:
        lines = [
            Line(
                (self._words(OUTCOMES[one.outcome]), one.label, self._time(one.at), one.found),
                one.outcome,
            )
            for step in (Step.TEST_ALARM, Step.BUTTON)
            for one in self._record.of(step)
        ]
        heads = (("", ""), ("Alarm", "Alarm"), ("Kl.", "At"), ("Funnet", "Found"))
        return self._table(("Prøvealarmer", "Test alarms"), heads, (14, 34, 12, 60), lines)

    def _self_test(self) -> Table:
        lines = [
            Line((self._words(OUTCOMES[one.outcome]), one.label, one.found), one.outcome)
            for outcome in (Outcome.FAIL, Outcome.WARN)
            for one in self._record.of(Step.SELF_TEST)
            if one.outcome is outcome
        ]
        heads = (("", ""), ("Kontroll", "Check"), ("Funnet", "Found"))
        return self._table(("Fra selvtesten", "From the self-test"), heads, (14, 42, 64), lines)

    def _receivers(self) -> Table:
        none = self._say("INGEN FORBINDELSE", "NO CONNECTION")
        lines = [
            Line((one.name, one.kind, ", ".join(one.connected) or none))
            for one in self._record.receivers
        ]
        heads = (("Mottaker", "Receiver"), ("Slag", "Kind"), ("Forbindelse nå", "Connected now"))
        return self._table(
            ("Mottakere av alarm", "Receivers of alarms"), heads, (40, 20, 60), lines
        )

    def _table(
        self,
        title: tuple[str, str],
        heads: Sequence[tuple[str, str]],
        shares: tuple[float, ...],
        lines: Sequence[Line],
        *,
        strong: bool = False,
    ) -> Table:
        return Table(
            title=self._say(*title),
            heads=tuple(self._say(*head) for head in heads),
            shares=shares,
            lines=tuple(lines),
            strong=strong,
        )

    def _signs(self) -> Iterator[tuple[str, str]]:
        yield (
            f"{self._say('Montør', 'Installer')} {self._record.by}",
            self._say(
                "Jeg har gjort det som står her, og sett det selv.",
                "I have done what stands here, and have seen it myself.",
            ),
        )
        shown = self._say(
            "Jeg har fått vist hvordan jeg slår alarm", "I was shown how to call for help"
        )
        left = (
            ""
            if self._record.is_good
            else self._say(", og hva som står igjen", ", and what remains")
        )
        yield self._say("Beboer eller pårørende", "Resident or next of kin"), f"{shown}{left}."

    def _seal(self, digest: str) -> str:
        return self._say(
            f"SHA-256 {digest}. Enheten har skrevet summen i loggen sin. Om arket er endret, viser "
            "heimvakt commission --verify FIL",
            f"SHA-256 {digest}. The unit has written this sum into its log; whether the sheet was "
            "changed shows: heimvakt commission --verify FILE",
        )


_PARTLY = Words(nb="Delvis", en="Partly")
_NOT_DUE = {
    Step.PAIR: Words(nb="alle enheter var innmeldt før", en="every device was paired before"),
    Step.WALK: Words(nb="ingen sensor som en hånd kan prøve", en="no sensor that a hand could try"),
    Step.BUTTON: Words(nb="ingen knapp i dette hjemmet", en="no button in this home"),
}
