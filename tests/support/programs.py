"""Programs that a fleet might push: the one of the package with a change, packed and signed as the
real product does it."""

from __future__ import annotations

import compileall
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from py_compile import PycInvalidationMode

Patch = Callable[[str], str]
"""The text of a file, and what becomes of it."""
SITE = "lib/python3.11/site-packages"


def replaced(old: str, new: str) -> Patch:
    """One place in a file, which has to be there."""

    def patch(text: str) -> str:
        assert text.count(old) == 1, (old, text.count(old))
        return text.replace(old, new)

    return patch


def every(*patches: Patch) -> Patch:
    """One after the other."""

    def patch(text: str) -> str:
        for one in patches:
            text = one(text)
        return text

    return patch


ONE_STEP_MORE = {
    "heimvakt/store/migrations.py": every(
        replaced(
            "WAYS_BACK: Ways = {",
            'WAYS_BACK: Ways = {3: ("DROP TABLE rooms", "ALTER TABLE alarms DROP COLUMN place"), ',
        ),
        replaced(
            '\n)\n"""Step n brings',
            """
    (
        "ALTER TABLE alarms ADD COLUMN place TEXT",
        "CREATE TABLE rooms (name TEXT PRIMARY KEY) STRICT",
        "INSERT INTO rooms SELECT alarm_id FROM alarms",
    ),
)
\"\"\"Step n brings""",
        ),
    )
}
"""Its database is of one version more."""
CRASHES = {
    "heimvakt/app/serving.py": replaced(
        "from __future__ import annotations\n",
        "from __future__ import annotations\n\nimport sys\n\n"
        'if "run" in sys.argv:\n    raise RuntimeError("it was never tried")\n',
    )
}
"""It takes the file of the home, and falls when it is to run."""
REACHES_NOBODY = {
    "heimvakt/uplinks/mqtt_dial.py": replaced(
        "        client.connect(\n",
        '        raise OSError(113, "nobody is there")\n        client.connect(\n',
    )
}
"""It runs, watches the home, and comes through to no broker."""


def changed(deb: Path, folder: Path, version: str, patches: Mapping[str, Patch]) -> Path:
    """The program of a package as another version, with some files changed."""
    folder.mkdir()
    subprocess.run(["dpkg-deb", "-x", deb, folder], check=True)
    program = folder / "usr/lib/heimvakt"
    named: Mapping[str, Patch] = {"heimvakt/_version.py": lambda _: f'__version__ = "{version}"\n'}
    for name, patch in {**patches, **named}.items():
        file = program / SITE / name
        file.write_text(patch(file.read_text()))
        # As the package has it: whatever the source says, the byte code counts.
        compileall.compile_file(
            file,
            quiet=2,
            force=True,
            stripdir=str(folder),
            prependdir="/",
            invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        )
    return program


def bundled(program: Path, key: Path, folder: Path) -> Path:
    """Packed and signed by the command, but packed as quickly as it can be; what it was made of
    goes."""
    make = (
        "import sys; from heimvakt.updates import making; making.PRESET = 0; "
        "from heimvakt.cli import main; sys.exit(main())"
    )
    made = subprocess.run(
        [
            *(sys.executable, "-c", make, "update", "make", program, "--arch", "amd64"),
            *("--key", key, "--out", folder),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    shutil.rmtree(program)
    return Path(made.stdout.split(": ")[0])
