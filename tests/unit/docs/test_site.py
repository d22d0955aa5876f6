"""The documentation site, as far as it can be held without its generator: what it is built from,
how diagrams are drawn, and that it fetches nothing from elsewhere.

`make docs` builds it, and takes every warning for an error.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.documents import ROOT, links

TOOLS = ROOT / "tools" / "docs"
_DIAGRAM = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def tool(name: str) -> Any:
    """A module of the site: it is no part of any package."""
    spec = importlib.util.spec_from_file_location(f"heimvakt_docs_{name}", TOOLS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there for their own module
    spec.loader.exec_module(module)
    return module


DIAGRAMS = tool("diagrams")
SITE = tool("make_site")
FOUND = [
    pytest.param(found, id=f"{path.stem}-{number}")
    for path in sorted((ROOT / "docs").rglob("*.md"))
    for number, found in enumerate(_DIAGRAM.findall(path.read_text(encoding="utf-8")))
]


@pytest.mark.parametrize("source", FOUND)
def test_every_diagram_is_drawn_with_all_its_words(source: str) -> None:
    drawn = DIAGRAMS.html(source)
    shown = " ".join("".join(part.itertext()) for part in ET.fromstring(drawn).iter())
    for words in re.findall(r": (.+)$", source, re.MULTILINE):
        assert all(word in shown for word in words.split()), words


def test_what_is_not_drawn_is_told() -> None:
    for source in (
        "pie\n  a: 1",
        "sequenceDiagram\n  participant A as a\n  A->>B: who is B?",
        "sequenceDiagram\n  participant A as a\n  opt perhaps\n  end",
        "stateDiagram-v2\n  state a {",
    ):
        with pytest.raises(DIAGRAMS.NotUnderstood):
            DIAGRAMS.html(source)


def test_words_between_two_have_the_room_that_they_need() -> None:
    text = "a word that is said between the two of them and is rather long"
    found = DIAGRAMS.read(f"participant A as a\nparticipant B as b\nA->>B: {text}\nB--xA: <b>")
    places = DIAGRAMS._places(found)
    assert places[1] - places[0] > len(text) * DIAGRAMS.CHAR
    assert "&lt;b&gt;" in DIAGRAMS.svg(found)


def leads_nowhere(page: Path, target: str) -> bool:
    """Whether a link within the site does."""
    parts = urlsplit(target)
    return not parts.scheme and bool(parts.path) and not (page.parent / parts.path).is_file()


def test_every_page_is_on_the_site_and_every_link_of_it_leads_somewhere(tmp_path: Path) -> None:
    pages = SITE.assemble(tmp_path)
    ours = {str(path.relative_to(ROOT).with_suffix("")) for path in (ROOT / "docs").rglob("*.md")}
    assert ours < pages
    assert {"index", "SECURITY", "examples/receivers/README"} < pages
    broken = [
        f"{page}: {link.target}"
        for page in pages
        for link in links(tmp_path / f"{page}.md")
        if leads_nowhere(tmp_path / f"{page}.md", link.target)
    ]
    assert broken == []


def test_every_page_has_one_place_in_the_contents(tmp_path: Path) -> None:
    pages = SITE.assemble(tmp_path)
    trees = SITE.contents((tmp_path / "index.md").read_text(encoding="utf-8"), pages)
    below = "".join(
        (tmp_path / f"{page}.md").read_text("utf-8") for page in pages if "/index" in page
    )
    listed = re.findall(r"^(?!`|:|-|#)(\S+)$", trees, re.MULTILINE)
    assert len(listed) == len(set(listed))
    code = {page for page in pages if page.endswith("/index") and not page.startswith("docs/")}
    for page in pages - {"index", *listed, *code}:
        assert re.search(rf"^{re.escape(Path(page).name)}$", below, re.MULTILINE), page


def test_what_is_fetched_from_elsewhere_is_seen(tmp_path: Path) -> None:
    (tmp_path / "good.html").write_text('<a href="https://example.org"></a><img src="a.png">')
    (tmp_path / "good.css").write_text("a { background: url(a.png) }")
    assert SITE.elsewhere(tmp_path) == []
    (tmp_path / "bad.html").write_text('<script async src="https://cdn.example/x.js"></script>')
    (tmp_path / "also.html").write_text("<link rel='stylesheet' href='//fonts.example/x.css'>")
    (tmp_path / "bad.css").write_text("@import 'https://fonts.example/x.css';")
    seen = {path.name for path in SITE.elsewhere(tmp_path)}
    assert seen == {"bad.html", "also.html", "bad.css"}


def test_the_generator_is_locked_with_hashes() -> None:
    locked = (TOOLS / "requirements.lock").read_text(encoding="utf-8")
    entries = re.findall(r"^([a-z0-9-]+)==", locked, re.MULTILINE)
    assert {"furo", "myst-parser", "sphinx"} <= set(entries)
    assert locked.count("--hash=sha256:") >= len(entries)
    assert "://" not in locked
