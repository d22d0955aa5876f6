"""What is all there lies on large pages afterwards; what has a hole stays as small as it is."""

from __future__ import annotations

import ctypes
import mmap
import platform
from array import array
from pathlib import Path

import pytest

from heimvakt.runtime import large_pages
from heimvakt.runtime.large_pages import use_large_pages

SIZE = large_pages._size()
PIECES = 4
LINUX = tuple(int(part) for part in platform.release().split("-")[0].split(".")[:2])

pytestmark = pytest.mark.skipif(
    SIZE is None, reason="the kernel gives no large pages (transparent_hugepage)"
)

by_asking_alone = pytest.mark.skipif(
    "[madvise]" not in (large_pages.KERNEL / "enabled").read_text() if SIZE else True,
    reason="the kernel makes large pages by itself, at any time",
)


def begin(memory: mmap.mmap) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(memory))


def on_large_pages(memory: mmap.mmap) -> int:
    """How many octets of the mapping in which it lies."""
    inside = False
    for line in Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines():
        first, _, rest = line.partition(" ")
        if "-" in first:
            span = [int(part, 16) for part in first.split("-")]
            inside = span[0] <= begin(memory) < span[1]
        elif inside and first == "AnonHugePages:":
            return int(rest.split()[0]) * 1024
    raise AssertionError("the kernel does not know it")


def there(memory: mmap.mmap) -> int:
    """How many of its small pages take memory."""
    with Path("/proc/self/pagemap").open("rb", buffering=0) as pages:
        pages.seek(begin(memory) // mmap.PAGESIZE * large_pages.ENTRY)
        entries = array("Q", pages.read(len(memory) // mmap.PAGESIZE * large_pages.ENTRY))
    return sum(entry >> 63 for entry in entries)


@pytest.fixture
def memory() -> mmap.mmap:
    assert SIZE is not None
    memory = mmap.mmap(-1, PIECES * SIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(mmap.MADV_DONTDUMP)  # nothing beside it says so: a mapping of its own
    return memory


@by_asking_alone
@pytest.mark.skipif(LINUX < (6, 1), reason="Linux before 6.1 does not know MADV_COLLAPSE")
async def test_memory_that_is_all_there_lies_on_large_pages(memory: mmap.mmap) -> None:
    memory.write(b"x" * len(memory))
    assert on_large_pages(memory) == 0
    assert SIZE is not None
    assert await use_large_pages() >= (PIECES - 1) * SIZE
    assert on_large_pages(memory) >= (PIECES - 1) * SIZE
    assert memory[:2] == b"xx"
    assert memory[-2:] == b"xx"


@by_asking_alone
async def test_memory_with_holes_takes_no_more_than_before(memory: mmap.mmap) -> None:
    for at in range(0, len(memory), 2 * mmap.PAGESIZE):
        memory[at] = 1
    before = there(memory)
    assert before == len(memory) // mmap.PAGESIZE // 2
    await use_large_pages()
    assert there(memory) == before


async def test_a_kernel_that_was_told_to_give_none_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "enabled").write_text("always madvise [never]\n")
    (tmp_path / "hpage_pmd_size").write_text("2097152\n")
    monkeypatch.setattr(large_pages, "KERNEL", tmp_path)
    assert await use_large_pages() == 0


async def test_a_kernel_without_them_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large_pages, "KERNEL", tmp_path / "nothing")
    assert await use_large_pages() == 0


async def test_a_kernel_that_does_not_say_where_memory_lies_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large_pages, "OWN", tmp_path)
    assert await use_large_pages() == 0
