"""What `diagram` does."""

import argparse

from ..paths import shipped
from ..spec import read_lifecycle, read_spec


def run(options: argparse.Namespace) -> None:
    """Prints the diagram."""
    print(read_lifecycle(read_spec(shipped("openapi.yaml"))).mermaid())
