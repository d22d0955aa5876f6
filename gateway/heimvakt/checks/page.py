"""A self-test as a page to print and sign: no script, nothing from elsewhere, black on white."""

from __future__ import annotations

from html import escape
from zoneinfo import ZoneInfo

from heimvakt.core.checks import Outcome, Result
from heimvakt.core.self_test import SelfTest, summary
from heimvakt.core.words import Words

from .lines import NAMES, spelt

STYLE = """
body { font: 11pt/1.4 sans-serif; margin: 2em auto; max-width: 60em; color: #000 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .25em .6em; border-bottom: 1px solid #bbb }
tr { break-inside: avoid }
.fail td:first-child { font-weight: bold; background: #000; color: #fff }
.warn td:first-child { font-weight: bold; border: 2px solid #000 }
.skipped { color: #555 }
.sign { margin-top: 3em; display: flex; gap: 3em }
.sign p { flex: 1; border-top: 1px solid #000; padding-top: .3em }
@page { margin: 15mm }
"""

_TITLE = Words(nb="Selvtest", en="Self-test")
_HEADS = (
    Words(nb="Resultat", en="Outcome"),
    Words(nb="Del", en="Part"),
    Words(nb="Hva", en="What"),
    Words(nb="Funnet", en="Found"),
    Words(nb="Grense", en="Limit"),
    Words(nb="Gjør dette", en="What to do"),
)
_SIGN = (Words(nb="Dato og sted", en="Date and place"), Words(nb="Tekniker", en="Technician"))
_ALONE = Words(
    nb="Uten tjenesten: radio, sensorer, låser og sentral er ikke prøvd.",
    en="Without the service: radio, sensors, locks and centre were not tried.",
)


def page(report: SelfTest) -> str:
    """The whole of it as HTML; what is wrong stands first."""
    language = report.language
    at = report.began_at.astimezone(ZoneInfo(report.timezone))
    order = (Outcome.FAIL, Outcome.WARN, Outcome.PASS, Outcome.SKIPPED)
    ordered = [result for outcome in order for result in report.of(outcome)]
    rows = "\n".join(_row(result, language) for result in ordered)
    heads = "".join(f"<th>{escape(head.in_language(language))}</th>" for head in _HEADS)
    signs = "".join(f"<p>{escape(sign.in_language(language))}</p>" for sign in _SIGN)
    title = f"{_TITLE.in_language(language)} {report.gateway_id}"
    alone = "" if report.with_service else f"<p>{escape(_ALONE.in_language(language))}</p>"
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<title>{escape(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{escape(title)}</h1>
<p>{at:%Y-%m-%d %H:%M %Z}, Heimvakt {escape(report.version)}, {report.took_s:.0f} s,
{escape(report.by)}</p>
<p><strong>{escape(summary(report.results).in_language(language))}</strong></p>
{alone}
<table>
<thead><tr>{heads}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
<div class="sign">{signs}</div>
</body>
</html>
"""


def _row(result: Result, language: str) -> str:
    cells = (
        NAMES[result.outcome],
        result.part.in_language(language),
        result.title.in_language(language),
        result.text.in_language(language),
        spelt(result),
        result.advice.in_language(language) if result.advice else "",
    )
    inside = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr class="{result.outcome.value}">{inside}</tr>'
