"""Relay boards that speak Modbus RTU."""

from .board import ModbusBoard

__all__ = ["ModbusBoard"]
