"""The guard in `conftest.py` catches each kind of mess, names it, and lets clean tests be."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

MESSY = """
import asyncio
import os
import socket
import subprocess
import threading

import pytest
from hypothesis import given, strategies as st

kept = []


async def test_task():
    kept.append(asyncio.create_task(asyncio.sleep(600), name="forgotten"))


def test_thread():
    thread = threading.Thread(target=threading.Event().wait, name="forgotten", daemon=True)
    thread.start()


def test_child():
    kept.append(subprocess.Popen(["sleep", "4"]))


def test_child_not_waited_for():
    kept.append(subprocess.Popen(["true"]))


def test_socket():
    kept.append(socket.socket())


def test_serial_line():
    kept.append(os.openpty())
"""

CLEAN = """
import asyncio
import os
import socket
import subprocess
import threading

import pytest
from hypothesis import given, strategies as st


@pytest.fixture(scope="module")
def broker():
    with subprocess.Popen(["sleep", "600"]) as process, socket.socket():
        yield process
        process.terminate()


@pytest.fixture
async def unit():
    task = asyncio.create_task(asyncio.sleep(600))
    yield task
    task.cancel()


async def test_with_a_unit(unit):
    await asyncio.sleep(0)


async def test_with_a_task_about_to_end(unit):
    asyncio.get_running_loop().task = asyncio.create_task(asyncio.sleep(0.05))


@pytest.mark.parametrize("number", [1, 2])
async def test_with_the_executor(number):
    assert await asyncio.to_thread(lambda: number) == number


def test_with_a_broker(broker):
    assert broker.poll() is None


async def test_with_both(unit, broker):
    assert broker.poll() is None


def test_with_a_thread_about_to_end():
    threading.Timer(0.1, lambda: None).start()


def test_with_everything_closed():
    subprocess.run(["true"], check=True)
    with socket.socket():
        os.close(os.open("/dev/null", os.O_RDONLY))


@given(number=st.integers())
def test_with_examples(number):
    assert isinstance(number, int)


@given(number=st.integers())
async def test_with_async_examples(number):
    assert isinstance(number, int)
"""


def run_pytest(folder: Path, source: str, grace_s: float = 2.0) -> subprocess.CompletedProcess[str]:
    conftest = Path(__file__).with_name("conftest.py").read_text()
    assert "\nGRACE_S = 10.0\n" in conftest
    (folder / "conftest.py").write_text(conftest.replace("GRACE_S = 10.0", f"GRACE_S = {grace_s}"))
    (folder / "test_it.py").write_text(source)
    # Without our "error" for warnings: here the guard is to find the mess, not the collector.
    (folder / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-rE", "-p", "no:cacheprovider", "--rootdir", folder],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> str:
    return run_pytest(tmp_path_factory.mktemp("messy"), MESSY, grace_s=0.2).stdout


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ("test_task", r"tasks left behind:\s+<Task pending name='forgotten'"),
        ("test_thread", r"thread 'forgotten', which runs"),
        ("test_child", r"child process \d+: sleep 4"),
        ("test_child_not_waited_for", r"child process \d+: ended, but nobody waited for it"),
        ("test_socket", r"open line \d+ socket:"),
        ("test_serial_line", r"open line \d+ /dev/p"),
    ],
)
def test_mess_is_caught_and_named(messy: str, test: str, message: str) -> None:
    report = re.search(
        rf"ERROR at teardown of {test} _+\n(.*?)(?:\n_{{3,}}|\n={{3,}})", messy, re.S
    )
    assert report, messy
    assert re.search(message, report[1]), report[1]


def test_clean_tests_are_let_be(tmp_path: Path) -> None:
    run = run_pytest(tmp_path, CLEAN)
    assert run.returncode == 0, run.stdout + run.stderr
