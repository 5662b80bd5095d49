"""`sequences-sandbox`: a sandbox, what belongs to it, and the verbs of the client."""

from collections.abc import Sequence

from sequences_sandbox_client.cli import EXAMPLES, remote
from sequences_sandbox_client.cli.main import Program, run

from .. import __version__
from . import diagram, fixtures, serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns the exit status."""
    return run(program(), arguments)


def program() -> Program:
    return Program(
        "sequences-sandbox",
        __version__,
        "A sandbox of the Sequences API: it behaves as openapi.yaml says, in memory, with data of its own.",
        (
            "serve", "serve --port 0 --fixture every_status", *EXAMPLES, "diagram",
            "fixtures generate --sequences 1000 --seed 7 > big.jsonl",
        ),
        (serve.add_to, diagram.add_to, fixtures.add_to, remote.add_to),
    )  # fmt: skip
