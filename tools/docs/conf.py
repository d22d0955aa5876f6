"""Settings of the documentation site: Sphinx reads the Markdown that forges show, and no other."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from docutils import nodes

sys.path.insert(0, str(Path(__file__).parent))
import diagrams

project = "Heimvakt"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
html_theme = "furo"
html_title = "Heimvakt"
html_static_path = [str(Path(__file__).parent / "static")]
html_css_files = ["heimvakt.css"]
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_use_index = False
html_domain_indices = False
pygments_style = "default"
# Anchors as forges make them, so that one link is right in both.
myst_heading_anchors = 6
# Excerpts of messages, with "..." in them, are no whole JSON.
suppress_warnings = ["misc.highlighting_failure"]


def _draw(_app: Any, doctree: nodes.document) -> None:
    """Put a picture in the place of each diagram."""
    for block in list(doctree.findall(nodes.literal_block)):
        if block.get("language") == "mermaid":
            drawn = diagrams.html(block.astext())
            block.replace_self(nodes.raw("", f'<div class="diagram">{drawn}</div>', format="html"))


def setup(app: Any) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("doctree-read", _draw)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
