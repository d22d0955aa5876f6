"""Signed orders: how they are read, verified and, for tests and integrators, made."""
