"""What every test is held to: it leaves nothing behind.

A test that ends while a task, a thread, a child process, a socket or a serial line of its own is
still there fails, and the message names it. What shared fixtures hold for longer than one test
(a broker, say) is there before and after, and does not count.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import os
import signal
import threading
import time
import warnings
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from hypothesis import settings

from tests.support.terminals import KeptNumbers

# Shared machines are slow at times; a hang is what pytest-timeout is for. A desk looks for new
# examples in each run; what decides on a change tries the same ones each time.
settings.register_profile(
    "heimvakt", deadline=None, print_blob=True, derandomize="CI" in os.environ
)
settings.load_profile("heimvakt")

# A shell has what it runs in the background ignore Ctrl-C, and that is inherited: also by the
# commands that tests start, and send one.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

KEPT_NUMBERS = KeptNumbers()

GRACE_S = 10.0
"""How long what is about to end may take to do so; a test that left nothing waits for nothing."""


@dataclass(frozen=True, slots=True)
class Present:
    """The threads, child processes and open lines of this process."""

    threads: frozenset[threading.Thread]
    children: frozenset[int]
    lines: frozenset[str]

    @classmethod
    def now(cls) -> Present:
        return cls(frozenset(threading.enumerate()), _children(), _lines())


_PRESENT_BEFORE = pytest.StashKey[Present]()


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> None:
    """Notes what is there before the test; `pytest_runtest_teardown` compares.

    The comparison comes after every fixture, since some of them end what the test began.
    """
    request.node.stash[_PRESENT_BEFORE] = Present.now()


@pytest.fixture
async def no_task_left_behind() -> AsyncIterator[None]:
    """Set up first in every async test, hence torn down after what may still stop tasks."""
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    if left:
        _done, left = await asyncio.wait(left, timeout=GRACE_S)
    if left:
        pytest.fail("tasks left behind:\n" + "\n".join(sorted(map(repr, left))), pytrace=False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            names = item.fixturenames
            if "no_task_left_behind" not in names:
                names.insert(0, "no_task_left_behind")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    yield
    KEPT_NUMBERS.give_back()
    before = item.stash.get(_PRESENT_BEFORE, None)
    if before is None:  # set-up failed before the note was taken
        return
    left = _left_since(before)
    if left:
        pytest.fail("left behind by the test:\n" + "\n".join(left), pytrace=False)


def _left_since(before: Present) -> list[str]:
    deadline = time.monotonic() + GRACE_S
    for thread in threading.enumerate():
        if thread not in before.threads:
            thread.join(max(0.0, deadline - time.monotonic()))
    threads = [t for t in threading.enumerate() if t not in before.threads]

    children = _children() - before.children
    while children and time.monotonic() < deadline:
        time.sleep(0.02)
        children = _children() - before.children

    lines = _lines() - before.lines
    if lines:
        with warnings.catch_warnings():  # closed by who drops the last reference, if in a cycle
            warnings.simplefilter("ignore", ResourceWarning)  # whose order nobody can know
            gc.collect()
        lines = _lines() - before.lines

    return [
        *(f"thread {thread.name!r}{_doing(thread)}" for thread in threads),
        *(f"child process {pid}: {_command(pid)}" for pid in sorted(children)),
        *(f"open line {line}" for line in sorted(lines)),
    ]


def _children() -> frozenset[int]:
    try:  # cheap, and almost always the answer
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return frozenset()
    return frozenset(
        child.pid
        for child in psutil.Process().children()
        if "multiprocessing.resource_tracker" not in _command(child.pid)  # lives with the process
    )


def _lines() -> frozenset[str]:
    """Sockets and serial lines that are open, by descriptor: files are the garbage collector's."""
    lines = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            target = str(descriptor.readlink())
        except OSError:  # the descriptor of the listing itself
            continue
        if target.startswith(("socket:", "/dev/pts/", "/dev/ptmx", "/dev/tty")):
            lines.add(f"{descriptor.name} {target}")
    return frozenset(lines)


def _doing(thread: threading.Thread) -> str:
    target = getattr(thread, "_target", None)
    return f", which runs {target!r}" if target else ""


def _command(pid: int) -> str:
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return "ended, but nobody waited for it"
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return "gone meanwhile"
