"""E-locks with readers that speak OSDP."""

from .device import OsdpDevice

__all__ = ["OsdpDevice"]
