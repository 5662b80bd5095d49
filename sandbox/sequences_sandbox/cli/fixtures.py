"""`sequences-sandbox fixtures`: worlds of any size."""

import argparse
import sys
from typing import Any

from sequences_sandbox_client.cli.parser import UsageError
from sequences_sandbox_client.cli.printable import write_utf8


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    parser = commands.add_parser("fixtures", help="make fixtures")
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    make = actions.add_parser(
        "generate",
        help="write a world of any size as JSON Lines",
        description="Writes a world of any size as JSON Lines, in constant memory; the same seed gives the same world.",
        epilog="example: sequences-sandbox fixtures generate --sequences 100000 --seed 7 --output big.jsonl",
    )
    make.add_argument("--sequences", type=int, required=True, metavar="N", help="how many runs")
    make.add_argument("--seed", type=int, default=0, metavar="S", help="what chance is drawn from (default: 0)")
    make.add_argument("--output", default="-", metavar="FILE", help="where to write (default: standard output)")
    make.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Writes the world, always in UTF-8."""
    from ..contract.files import shipped  # noqa: PLC0415  # only this command pays for what it loads
    from ..contract.lifecycles import run_lifecycle  # noqa: PLC0415
    from ..contract.reading import read_spec  # noqa: PLC0415
    from ..fixtures import generate  # noqa: PLC0415

    if options.sequences < 0:
        raise UsageError(f"--sequences is {options.sequences}; give 0 or more.")
    lifecycle = run_lifecycle(read_spec(shipped("openapi.yaml")))
    if options.output == "-":
        write_utf8()
        generate(options.sequences, options.seed, sys.stdout, lifecycle)
        return
    try:
        with open(options.output, "w", encoding="utf-8", newline="\n") as out:
            generate(options.sequences, options.seed, out, lifecycle)
    except OSError as error:
        raise UsageError(f"{options.output} cannot be written: {error.strerror}.") from None
