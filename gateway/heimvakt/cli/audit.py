"""`heimvakt audit`: who ordered and did what with locks, doses and modes, and whether the log of it
is as it was written. Works while the service runs, and while it does not."""

from __future__ import annotations

import fcntl
import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Annotated, Any, NoReturn

import typer

from heimvakt.core.audit_chain import Broken, Followed, Row, follow, whole
from heimvakt.store.store import FILE

from .client import SocketOption, ask, is_there
from .exits import Exit, fail
from .times import local

PAGE = 500
STATE = Path("/var/lib/heimvakt")
HIDDEN = frozenset({"number", "previous", "at", "clock", "seq", "what"})
FIRST = ("verb", "device", "is", "result", "by", "alarm", "code", "reason")
"""Of an entry, what most people look for."""

group = typer.Typer(
    name="audit",
    help="Who ordered and did what with locks, doses and modes.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
StateOption = Annotated[
    Path,
    typer.Option("--state", help="Where the database is, while no service runs."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]


class Log:
    """The rows, from the running service or else from its database."""

    def __init__(self, socket: Path | None, state: Path) -> None:
        self._socket = socket
        self._file = state / FILE
        self.last = 0
        """The highest number that was ever given; known after the rows were read."""
        self.timezone = "UTC"

    def rows(self) -> Iterator[Row]:
        """All of them, oldest first."""
        yield from self._asked() if is_there(self._socket) else self._read()

    def _asked(self) -> Iterator[Row]:
        after = 0
        while True:
            answer = ask(self._socket, {"do": "audit", "after": after})
            self.last, self.timezone = answer["last"], answer["timezone"]
            rows = [Row(row["number"], row["hash"], row["body"]) for row in answer["rows"]]
            yield from rows
            if not rows:
                return
            after = rows[-1].number

    def _read(self) -> Iterator[Row]:
        if not self._file.exists():
            fail(
                Exit.NO_SERVICE,
                f"no service runs, and {self._file} is not there",
                "name the folder of the database: --state DIR",
            )
        try:
            with _at_rest(self._file) as copy, closing(sqlite3.connect(copy, uri=True)) as database:
                database.text_factory = lambda stored: stored.decode(errors="replace")
                yield from self._of(database)
        except OSError as error:
            fail(Exit.FOUND, f"{self._file}: {error.strerror}", "try again with sudo")
        except sqlite3.Error as error:
            self._unreadable(error)

    def _of(self, database: sqlite3.Connection) -> Iterator[Row]:
        after = 0
        given = database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone()
        self.last = int(given[0]) if given else 0
        query = "SELECT number, hash, body FROM audit WHERE number > ? ORDER BY number LIMIT ?"
        while rows := [Row(*row) for row in database.execute(query, (after, PAGE))]:
            yield from rows
            after = rows[-1].number

    def _unreadable(self, error: sqlite3.Error) -> NoReturn:
        hint = "try again with sudo"
        if "no such table" in str(error):
            hint = "it was written by an older version, which kept no such log"
        fail(Exit.FOUND, f"{self._file}: {error}", hint)


@contextmanager
def _at_rest(file: Path) -> Iterator[str]:
    """A database that nobody has open, as SQLite is told to open it: so that it leaves no file of
    another owner beside it. One that was not ended in order is read from a copy."""
    with (file.parent / "lock").open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            fail(Exit.NO_SERVICE, "a service is using it", "name its socket: --socket FILE")
        log = file.with_name(f"{file.name}-wal")
        if not log.exists():
            yield f"{file.absolute().as_uri()}?mode=ro&immutable=1"
            return
        with TemporaryDirectory() as folder:
            for part in (file, log):
                copyfile(part, Path(folder) / part.name)
            yield (Path(folder) / file.name).as_uri()


@group.command(epilog="Example: heimvakt audit show --device front-lock")
def show(
    limit: Annotated[int, typer.Option(help="How many of the newest.", min=1)] = 50,
    device: Annotated[str | None, typer.Option(help="Only of this device.")] = None,
    as_json: JsonOption = False,
    state: StateOption = STATE,
    socket: SocketOption = None,
) -> None:
    """Print the newest entries, the newest last."""
    log = Log(socket, state)
    bodies = [body for row in log.rows() if (body := _body(row)) is not None]
    if device is not None:
        bodies = [body for body in bodies if body.get("device") == device]
    if as_json:
        print(json.dumps(bodies[-limit:], ensure_ascii=False, indent=2))
        return
    if not bodies:
        print("nothing yet")
    for body in bodies[-limit:]:
        print(line(body, log.timezone))


@group.command(epilog="Example: heimvakt audit verify --file audit.jsonl")
def verify(
    file: Annotated[
        Path | None, typer.Option(help="What `export` has written, instead of the log itself.")
    ] = None,
    as_json: JsonOption = False,
    state: StateOption = STATE,
    socket: SocketOption = None,
) -> None:
    """Follow the chain from the oldest row to the newest; ends with 1 where it is broken."""
    log = Log(socket, state)
    followed = follow(log.rows() if file is None else _exported(file))
    broken = whole(followed, log.last if file is None else followed.number)
    if as_json:
        print(json.dumps(_verdict(followed, broken)))
    elif broken is not None:
        print(f"BROKEN at row {broken.number}: {broken.reason}")
    elif not followed.rows:
        print("nothing yet")
    else:
        print(
            f"whole: {followed.rows} rows, {followed.first} to {followed.number}, "
            f"the last is {followed.hash}"
        )
    raise typer.Exit(Exit.FOUND if broken is not None else Exit.GOOD)


@group.command(epilog="Example: heimvakt audit export > audit.jsonl")
def export(state: StateOption = STATE, socket: SocketOption = None) -> None:
    """Print every row as a line of JSON, for those who keep it elsewhere."""
    for row in Log(socket, state).rows():
        print(json.dumps({"hash": row.hash, "body": row.body}, ensure_ascii=False))


def line(body: dict[str, Any], timezone: str) -> str:
    """An entry as a person reads it."""
    at = local(str(body.get("at")), timezone)
    order = [key for key in FIRST if key in body]
    order += [key for key in body if key not in HIDDEN and key not in FIRST]
    about = " ".join(f"{key}={body[key]}" for key in order)
    return f"{body.get('number'):>6}  {at:%Y-%m-%d %H:%M:%S}  {body.get('what', ''):<13}  {about}"


def _body(row: Row) -> dict[str, Any] | None:
    try:
        body = json.loads(row.body)
    except (ValueError, RecursionError):
        print(f"row {row.number} cannot be read: heimvakt audit verify", file=sys.stderr)
        return None
    return body if isinstance(body, dict) else None


def _exported(file: Path) -> Iterator[Row]:
    try:
        with file.open(encoding="utf-8") as lines:
            for text in lines:
                said = json.loads(text)
                number = json.loads(said["body"])["number"]
                yield Row(int(number), said["hash"], said["body"])
    except OSError as error:
        fail(Exit.USAGE, f"{file}: {error.strerror}")
    except (ValueError, KeyError, TypeError, RecursionError):
        fail(Exit.FOUND, f"{file} is not what export writes")


def _verdict(followed: Followed, broken: Broken | None) -> dict[str, object]:
    return {
        "whole": broken is None,
        "rows": followed.rows,
        "first": followed.first,
        "last": followed.number,
        "hash": followed.hash,
        "broken_at": broken.number if broken else None,
        "reason": broken.reason if broken else None,
    }
