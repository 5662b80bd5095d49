"""Variables that look like options and are none: a misspelt one must not pass for one that is set."""

import os
import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import Final

from sequences_sandbox_client.cli.options import PREFIX, is_service_link
from sequences_sandbox_client.cli.parser import UsageError

_ELSEWHERE: Final = ("URL", "KEY", "CA_BUNDLE", "TIMEOUT")
"""What other commands and the pytest plugin read."""
_LIKENESS: Final = 0.7
_SERVICE_LINK: Final = re.compile(
    r"(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_PROTO|_PORT|_ADDR)?)"
)


def unknown_variables(options: Collection[str]) -> Iterator[str]:
    """The variables that begin as ours do and are no settings. Raises UsageError for one that was meant as an option.

    Kubernetes sets some for each service, so that a service with the sandbox's name sets some that look like ours. Those
    are left out.
    """
    known = {name.upper() for name in options if name != "run"} | set(_ELSEWHERE)
    for variable, value in sorted(os.environ.items()):
        name = variable.removeprefix(PREFIX)
        if name == variable or name in known or _SERVICE_LINK.fullmatch(name) or is_service_link(name, value):
            continue
        if near := get_close_matches(name, known, 1, _LIKENESS):
            raise UsageError(f"{variable} is no setting; did you mean {PREFIX}{near[0]}?")
        yield variable
