"""Pages as one HTML file that needs nothing else: the pictures, and beside each its alarms as a
table for those who cannot see it, search in it, or copy from it."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from heimvakt.core.alarms import Alarm, Priority

from . import shapes
from . import words as say
from .draw import draw
from .page import Page, heading, summary
from .svg import element

_STYLE = """
body { font: 15px/1.45 "DejaVu Sans", Verdana, Arial, sans-serif; color: #1a1a1a;
  margin: 1.5em auto; max-width: 1180px; padding: 0 1em; }
h2 { margin-top: 2em; }
figure { margin: 0; overflow-x: auto; }
figure svg { width: 100%; height: auto; min-width: 700px; }
table { border-collapse: collapse; width: 100%; margin: 1em 0; }
caption { text-align: left; font-weight: bold; padding: .3em 0; }
th, td { text-align: left; vertical-align: top; padding: .25em .8em .25em 0;
  border-bottom: 1px solid #c9ced8; }
td { white-space: nowrap; }
td:nth-child(3) { white-space: normal; width: 60%; }
td svg { vertical-align: -2px; margin-right: .4em; }
@media print {
  @page { size: A4 portrait; margin: 10mm; }
  body { margin: 0; max-width: none; padding: 0; font-size: 11px; }
  h1, section > h2 { display: none; }
  section { break-after: page; }
  figure { overflow: visible; break-after: page; }
  figure svg { min-width: 0; max-height: 275mm; }
  tr { break-inside: avoid; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""


def report(pages: Sequence[Page], gateway_id: str) -> str:
    """The whole file."""
    language = pages[0].language
    title = f"{say.TITLE.in_language(language)}: {gateway_id}"
    head = (
        '<meta charset="utf-8"/>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>'
        f"<title>{escape(title)}</title><style>{_STYLE}</style>"
    )
    sections = "".join(_section(page, alone=len(pages) == 1) for page in pages)
    body = f"<h1>{escape(title)}</h1>{_contents(pages)}{sections}"
    html = element("html", f"<head>{head}</head>\n<body>{body}</body>", lang=language)
    return f"<!doctype html>\n{html}\n"


def _contents(pages: Sequence[Page]) -> str:
    if len(pages) == 1:
        return ""
    items = "".join(
        f'<li><a href="#{page.name}">{escape(heading(page))}</a>: {escape(summary(page))}</li>'
        for page in pages
    )
    return f"<nav><ul>{items}</ul></nav>"


def _section(page: Page, *, alone: bool) -> str:
    above = "" if alone else f"<h2>{escape(heading(page))}</h2>\n"
    inner = f"{above}<figure>{draw(page)}</figure>\n{_tables(page)}"
    return element("section", inner, id=page.name)


def _tables(page: Page) -> str:
    """What nobody need act on stands apart, folded: a test of every day hides a bad night."""
    urgent = [alarm for alarm in page.alarms if alarm.priority is not Priority.INFORMATION]
    others = [alarm for alarm in page.alarms if alarm.priority is Priority.INFORMATION]
    caption = f"{say.ALARMS.in_language(page.language)}, {heading(page)}"
    if urgent:
        written = _table(page, caption, urgent)
    else:
        written = f"<p>{escape(caption)}: {escape(say.NO_ALARM.in_language(page.language))}</p>"
    if others:
        kind = say.PRIORITIES[Priority.INFORMATION].in_language(page.language)
        folded = f"{caption}: {len(others)} {kind}"
        written += (
            f"\n<details><summary>{escape(folded)}</summary>"
            f"{_table(page, folded, others)}</details>"
        )
    return written


def _table(page: Page, caption: str, alarms: Sequence[Alarm]) -> str:
    columns = "".join(
        f'<th scope="col">{escape(words.in_language(page.language))}</th>' for words in say.COLUMNS
    )
    rows = "\n".join(_line(page, alarm) for alarm in alarms)
    return (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{columns}</tr></thead>"
        f"<tbody>\n{rows}\n</tbody></table>"
    )


def _line(page: Page, alarm: Alarm) -> str:
    sign = element(
        "svg",
        shapes.alarm(alarm.priority, 7, 7),
        width=14,
        height=14,
        viewBox="0 0 14 14",
        aria_hidden="true",
    )
    cells = (
        escape(say.moment_words(alarm.raised_at.astimezone(page.zone), page.language)),
        sign + escape(say.PRIORITIES[alarm.priority].in_language(page.language)),
        escape(alarm.text.in_language(page.language)),
        escape(say.room_words(alarm.room).in_language(page.language) if alarm.room else ""),
        escape(alarm.rule_id),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
