"""`sequences-sandbox fixtures`: worlds of any size."""

import argparse
from typing import Any

from .options import carried_out_by


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Adds the command."""
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
    make.set_defaults(run=carried_out_by("generate_command"))
