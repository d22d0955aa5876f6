"""Heimvakt: the gateway in the home of someone who needs help.

The core decides, the shell does: see `docs/architecture.md`.
"""

from heimvakt._version import __version__

__all__ = ["__version__"]
