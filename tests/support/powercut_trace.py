"""What a process did to the files of one folder, in order, as strace saw it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CALLS = (
    "openat,open,creat,write,pwrite64,writev,pwritev,pwritev2,fsync,fdatasync,sync,syncfs,"
    "sync_file_range,ftruncate,truncate,fallocate,unlink,unlinkat,rename,renameat,renameat2,link,"
    "linkat,symlink,copy_file_range,sendfile,dup,dup2"
)
SHARED_MEMORY = "-shm"
"""SQLite makes it anew after a power cut; it is mapped, so that its contents are in no trace."""


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes that were given to the kernel; a power cut may drop any sector of them."""

    name: str
    at: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Resize:
    """A file was cut or made longer (with zeros)."""

    name: str
    size: int
    only_longer: bool = False


@dataclass(frozen=True, slots=True)
class Create:
    """A name is there from now on; if it was not before, its file is empty."""

    name: str


@dataclass(frozen=True, slots=True)
class Rename:
    """A name moved, over another if there was one."""

    name: str
    to: str


@dataclass(frozen=True, slots=True)
class Link:
    """A file got a second name."""

    name: str
    also: str


@dataclass(frozen=True, slots=True)
class Unlink:
    """A name went away."""

    name: str


@dataclass(frozen=True, slots=True)
class Flush:
    """The kernel promised that the file (or the folder: no name) is on the disk."""

    name: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """The process said something to the world: from here on it holds."""

    text: str


Step = Write | Resize | Create | Rename | Link | Unlink | Flush | Said

