"""A command line: its commands, and how an error ends one. `sequences-sandbox-client` and `sequences-sandbox` share it."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .options import Parser, UsageError, with_environment
from .printable import printable_lines, write_all


@dataclass(frozen=True, slots=True)
class Program:
    """A program by its name. `add_commands` add what it can do."""

    name: str
    version: str
    description: str
    examples: Sequence[str]
    add_commands: "Sequence[Callable[[argparse._SubParsersAction[Any]], None]]"


def run(program: Program, arguments: Sequence[str] | None = None) -> int:
    """Runs a command. The exit status is 0, or 2 for a command that cannot be carried out as it was given."""
    write_all()
    try:
        options = with_environment(_parser(program).parse_args(arguments))
        options.run(options)
    except UsageError as error:
        print(f"{program.name}: {printable_lines(str(error))}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever read our output has left; the interpreter must not fail again when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return 130
    return 0


def _parser(program: Program) -> argparse.ArgumentParser:
    parser = Parser(
        prog=program.name,
        description=program.description,
        epilog="\n  ".join(["examples:", *(f"{program.name} {example}" for example in program.examples)]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"{program.name} {program.version}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for add in program.add_commands:
        add(commands)
    return parser
