"""Variables that look like options and are none: a misspelt one must not pass for one that is set."""

import os
import sys
from collections.abc import Collection
from difflib import get_close_matches
from typing import Final

from .options import PREFIX, UsageError

_ELSEWHERE: Final = ("URL", "KEY")
"""What other commands and the pytest plugin read."""
_LIKENESS: Final = 0.7


def require_known_variables(options: Collection[str]) -> None:
    """Raises UsageError for a variable that is nearly the name of one of the options; others are named and let be.

    Where a service in a cluster has the sandbox's name, the cluster sets variables of its own beside ours.
    """
    known = {name.upper() for name in options if name != "run"} | set(_ELSEWHERE)
    for variable in sorted(os.environ):
        name = variable.removeprefix(PREFIX)
        if name == variable or name in known:
            continue
        if near := get_close_matches(name, known, 1, _LIKENESS):
            raise UsageError(f"{variable} is no setting; did you mean {PREFIX}{near[0]}?")
        print(f"sequences-sandbox: {variable} is no setting and changes nothing.", file=sys.stderr)