_LINE = re.compile(rb"^(\d+) +(\w+)\((.*)\) += (-?\d+|\?)(.*)$", re.DOTALL)
_UNFINISHED = re.compile(rb"^(\d+) +(.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(rb"^(\d+) +<\.\.\. \w+ resumed>(.*)$")
_FD = re.compile(rb"^(\d+|AT_FDCWD)<((?:\\x[0-9a-f]{2})*)>")
_TEXT = re.compile(rb'"((?:\\x[0-9a-f]{2})*)"')


def record(module: str, folder: Path, *args: str, trace: Path) -> list[Step]:
    """Run `python -m module folder *args` under strace and return what it did.

    Raises:
        AssertionError: it failed, or did something to the folder that this does not understand.
    """
    command = [
        *("strace", "-f", "-y", "-xx", "-s", "4000000", "--seccomp-bpf", "-o", str(trace)),
        *("-e", f"trace={CALLS}", sys.executable, "-m", module, str(folder), *args),
    ]
    ended = subprocess.run(command, capture_output=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr.decode()[-2000:]
    return list(Reader(folder).read(trace))


@dataclass
class Reader:
    """From lines to steps."""

    folder: Path
    _positions: dict[int, int] = field(default_factory=dict)
    """Where `write` goes next, by file descriptor."""
    _open: dict[bytes, bytes] = field(default_factory=dict)
    """What a thread has begun and not ended; a call counts where it begins, a flush where it
    ends."""

    def read(self, trace: Path) -> Iterator[Step]:
        """Every step, in order."""
        with trace.open("rb") as lines:
            for raw in lines:
                yield from self._line(raw.rstrip(b"\n"))

    def _line(self, line: bytes) -> Iterator[Step]:
        if begun := _UNFINISHED.match(line):
            pid, rest = begun.groups()
            self._open[pid] = rest
            if not rest.startswith((b"fsync", b"fdatasync")):
                # Its bytes may be on the disk from now on; that it succeeds is what we hope.
                yield from self._call(pid + b" " + rest + b") = " + _claimed(rest), may_fail=True)
            return
        if ended := _RESUMED.match(line):
            pid, rest = ended.groups()
            begun_as = self._open.pop(pid, b"")
            if begun_as.startswith((b"fsync", b"fdatasync")):
                yield from self._call(pid + b" " + begun_as + rest)
            elif begun_as:
                assert b"= -1" not in rest, f"a call failed half way: {rest!r}"
            return
        yield from self._call(line)

    def _call(self, line: bytes, *, may_fail: bool = False) -> Iterator[Step]:
        found = _LINE.match(line)
        if found is None:
            return  # signals and exits
        _, call, args, result, tail = found.groups()
        name = call.decode()
        if int(result) < 0 if result != b"?" else True:
            return
        if name == "write" and args.startswith(b"1<"):
            for said in _bytes(args).decode(errors="replace").splitlines():
                yield Said(said)
            return
        yield from self._file_call(name, args, int(result), tail)

    def _file_call(self, call: str, args: bytes, result: int, tail: bytes) -> Iterator[Step]:
        match call:
            case "openat":
                yield from self._opened(args, result)
            case "rename" | "renameat" | "renameat2":
                first, second = (Path(_decode(t)) for t in _TEXT.findall(args))
                if self._is_ours(first):
                    assert self._is_ours(second), f"renamed out of the folder: {second}"
                    yield Rename(first.name, second.name)
            case "link" | "linkat":
                first, second = (Path(_decode(t)) for t in _TEXT.findall(args))
                if self._is_ours(first):
                    yield Link(first.name, second.name)
            case "unlink" | "unlinkat":
                (gone,) = (Path(_decode(t)) for t in _TEXT.findall(args))
                if self._is_ours(gone) and not gone.name.endswith(SHARED_MEMORY):
                    yield Unlink(gone.name)
            case _:
                owner = _FD.match(args)
                if owner is not None:
                    yield from self._with_file(
                        call, int(owner[1]), Path(_decode(owner[2])), args, result
                    )

    def _opened(self, args: bytes, fd: int) -> Iterator[Step]:
        path = Path(_decode(_TEXT.findall(args)[0]))
        self._positions[fd] = 0
        if not self._is_ours(path) or path.name.endswith(SHARED_MEMORY):
            return
        flags = args.partition(b'", ')[2]
        if b"O_CREAT" in flags:
            yield Create(path.name)
        if b"O_TRUNC" in flags:
            yield Resize(path.name, 0)
        assert b"O_APPEND" not in flags, f"{path} is appended to: this is not understood"

    def _with_file(
        self, call: str, fd: int, path: Path, args: bytes, result: int
    ) -> Iterator[Step]:
        if path == self.folder and call in ("fsync", "fdatasync"):
            yield Flush(None)
            return
        if not self._is_ours(path) or path.name.endswith(SHARED_MEMORY):
            return
        match call:
            case "pwrite64":
                yield Write(path.name, int(args.rpartition(b", ")[2]), _bytes(args)[:result])
            case "write":
                at = self._positions.get(fd, 0)
                self._positions[fd] = at + result
                yield Write(path.name, at, _bytes(args)[:result])
            case "fsync" | "fdatasync":
                yield Flush(path.name)
            case "ftruncate":
                yield Resize(path.name, int(args.rpartition(b", ")[2]))
            case "fallocate":
                _, mode, start, length = args.rsplit(b", ", 3)
                assert mode == b"0", f"fallocate in the mode {mode!r} is not understood"
                yield Resize(path.name, int(start) + int(length), only_longer=True)
            case _:
                raise AssertionError(f"{call} on {path} is not understood")

    def _is_ours(self, path: Path) -> bool:
        return path.parent == self.folder


def _claimed(begun: bytes) -> bytes:
    """The result of a call that will succeed, so far as its arguments tell it."""
    if begun.startswith((b"write(", b"pwrite64(")):
        return str(len(_bytes(begun))).encode()
    return b"0"


def _bytes(args: bytes) -> bytes:
    found = _TEXT.search(args)
    assert found is not None, args[:100]
    return bytes.fromhex(found[1].replace(rb"\x", b"").decode())


def _decode(escaped: bytes) -> str:
    return bytes.fromhex(escaped.replace(rb"\x", b"").decode()).decode()
