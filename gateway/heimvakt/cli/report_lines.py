"""The figures of a month as a person reads them, in the language of the home."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from heimvakt.core.words import Words, spell_duration

from .report_advice import advice

Row = tuple[str, ...]

HEAD = Words(nb="{gateway}  {first_day} til {last_day}", en="{gateway}  {first_day} to {last_day}")
NOT_OVER = Words(nb=", ikke over ennå", en=", not over yet")
FACTS = (
    (Words(nb="på", en="on"), Words(nb="{on} av {elapsed}{share}", en="{on} of {elapsed}{share}")),
    (Words(nb="avskåret", en="cut off"), Words(nb="{cut_off}", en="{cut_off}")),
    (
        Words(nb="doser", en="doses"),
        Words(
            nb="{in_time} i tide, {early} tidlig, {travel} til reise, {missed} ikke tatt, "
            "{unknown} ukjent",
            en="{in_time} in time, {early} early, {travel} for travel, {missed} not taken, "
            "{unknown} not known",
        ),
    ),
    (
        Words(nb="besøk", en="visits"),
        Words(
            nb="{visits}, og {visits_missed} planlagte uteble",
            en="{visits}, and {visits_missed} that were planned did not come",
        ),
    ),
    (
        Words(nb="enheter", en="devices"),
        Words(
            nb="{devices_silent} ganger tause, {batteries_low} ganger lavt batteri",
            en="{devices_silent} times silent, {batteries_low} times a low battery",
        ),
    ),
    (
        Words(nb="boksen", en="the box"),
        Words(
            nb="{paths_lost} ganger tapt forbindelse, {mains_lost} ganger uten strøm",
            en="{paths_lost} times a lost path, {mains_lost} times without mains",
        ),
    ),
)
ALARMS = Words(nb="alarmer", en="alarms")
ALARM_COLUMNS = (
    Words(nb="reist", en="raised"),
    Words(nb="tatt", en="accepted"),
    Words(nb="ekte", en="true"),
    Words(nb="falske", en="false"),
    Words(nb="test", en="test"),
    Words(nb="ikke sagt", en="not said"),
    Words(nb="ikke lukket", en="not closed"),
)
DELAYS = (
    ("delivered", Words(nb="til et system svarte", en="until a system answered")),
    ("accepted", Words(nb="til en person tok dem", en="until a person took them")),
)
DELAY_COLUMNS = (
    ALARMS,
    Words(nb="halvparten", en="half of them"),
    Words(nb="95 %", en="95 %"),
    Words(nb="lengst", en="longest"),
)


def lines(answer: Mapping[str, Any]) -> Iterator[str]:
    """All of it; the answer as the service gives it."""
    summary, language = answer["summary"], answer["language"]

    def said(words: Words) -> str:
        return words.in_language(language)

    values = {**answer, **summary, **summary["doses"], **_spelt(summary, language)}
    yield said(HEAD).format(**values) + ("" if summary["is_over"] else said(NOT_OVER))
    width = max(len(said(name)) for name, _ in FACTS)
    for name, what in FACTS:
        yield f"  {said(name):<{width}}  {said(what).format(**values)}"
    head = ("", "", *map(said, ALARM_COLUMNS))
    yield from _section(said(ALARMS), head, [_alarm(each) for each in summary["alarms"]])
    head = ("", *map(said, DELAY_COLUMNS))
    for key, title in DELAYS:
        yield from _section(said(title), head, [_delay(each) for each in summary[key]])
    if to_look_at := [said(words) for words in advice(summary["alarms"])]:
        yield from ("", *to_look_at)


def _section(title: str, head: Row, rows: Sequence[Row]) -> Iterator[str]:
    """A table below its title; nothing where nothing is in it."""
    if not rows:
        return
    yield ""
    yield title
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        cells = (
            f"{cell:>{width}}" if name else f"{cell:<{width}}"
            for name, cell, width in zip(head, row, widths, strict=True)
        )
        yield f"  {'  '.join(cells)}".rstrip()


def _alarm(alarm: Mapping[str, Any]) -> Row:
    rule, kind, raised = alarm["rule"], alarm["kind"], alarm["raised"]
    outcomes = [alarm[f"closed_{outcome}"] for outcome in ("true", "false", "test", "unknown")]
    counts = (raised, alarm["accepted"], *outcomes, raised - sum(outcomes))
    return alarm["priority"], rule if rule == kind else f"{rule}: {kind}", *map(str, counts)


def _delay(delay: Mapping[str, Any]) -> Row:
    seconds = (f"{delay[name]:g} s" for name in ("median_s", "p95_s", "worst_s"))
    return delay["priority"], str(delay["count"]), *seconds


def _spelt(summary: Mapping[str, Any], language: str) -> Mapping[str, str]:
    on_s, elapsed_s = summary["on_s"], summary["elapsed_s"]
    return {
        "on": _time(on_s, language),
        "elapsed": _time(elapsed_s, language),
        "share": f" ({100 * on_s / elapsed_s:.2f} %)" if elapsed_s else "",
        "cut_off": _time(summary["cut_off_s"], language),
    }


def _time(seconds: float, language: str) -> str:
    span = timedelta(seconds=seconds)
    if span < timedelta(days=1):
        return spell_duration(seconds).in_language(language)
    hour = Words(nb="t", en="h").in_language(language)
    return f"{span.days} d {span.seconds // 3600} {hour}"
