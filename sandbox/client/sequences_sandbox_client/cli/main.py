"""A command line: its commands, and how an error ends one. `sequences-sandbox-client` and `sequences-sandbox` share it."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from . import completion
from .options import with_environment
from .parser import CommandError, Parser
from .printable import output_written, printable_lines, write_all


@dataclass(frozen=True, slots=True)
class Program:
    """A program by its name. `add_commands` add what it can do."""

    name: str
    version: str
    description: str
    examples: Sequence[str]
    add_commands: "Sequence[Callable[[argparse._SubParsersAction[Any]], None]]"


def run(program: Program, arguments: Sequence[str] | None = None) -> int:
    """Runs a command. The exit statuses are those that the help lists."""
    write_all()
    # httpx loads its own command line, with rich, wherever rich is installed: a third of the time that a verb takes.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # what is None is taken as not installed
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        with output_written():
            options = with_environment(parser_of(program).parse_args(words))
            options.run(options)
    except CommandError as error:
        if "--json" in words:
            shown = json.dumps({"error": str(error), "exit_status": error.status, "issue": error.issue})
        else:
            shown = f"{program.name}: {printable_lines(str(error))}"
        print(shown, file=sys.stderr)
        return error.status
    except BrokenPipeError:  # whoever read our output has left
        return 0
    except KeyboardInterrupt:
        return 130
    return 0


def parser_of(program: Program) -> argparse.ArgumentParser:
    parser = Parser(
        prog=program.name,
        description=program.description,
        epilog="\n  ".join(["examples:", *(f"{program.name} {example}" for example in program.examples)]) + "\n",
    )
    parser.add_argument("--version", action="version", version=f"{program.name} {program.version}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for add in program.add_commands:
        add(commands)
    completion.add_to(commands, parser)
    return parser
