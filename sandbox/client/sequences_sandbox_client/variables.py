"""Environment variables: ours, and those that look like ours. A misspelt one must not pass for one that is set."""

import os
import re
from collections.abc import Collection
from itertools import takewhile
from typing import Final

PREFIX: Final = "SEQUENCES_SANDBOX_"
OURS: Final = ("URL", "KEY", "ADMIN_TOKEN", "CA_BUNDLE", "TIMEOUT", "PACKAGE", "IMAGE", "ADMIN_TOKEN_FILE")
"""What the verbs, the Python client and the pytest plugin read, and what looks like it and is read by `serve`."""
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
        for name in sorted(names):
            if _is_slip(variable.removeprefix(PREFIX), name):
                return f"{variable} is no setting; did you mean {PREFIX}{name}?"
    return None


def is_service_link(variable: str, value: str) -> bool:
    """Whether Kubernetes set a variable, to where it finds a service: `tcp://10.3.4.5:4010`."""
    return variable.endswith("PORT") and _SERVICE_URL.fullmatch(value) is not None


def _is_unknown(variable: str, value: str, names: Collection[str]) -> bool:
    name = variable.removeprefix(PREFIX)
    is_other = name == variable or name in names
    return not is_other and not _SERVICE_LINK.fullmatch(name) and not is_service_link(variable, value)


def _is_slip(name: str, known: str) -> bool:
    """Whether one letter is missing, wrong or too many, or two have changed places. What only goes on after a known name,
    such as `KEY_2`, means something else."""
    if name.startswith(known):
        return False
    start = _shared(name, known)
    end = _shared(name[start:][::-1], known[start:][::-1])
    wrong, right = name[start : len(name) - end], known[start : len(known) - end]
    return max(len(wrong), len(right)) <= 1 or (len(wrong) == 2 and wrong == right[::-1])


def _shared(one: str, other: str) -> int:
    """How many letters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
