"""Build the documentation site: `make_site.py OUT`, in the environment of tools/set-up-docs.

The sources are the documents as they lie in the project. What a link names and is no page is taken
along; a folder that is linked becomes a page that lists it. Every warning is an error. In the end
every page is looked at: nothing in it may be fetched from elsewhere, so that it can be read where
there is no network, from a disk.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TITLES = {"adr": "Decisions", "messages": "Schemas of the messages"}
_LINK = re.compile(r"(\]\()([^)\s#]+)((?:#[^)\s]*)?\))")
_FETCHED = re.compile(r"""<(?:script|img|iframe|link|source)\b[^>]*?(?:src|href)=["'](\w+:)?//""")
_IMPORTED = re.compile(r"""(?:@import|url\()\s*["']?(?:\w+:)?//""")
_ROW = re.compile(r"^\| (an? [^|]+) \| (.+) \|$", re.MULTILINE)


def main() -> int:
    """Build it, and say where it is."""
    out = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="heimvakt-docs-") as folder:
        source = Path(folder)
        pages = assemble(source)
        index = source / "index.md"
        readme = index.read_text("utf-8")
        index.write_text(readme + contents(readme, pages), "utf-8")
        shutil.rmtree(out, ignore_errors=True)
        command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", "-E"]
        built = subprocess.run([*command, "-c", HERE, source, out], check=False)
    if built.returncode:
        return built.returncode
    fetched = [str(path) for path in elsewhere(out)]
    if fetched:
        print("these fetch something from elsewhere:", *fetched, sep="\n  ", file=sys.stderr)
        return 1
    shutil.rmtree(out / ".doctrees", ignore_errors=True)
    print(f"{sum(1 for _ in out.rglob('*.html'))} pages: {out / 'index.html'}")
    return 0


def assemble(source: Path) -> set[str]:
    """Lay out the pages and all that they link to; gives the pages, by their names for Sphinx."""
    todo = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    done: set[Path] = set()
    while todo:
        path = todo.pop()
        if path in done:
            continue
        done.add(path)
        place = source / _name(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            place.write_text(_listed(path, todo), "utf-8")
        elif path.suffix != ".md":
            shutil.copy(path, place)
        else:
            text = _LINK.sub(partial(_link, path, todo), path.read_text("utf-8"))
            place.write_text(text, "utf-8")
    return {str(_name(path).with_suffix("")) for path in done if _name(path).suffix == ".md"}


def _name(path: Path) -> Path:
    """Where it lies among the sources; README is the first page, and folders have one too."""
    name = path.relative_to(ROOT)
    if name == Path("README.md"):
        return Path("index.md")
    return name / "index.md" if path.is_dir() else name


def _link(page: Path, todo: list[Path], found: re.Match[str]) -> str:
    """The link as it has to be on the site; what it names is to be laid out too."""
    target = found[2]
    to = (page.parent / target).resolve()
    if urlsplit(target).scheme or not to.is_relative_to(ROOT) or not to.exists():
        return found[0]
    if to.is_dir() and (to / "README.md").is_file():
        to /= "README.md"
    todo.append(to)
    up = "../" * len(page.parent.relative_to(ROOT).parts)
    return f"{found[1]}{up}{_name(to)}{found[3]}"


def _listed(folder: Path, todo: list[Path]) -> str:
    """Documents are taken along, below this page; code is only named."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    title = TITLES.get(folder.name, str(folder.relative_to(ROOT)))
    if not folder.is_relative_to(ROOT / "docs"):
        names = "".join(f"- `{path.name}`\n" for path in files)
        return f"---\norphan: true\n---\n# {title}\n\n{names}"
    todo += files
    listed = "".join(f"- [{_title(path)}]({path.name})\n" for path in files)
    below = [path.stem for path in files if path.suffix == ".md"]
    return f"# {title}\n\n{listed}\n{_tree('', below)}"


def _title(path: Path) -> str:
    if path.suffix != ".md":
        return path.name
    return path.read_text("utf-8").partition("# ")[2].partition("\n")[0] or path.name


def contents(readme: str, pages: set[str]) -> str:
    """The tree of contents: who reads what, as README has it; then all the rest."""
    # What is in a folder that has a page stands below that; folders of code are not in the tree.
    left = {page for page in pages - {"index"} if f"{Path(page).parent}/index" not in pages}
    left |= {page for page in pages if page.startswith("docs/") and page.endswith("/index")}
    trees = []
    for who, cell in _ROW.findall(readme):
        names = [target.removesuffix(".md") for _, target, _ in _LINK.findall(cell)]
        mine = [name for name in dict.fromkeys(names) if name in left]
        left -= set(mine)
        trees.append(_tree(f"For {who.strip()}", mine))
    trees.append(_tree("And besides", sorted(left)))
    return "\n" + "\n".join(trees)


def _tree(caption: str, names: list[str]) -> str:
    options = ":hidden:\n" + (f":caption: {caption}\n" if caption else "")
    lines = "\n".join(names)
    return f"```{{toctree}}\n{options}\n{lines}\n```\n" if names else ""


def elsewhere(out: Path) -> list[Path]:
    """Pages and styles that fetch something from another place."""
    pages = [path for path in out.rglob("*.html") if _FETCHED.search(path.read_text("utf-8"))]
    styles = [path for path in out.rglob("*.css") if _IMPORTED.search(path.read_text("utf-8"))]
    return pages + styles


if __name__ == "__main__":
    sys.exit(main())
