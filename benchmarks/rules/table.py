"""What was judged as a table in Markdown, as it stands in the guide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from benchmarks.figures import percentile

from .judge import Judged
from .lives import Result

COLUMNS = (
    "alarm",
    "truths",
    "found",
    "false in 30 days",
    "of these high",
    "after (median)",
    "after (90 %)",
)


def by_rule(total: Mapping[str, Judged], homes_30_days: float) -> Iterator[str]:
    """A line for each kind of alarm."""
    yield f"| {' | '.join(COLUMNS)} |"
    yield f"| --- |{' ---: |' * (len(COLUMNS) - 1)}"
    for kind, judged in total.items():
        share = f"{100 * judged.hits / judged.truths:.1f} %" if judged.truths else ""
        after = sorted(judged.after_s)
        median, most = (
            (_spelt(percentile(after, 50)), _spelt(percentile(after, 90))) if after else ("", "")
        )
        yield (
            f"| `{kind}` | {judged.truths} | {share} | {judged.false / homes_30_days:.2f} "
            f"| {judged.false_high / homes_30_days:.2f} | {median} | {most} |"
        )


def by_home(results: Sequence[Result], days: int) -> Iterator[str]:
    """How high alarms fell on homes, by what sort of day somebody has."""
    yield "| who lives there | homes | false high in 30 days | in the worst home |"
    yield "| --- | ---: | ---: | ---: |"
    groups: dict[str, list[float]] = {"all": [_false_high(r, days) for r in results]}
    for result in results:
        who = f"{result.kind}{', two persons' if result.partner else ''}"
        groups.setdefault(who, []).append(_false_high(result, days))
    for who, rates in sorted(groups.items(), key=lambda group: (group[0] != "all", group[0])):
        yield f"| {who} | {len(rates)} | {sum(rates) / len(rates):.2f} | {max(rates):.2f} |"


def in_words(results: Sequence[Result], days: int) -> Iterator[str]:
    """What counts most."""
    asked = sum(result.high_asked for result in results)
    missed = [truth for result in results for truth in result.high_missed]
    kinds = Counter(truth.what for truth in missed)
    yield f"Must be high: {asked}; missed: {len(missed)} {dict(kinds) if kinds else ''}".rstrip()
    false = sum(_false_high(result, days) for result in results) / len(results)
    many = sum(_false_high(result, days) > 1 for result in results)
    yield (
        f"False high alarms: {false:.2f} a home in 30 days; "
        f"homes with more than one in 30 days: {many} of {len(results)}"
    )


def _false_high(result: Result, days: int) -> float:
    return sum(judged.false_high for judged in result.judged.values()) * 30 / days


def _spelt(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3_600:.1f} h"
