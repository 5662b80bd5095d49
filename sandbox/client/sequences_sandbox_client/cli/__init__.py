"""`sequences-sandbox-client`: a running sandbox from a shell; `main` is the entry point."""

from collections.abc import Sequence
from typing import Final

from .. import __version__
from . import remote
from .main import Program, run

EXAMPLES: Final = ("clock advance P2D", "faults add --on pauseSequence --nth 3 --status 429")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns the exit status."""
    about = "Controls a running sandbox of the Sequences API: its time, its worlds, its faults, its journal."
    return run(Program("sequences-sandbox-client", __version__, about, EXAMPLES, (remote.add_to,)), arguments)
