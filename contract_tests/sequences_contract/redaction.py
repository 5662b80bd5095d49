"""What must never be told: the caller's keys, and the values of the headers that the caller adds."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from .target import Target

#: A shorter value of a header is no secret, and may stand anywhere by chance.
_SHORTEST = 8
_USER_INFO = re.compile(r"^([a-z]*://)?.*@", re.IGNORECASE | re.DOTALL)


def redaction(target: Target, headers: tuple[tuple[str, str], ...], *secrets: str) -> Callable[[str], str]:
    """A function that takes keys, header values and further secrets out of a text, percent-encoded ones too."""
    hidden = {value: f"(the value of {name})" for name, value in headers if len(value) >= _SHORTEST}
    hidden |= {secret: "(secret)" for secret in secrets if secret}
    hidden |= {quote(value, safe=""): shown for value, shown in hidden.items()}
    longest_first = sorted(hidden.items(), key=lambda pair: -len(pair[0]))

    def redact(text: str) -> str:
        text = target.redact(text)
        for value, shown in longest_first:
            text = text.replace(value, shown)
        return text

    return redact


def without_user(url: str) -> str:
    """A URL, well formed or not, without the user and the password that it may hold."""
    return _USER_INFO.sub(r"\1", url)
