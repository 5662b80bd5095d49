"""`sequences-sandbox diagram`: the lifecycle as Mermaid."""

import argparse
from typing import Any


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    parser = commands.add_parser("diagram", help="print the lifecycle of a sequence as a Mermaid diagram")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    from ..contract.files import shipped  # noqa: PLC0415  # only this command pays for what it loads
    from ..contract.lifecycles import run_lifecycle  # noqa: PLC0415
    from ..contract.reading import read_spec  # noqa: PLC0415

    print(run_lifecycle(read_spec(shipped("openapi.yaml"))).mermaid())
