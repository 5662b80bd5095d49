"""The command line, one file per command; `main` is the entry point."""

from importlib.util import find_spec

if find_spec("sequences_sandbox_client") is None:  # another distribution that held the same files was removed
    raise SystemExit("sequences-sandbox: a part of the installation is missing; install sequences-sandbox again.")

from .main import main  # after the check, which explains why it fails

__all__ = ["main"]
