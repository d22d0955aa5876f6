"""What is all there lies on large pages afterwards; what has a hole stays as small as it is."""

from __future__ import annotations

import ctypes
import mmap
from array import array
from pathlib import Path

import pytest

from heimvakt.runtime import large_pages
from heimvakt.runtime.large_pages import use_large_pages

SIZE = large_pages._size()
PIECES = 4

pytestmark = pytest.mark.skipif(
    SIZE is None, reason="the kernel gives no large pages (transparent_hugepage)"
)


def begin(memory: mmap.mmap) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(memory))


def on_large_pages_kib(memory: mmap.mmap) -> int:
    """In the mapping in which it lies, with what the kernel has put beside it."""
    inside = False
    for line in Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines():
        first, _, rest = line.partition(" ")
        if "-" in first:
            span = [int(part, 16) for part in first.split("-")]
            inside = span[0] <= begin(memory) < span[1]
        elif inside and first == "AnonHugePages:":
            return int(rest.split()[0])
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
    # Whatever is beside it may lie in the same mapping, so it is large.
    return mmap.mmap(-1, PIECES * SIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)


async def test_memory_that_is_all_there_lies_on_large_pages(memory: mmap.mmap) -> None:
    memory.madvise(mmap.MADV_NOHUGEPAGE)  # while it is filled
    memory.write(b"x" * len(memory))
    memory.madvise(mmap.MADV_HUGEPAGE)
    before = on_large_pages_kib(memory)
    moved = await use_large_pages()
    if moved == 0:
        pytest.skip("the kernel does not know MADV_COLLAPSE: Linux before 6.1")
    after = on_large_pages_kib(memory)
    assert SIZE is not None
    assert after - before >= (PIECES - 1) * SIZE // 1024
    assert memory[:2] == b"xx"
    assert memory[-2:] == b"xx"


@pytest.mark.skipif(
    "[madvise]" not in (large_pages.KERNEL / "enabled").read_text() if SIZE else True,
    reason="the kernel makes large pages by itself, at any time",
)
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
