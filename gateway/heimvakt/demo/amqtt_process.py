"""amqtt in a process of its own: `python -m heimvakt.demo.amqtt_process`.

A process and not a thread, so that it takes no time from the gateway's event loop, and so that its
logging and its leftovers are its own. It says its port in one line, and ends when its standard
input does: nothing can leave it behind, not even a SIGKILL of who started it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys

MISSING = 3
"""Exit code: amqtt is not installed."""


async def serve(port: int) -> None:
    """Be a broker on loopback until standard input ends; port 0: any that is free."""
    from amqtt.broker import Broker

    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
            "plugins": {"heimvakt.demo.amqtt_plugin.Everybody": {}},
        }
    )
    await broker.start()
    # It has no public way to say which port it got; the version is pinned to 0.12.
    server = broker._servers["default"].instance
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
    os._exit(0)  # its own shutdown waits 5 s for clients, and there is nothing to save


def main() -> int:
    """Serve; `MISSING` when amqtt is not there."""
    logging.disable(logging.CRITICAL)
    try:
        asyncio.run(serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
    except ModuleNotFoundError as error:
        print(error, file=sys.stderr)
        return MISSING
    return 0


if __name__ == "__main__":
    sys.exit(main())
