"""What virtual locks have in common, whatever they speak: mechanics, and a line with faults."""

from .body import LockBody
from .bus import VirtualBus

__all__ = ["LockBody", "VirtualBus"]
