"""`sequences-sandbox diagram`: the lifecycle as Mermaid."""

import argparse
from typing import Any

from .options import carried_out_by


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Adds the command."""
    parser = commands.add_parser("diagram", help="print the lifecycle of a sequence as a Mermaid diagram")
    parser.set_defaults(run=carried_out_by("diagram_command"))
