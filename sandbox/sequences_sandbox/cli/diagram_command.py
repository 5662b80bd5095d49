"""What `diagram` does."""

import argparse

from ..contract.files import shipped
from ..contract.reading import read_lifecycle, read_spec


def run(options: argparse.Namespace) -> None:
    """Prints the diagram."""
    print(read_lifecycle(read_spec(shipped("openapi.yaml"))).mermaid())
