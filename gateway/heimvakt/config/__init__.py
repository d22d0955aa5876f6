"""The file of a home: TOML in, one frozen `Configuration` out, or all that is wrong with it."""

from __future__ import annotations

from .catalogue import DRIVER_GROUP, CannotUse, Catalogue, installed_drivers
from .configuration import Configuration
from .findings import Finding, Severity, as_json, has_errors, render_findings
from .hardware import DriverEntry
from .loader import Loaded, load
from .rule_sections import RuleEntry
from .telling import ReceiverEntry

__all__ = [
    "DRIVER_GROUP",
    "CannotUse",
    "Catalogue",
    "Configuration",
    "DriverEntry",
    "Finding",
    "Loaded",
    "ReceiverEntry",
    "RuleEntry",
    "Severity",
    "as_json",
    "has_errors",
    "installed_drivers",
    "load",
    "render_findings",
]
