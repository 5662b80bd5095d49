"""The command line of the suite."""

from .command import main

__all__ = ["main"]
