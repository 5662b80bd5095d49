"""The command line, one file per command; `main` is the entry point."""

from .main import main

__all__ = ["main"]
