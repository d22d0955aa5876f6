"""Runs on the machine of a test: a radio at a TCP port with an emergency button, that joins when it
may and is pressed at each SIGUSR1."""

from __future__ import annotations

import asyncio
import signal
import sys

from heimvakt_drivers.virtual.zigbee import EmergencyButton, VirtualRadio

PORT = 7_001
POWER = 0x0001


async def main(address: str) -> None:
    """Until it is ended."""
    pressed = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, pressed.set)
    radio = VirtualRadio(seed=7)
    button = radio.add(EmergencyButton(address, retries=3))
    async with radio.serve_tcp(PORT):
        await radio.wait_permit_join()
        await button.join()
        await button.wait_bound(POWER)
        await button.release()  # it is heard, and nobody has pressed it
        while True:
            await pressed.wait()
            pressed.clear()
            await button.press()
            await button.release()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
