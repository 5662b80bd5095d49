"""Environment variables: ours, and those that look like ours. A misspelt one must not pass for one that is set."""

import os
import re
from collections.abc import Collection
from difflib import get_close_matches
from typing import Final

PREFIX: Final = "SEQUENCES_SANDBOX_"
OURS: Final = ("URL", "KEY", "ADMIN_TOKEN", "CA_BUNDLE", "TIMEOUT", "PACKAGE", "IMAGE", "ADMIN_TOKEN_FILE")
"""What the verbs, the Python client and the pytest plugin read, and what looks like it and is read by `serve`."""
_LIKENESS: Final = 0.95
"""Of whole names: one letter that is missing, wrong or too many, or two that changed places."""
_SERVICE_URL: Final = re.compile(r"(tcp|udp|sctp)://\S+")
_SERVICE_LINK: Final = re.compile(
    r"(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_PROTO|_PORT|_ADDR)?)"
)


def unknown_variables(names: Collection[str] = OURS) -> list[str]:
    """The variables that begin as ours do and have none of the names.

    Kubernetes sets some for each service, so that a service with the sandbox's name sets some that look like ours. Those
    are left out.
    """
    return [variable for variable, value in sorted(os.environ.items()) if _is_unknown(variable, value, names)]


def misspelling(names: Collection[str] = OURS) -> str | None:
    """What is wrong with the first of them that was meant as one of the names, in a sentence."""
    for variable in unknown_variables(names):
        # What only goes on after a name, such as KEY_2, means something else.
        others = [PREFIX + name for name in names if not variable.startswith(PREFIX + name)]
        if near := get_close_matches(variable, others, 1, _LIKENESS):
            return f"{variable} is no setting; did you mean {near[0]}?"
    return None


def is_service_link(variable: str, value: str) -> bool:
    """Whether Kubernetes set a variable, to where it finds a service: `tcp://10.3.4.5:4010`."""
    return variable.endswith("PORT") and _SERVICE_URL.fullmatch(value) is not None


def _is_unknown(variable: str, value: str, names: Collection[str]) -> bool:
    name = variable.removeprefix(PREFIX)
    is_other = name == variable or name in names
    return not is_other and not _SERVICE_LINK.fullmatch(name) and not is_service_link(variable, value)
