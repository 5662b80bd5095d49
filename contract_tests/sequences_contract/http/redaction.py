"""What no report may show: the caller's keys, and the values of the headers that the caller adds."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from urllib.parse import quote

from .keys import KEY_VARIABLES

#: A shorter key or token is rejected: it may stand anywhere by chance, and taking it out would garble the report.
SHORTEST_SECRET = 6
#: A shorter value of a header is no secret, and may stand anywhere by chance.
_SHORTEST = 8
_USER_INFO = re.compile(r"^([a-z]*://)?.*@", re.IGNORECASE | re.DOTALL)


def redaction(keys: Mapping[str, str], headers: tuple[tuple[str, str], ...], *secrets: str) -> Callable[[str], str]:
    """A function that takes secrets out of a text, percent-encoded ones too: keys (by role), header values, and others."""
    hidden = {value: f"(the value of {name})" for name, value in headers if len(value) >= _SHORTEST}
    hidden |= {secret: "(secret)" for secret in secrets if secret}
    return lambda text: hide(text, {**hidden, **hidden_keys(keys)})


def hidden_keys(keys: Mapping[str, str]) -> dict[str, str]:
    """What stands for each key, and for the key in upper case: the name of its variable. `keys` are by role."""
    shown = {token: f"${KEY_VARIABLES[role]}" for role, token in keys.items() if token}
    return {**{token.upper(): variable for token, variable in shown.items()}, **shown}


def hide(text: str, hidden: Mapping[str, str]) -> str:
    """`text` with every key of `hidden` replaced by its value. To hide the same twice changes nothing more."""
    return _hiding(tuple(hidden.items()))(text)


@lru_cache(maxsize=8)
def _hiding(hidden: tuple[tuple[str, str], ...]) -> Callable[[str], str]:
    secrets = dict(hidden)
    secrets |= {quote(secret, safe=""): shown for secret, shown in hidden}
    # What stands for a secret is left as it is, though another secret may be part of it.
    kept = [*KEY_VARIABLES.values(), *secrets.values()]
    longest_first = sorted({*secrets, *kept}, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    return lambda text: pattern.sub(lambda found: secrets.get(found[0], found[0]), text)


def without_user(url: str) -> str:
    """A URL, well formed or not, without the user and the password that it may hold."""
    return _USER_INFO.sub(r"\1", url)
