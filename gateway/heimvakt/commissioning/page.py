"""The sheet of a hand-over as one HTML file, for phones and for A4; nothing from elsewhere."""

from __future__ import annotations

from html import escape

from heimvakt.core.checks import Outcome

from .code import squares
from .sheet import Line, Sheet, Table

QUIET = 4
"""Squares of white around a QR code (ISO/IEC 18004)."""
MARKED = {
    Outcome.PASS: "pass",
    Outcome.WARN: "warn",
    Outcome.FAIL: "fail",
    Outcome.SKIPPED: "skip",
}

STYLE = """
:root { color-scheme: light }
* { box-sizing: border-box }
body { font: 10.5pt/1.4 system-ui, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif;
  margin: 0 auto; padding: 1.2rem; max-width: 52rem; color: #111; background: #fff }
header { display: flex; gap: 1.5rem; justify-content: space-between; align-items: flex-start }
h1 { font-size: 1.55rem; line-height: 1.2; margin: 0 0 .6rem }
h2 { font-size: 1.05rem; margin: 1.5rem 0 .35rem }
dl { display: grid; grid-template-columns: auto 1fr; gap: .1rem 1rem; margin: 0 }
dt { color: #555 } dd { margin: 0; font-weight: 600; overflow-wrap: anywhere }
.code { text-align: center; font: 8pt/1.3 ui-monospace, "Liberation Mono", monospace; flex: none }
.code svg { width: 33mm; height: 33mm; display: block; margin: 0 auto .2rem }
.verdict { margin: 1.1rem 0 0; padding: .6rem .9rem; border: 2px solid; border-radius: .4rem;
  font-size: 1.15rem; font-weight: 700 }
.good { border-color: #1b6e3c; color: #14532d; background: #eef8f1 }
.left { border-color: #a33a00; color: #7c2d00; background: #fff4ec }
table { border-collapse: collapse; width: 100% }
th { font-size: .82rem; font-weight: 600; color: #555; border-bottom: 1.5px solid #111 }
th, td { text-align: left; vertical-align: top; padding: .28rem .7rem .28rem 0;
  overflow-wrap: anywhere }
td { border-bottom: 1px solid #ddd }
tr { break-inside: avoid } thead { display: table-header-group }
.mark { display: inline-block; min-width: 5.6em; padding: 0 .4em; border: 1.5px solid;
  border-radius: .25em; font-weight: 700; font-size: .85rem; text-align: center;
  white-space: nowrap }
.pass { color: #14532d; border-color: #1b6e3c } .warn { color: #7a4b00; border-color: #b07700 }
.fail { color: #fff; background: #9b1c1c; border-color: #9b1c1c }
.skip { color: #fff; background: #444; border-color: #444 }
.strong td { background: #fff4ec }
.signs { display: grid; grid-template-columns: 1fr 1fr; gap: 2rem; margin-top: 1.8rem;
  break-inside: avoid }
.signs h2 { margin: 0 } .signs p { margin: .2rem 0 0; min-height: 2.8em }
.signs div { border-bottom: 1px solid #111; height: 3.1rem; display: flex; align-items: flex-end;
  font-size: .8rem; color: #555 }
footer { margin-top: 1.4rem; padding-top: .5rem; border-top: 1px solid #bbb; font-size: .78rem;
  color: #444; overflow-wrap: anywhere }
@media (max-width: 34rem) {
  body { padding: .8rem } header { flex-direction: column-reverse; gap: .8rem }
  .code { text-align: left } .code svg { margin-left: 0 }
  .signs { grid-template-columns: 1fr }
  table, tbody, tr, td { display: block; width: 100% } thead { display: none }
  tr { padding: .45rem 0; border-bottom: 1px solid #bbb } td { border: 0; padding: .05rem 0 }
  td[data-head]:not([data-head=""])::before { content: attr(data-head) ": "; color: #555 }
}
@page { size: A4; margin: 14mm }
@media print {
  body { padding: 0; max-width: none; font-size: 9.5pt; print-color-adjust: exact;
    -webkit-print-color-adjust: exact }
}
"""


def page(sheet: Sheet) -> str:
    """The whole file."""
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(fact)}</dd>" for name, fact in sheet.facts)
    says = "<br>".join(escape(line) for line in sheet.code_says.split("\n"))
    tables = "\n".join(_table(table) for table in sheet.tables)
    signs = "".join(_sign(who, what, sheet.sign_heads) for who, what in sheet.signs)
    return f"""<!doctype html>
<html lang="{escape(sheet.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(f"{sheet.title} {sheet.unit}")}</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<div><h1>{escape(sheet.title)}</h1><dl>{facts}</dl></div>
<div class="code">{_drawn(sheet.code)}{says}</div>
</header>
<p class="verdict {"good" if sheet.is_good else "left"}">{escape(sheet.verdict)}</p>
{tables}
<div class="signs">{signs}</div>
<footer>{escape(sheet.seal)}</footer>
</body>
</html>
"""


def _table(table: Table) -> str:
    whole = sum(table.shares)
    columns = "".join(f'<col style="width:{share / whole:.1%}">' for share in table.shares)
    heads = "".join(f"<th>{escape(head)}</th>" for head in table.heads)
    rows = "\n".join(_row(line, table.heads) for line in table.lines)
    strong = ' class="strong"' if table.strong else ""
    return f"""<section><h2>{escape(table.title)}</h2>
<table{strong}><colgroup>{columns}</colgroup><thead><tr>{heads}</tr></thead>
<tbody>
{rows}
</tbody></table></section>"""


def _row(line: Line, heads: tuple[str, ...]) -> str:
    cells = []
    for place, (head, cell) in enumerate(zip(heads, line.cells, strict=True)):
        inside = escape(cell)
        if place == 0 and line.outcome is not None:
            inside = f'<span class="mark {MARKED[line.outcome]}">{inside}</span>'
        cells.append(f'<td data-head="{escape(head)}">{inside}</td>')
    return f"<tr>{''.join(cells)}</tr>"


def _sign(who: str, what: str, heads: tuple[str, ...]) -> str:
    lines = "".join(f"<div>{escape(head)}</div>" for head in heads)
    return f"<section><h2>{escape(who)}</h2><p>{escape(what)}</p>{lines}</section>"


def _drawn(code: str) -> str:
    """The QR code, one path."""
    rows = squares(code)
    size = len(rows) + 2 * QUIET
    path = "".join(
        f"M{x + QUIET},{y + QUIET}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        if dark
    )
    return (
        f'<svg viewBox="0 0 {size} {size}" role="img" aria-label="{escape(code)}" '
        f'shape-rendering="crispEdges"><path d="{path}"/></svg>'
    )
