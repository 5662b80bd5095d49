"""`sequences-sandbox diagram`: the lifecycle as Mermaid."""

import argparse
from typing import Any

from ..paths import shipped
from ..spec import read_lifecycle, read_spec


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Adds the command."""
    parser = commands.add_parser("diagram", help="print the lifecycle of a sequence as a Mermaid diagram")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Prints the diagram."""
    print(read_lifecycle(read_spec(shipped("openapi.yaml"))).mermaid())
