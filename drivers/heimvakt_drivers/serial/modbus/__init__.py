"""Relay boards that move a lock, by Modbus RTU. No secret protects this wire: it belongs on the
inside of the door, and the board too."""
