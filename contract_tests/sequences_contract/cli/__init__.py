"""The console script: sees that what the suite needs is installed before any of it is imported."""

import sys
from collections.abc import Sequence
from importlib.util import find_spec

#: What the extra `contract` brings.
_NEEDED = ("httpx", "hypothesis", "jsonschema", "jsonschema_rs", "schemathesis", "yaml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status; 2, and one sentence, where the extra is not installed."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        print(
            f"sequences-contract: this command needs the extra 'contract' ({', '.join(missing)} not found);"
            " in a checkout: pip install '.[contract]'",
            file=sys.stderr,
        )
        return 2
    from .command import main as run  # noqa: PLC0415 - importing it needs the extra

    return run(arguments)
