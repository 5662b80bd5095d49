"""`sequences-sandbox`: the commands, and how an error ends one."""

import argparse
import os
import sys
from collections.abc import Sequence

from .. import __version__
from . import diagram, fixtures, remote, serve
from .options import Parser, UsageError, with_environment
from .printable import printable_lines, write_all

_COMMANDS = (serve, diagram, fixtures, remote)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command. The exit status is 0, or 2 for a command that cannot be carried out as it was given."""
    write_all()
    try:
        options = with_environment(_parser().parse_args(arguments))
        options.run(options)
    except UsageError as error:
        print(f"sequences-sandbox: {printable_lines(str(error))}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever read our output has left; the interpreter must not fail again when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="sequences-sandbox",
        description="A sandbox of the Sequences API: it behaves as openapi.yaml says, in memory, with data of its own.",
        epilog="examples:\n  sequences-sandbox serve\n  sequences-sandbox serve --port 0 --fixture every_status\n"
        "  sequences-sandbox clock advance P2D\n"
        "  sequences-sandbox faults add --on pauseSequence --nth 3 --status 429\n"
        "  sequences-sandbox diagram\n  sequences-sandbox fixtures generate --sequences 1000 --seed 7 > big.jsonl",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"sequences-sandbox {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add_to(commands)
    return parser
