"""The version: its one source, read here by the build and by the program."""

__version__ = "0.1.0"
