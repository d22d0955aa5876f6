"""The kind of rule that a home makes up for itself, in small steps that are each read alone."""

from .rule import KIND

__all__ = ["KIND"]
