"""The clusters of every virtual device: who it is, how full its battery is, where it is."""

from __future__ import annotations

from .zcl_values import Attribute, Type

BASIC, POWER, IDENTIFY, ON_OFF, OTA = 0x0000, 0x0001, 0x0003, 0x0006, 0x0019
BATTERY_VOLTAGE, BATTERY_PERCENT = 0x0020, 0x0021


def basics(manufacturer: str, model: str) -> dict[int, dict[int, Attribute]]:
    """By cluster and attribute, as new: with a full battery."""
    basic = {
        0x0000: Attribute(Type.UINT8, 3),
        0x0001: Attribute(Type.UINT8, 1),
        0x0002: Attribute(Type.UINT8, 1),
        0x0003: Attribute(Type.UINT8, 1),
        0x0004: Attribute(Type.STRING, manufacturer),
        0x0005: Attribute(Type.STRING, model),
        0x0006: Attribute(Type.STRING, "20260101"),
        0x0007: Attribute(Type.ENUM8, 3),  # battery
        0x4000: Attribute(Type.STRING, "1.2.3"),
    }
    power = {
        BATTERY_VOLTAGE: Attribute(Type.UINT8, 30),
        BATTERY_PERCENT: Attribute(Type.UINT8, 200),
        0x0031: Attribute(Type.ENUM8, 10),  # a coin cell
        0x0033: Attribute(Type.UINT8, 1),
    }
    identify = {0x0000: Attribute(Type.UINT16, 0, writable=True)}
    return {BASIC: basic, POWER: power, IDENTIFY: identify}
