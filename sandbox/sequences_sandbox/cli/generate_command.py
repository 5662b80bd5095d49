"""What `fixtures generate` does."""

import argparse
import sys

from ..contract.files import shipped
from ..contract.reading import read_lifecycle, read_spec
from ..fixtures import generate
from .options import UsageError


def run(options: argparse.Namespace) -> None:
    """Writes the world."""
    if options.sequences < 0:
        raise UsageError(f"--sequences is {options.sequences}; give 0 or more.")
    lifecycle = read_lifecycle(read_spec(shipped("openapi.yaml")))
    if options.output == "-":
        generate(options.sequences, options.seed, sys.stdout, lifecycle)
        return
    try:
        with open(options.output, "w", encoding="utf-8") as out:
            generate(options.sequences, options.seed, out, lifecycle)
    except OSError as error:
        raise UsageError(f"{options.output} cannot be written: {error.strerror}.") from None
