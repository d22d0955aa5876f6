"""Every link in the documents leads somewhere: files, folders and headings, in README too.

Addresses outside are looked at and not asked: the suite works without a network.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.support.documents import ROOT, anchors, documents, links


def wrong(path: Path, target: str) -> str | None:
    """What is wrong with a link; None: nothing."""
    parts = urlsplit(target)
    if parts.scheme:
        good = parts.scheme in ("https", "mailto") and parts.path + parts.netloc
        return None if good else "an address outside begins with https://"
    to = path if not parts.path else (path.parent / unquote(parts.path)).resolve()
    if not to.is_relative_to(ROOT):
        return "it leads out of the project"
    if not to.exists():
        return "there is no such file"
    if parts.fragment and (to.suffix != ".md" or unquote(parts.fragment) not in anchors(to)):
        return f"{to.name} has no such heading; it has: {', '.join(sorted(anchors(to)))}"
    return None


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path) -> None:
    broken = [
        f"{path.relative_to(ROOT)}:{link.line}: {link.target}: {why}"
        for link in links(path)
        if (why := wrong(path, link.target)) is not None
    ]
    assert not broken, "\n".join(broken)


def test_it_sees_what_is_broken() -> None:
    here = ROOT / "docs" / "messages.md"
    assert wrong(here, "messages/alarm.v1.schema.json") is None
    assert wrong(here, "#copies") is None
    assert wrong(here, "orders.md#the-token") is None
    assert wrong(here, "https://example.org/a") is None
    for target in ("#copy", "order.md", "orders.md#a-token", "../../etc", "http://example.org"):
        assert wrong(here, target), target


def test_every_page_can_be_reached_from_the_readme() -> None:
    """What nobody finds might as well not be written."""
    found: set[Path] = set()
    todo = [ROOT / "README.md"]
    while todo:
        path = todo.pop()
        if path in found:
            continue
        found.add(path)
        for link in links(path):
            to = (path.parent / urlsplit(link.target).path).resolve()
            if to.is_dir():
                todo += to.glob("*.md")
            elif to.suffix == ".md" and to.is_file() and not urlsplit(link.target).scheme:
                todo.append(to)
    lost = {path for path in (ROOT / "docs").rglob("*.md") if path not in found}
    assert {str(path.relative_to(ROOT)) for path in lost} == set()
