"""A mosquitto of our own: upstream, in the home of a peer, or the peer itself."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.support.ports import HeldPort

START_S_MAX = 20.0
STOP_S_MAX = 10.0
PATH = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def version() -> str | None:
    """Which it is; None: there is none."""
    if PATH is None:
        return None
    said = subprocess.run([PATH, "-h"], capture_output=True, text=True, check=False).stdout
    return said.partition("\n")[0].rpartition(" ")[2]


class Mosquitto:
    """One broker with a folder and a port that it keeps over its lives, until `close`."""

    def __init__(self, folder: Path, lines: Sequence[str] = ()) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._held = HeldPort()
        self.port = self._held.number
        self._file = folder / "mosquitto.conf"
        common = (
            f"listener {self.port} 127.0.0.1",
            "allow_anonymous true",
            # As Debian's package sets it; mosquitto itself would keep nothing.
            "persistence true",
            f"persistence_location {folder}/",
            "set_tcp_nodelay true",
            "log_type error",
            # As root it would turn into a user who may not write here.
            *(["user root"] if os.geteuid() == 0 else []),
        )
        self._file.write_text("\n".join((*common, *lines)) + "\n", encoding="utf-8")
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Return when it listens.

        Raises:
            OSError: it does not.
        """
        assert PATH is not None
        self._process = await asyncio.create_subprocess_exec(
            *(PATH, "-c", str(self._file)),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(START_S_MAX):
            while not await _listens(self.port):
                if self._process.returncode is not None:
                    raise OSError(f"mosquitto ended at once ({self._process.returncode})")
                await asyncio.sleep(0.02)  # it says to nobody that it listens

    async def kill(self) -> None:
        """End it like a power cut; harmless when it does not run."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    async def close(self) -> None:
        """The end of all its lives."""
        await self.kill()
        self._held.release()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return False
    writer.close()
    await writer.wait_closed()
    return True
