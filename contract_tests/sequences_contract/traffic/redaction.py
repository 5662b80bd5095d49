"""Keys taken out of recordings: what is written, and what is shown of what was read."""

import re
from urllib.parse import unquote

from ..http.redaction import SHORTEST_SECRET, hide
from .exchange import REDACTED

#: Headers whose values are never kept.
SECRET_HEADERS = re.compile(r"(proxy-)?authorization|cookie|set-cookie|.*(api[-_]?key|token|secret).*", re.IGNORECASE)


_KEY = re.compile(r"topo_[A-Za-z0-9_-]{5,}")
_ENCODED = re.compile(r"[A-Za-z0-9_%-]+")
_MOST_ROUNDS = 8
_HIDDEN_PARAMETER = re.compile(r"(?i)(?<=[?&])([^=&#]*(?:key|token|secret|password)[^=&#]*=)[^&#]+")
#: User and password in a URL.
USER_INFO = re.compile(r"(?<=://)[^/?#\s\"']+@")
_MOST_KEYS = 1000
#: What stands for a key in a recording that was redacted before.
_NAME = re.compile(r"key-(\d{1,4}|others)", re.ASCII)


class Redactor:
    """Knows the keys that passed. Each has a name of its own, so that a recording still tells clients apart."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def client(self, authorization: str) -> str:
        """What stands for a header Authorization: the same for the same key; empty without one."""
        key = authorization.partition(" ")[2].strip() or authorization
        if not key:
            return ""
        if key not in self._names and len(self._names) >= _MOST_KEYS:
            return "key-others"
        return self._names.setdefault(key, key if _NAME.fullmatch(key) else f"key-{len(self._names) + 1}")

    def text(self, text: str) -> str:
        """A text without keys, percent-encoded ones too."""
        hidden = {key: f"({name})" for key, name in self._names.items() if len(key) >= SHORTEST_SECRET and key != name}
        text = USER_INFO.sub("", hide(text, hidden))
        text = _ENCODED.sub(_without_hidden_key, text)
        return _KEY.sub(REDACTED, _HIDDEN_PARAMETER.sub(r"\1***", text))

    def headers(self, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Headers as they may be kept. A key is replaced by its name."""
        kept = []
        for name, value in pairs:
            if name.lower() == "authorization":
                kept.append((name, f"Bearer {self.client(value)}"))
            else:
                kept.append((name, "***" if SECRET_HEADERS.fullmatch(name) else self.text(value)))
        return kept


def _without_hidden_key(found: re.Match[str]) -> str:
    """A word, or what stands for one in which a key is hidden by percent-encoding, also where that was encoded again."""
    text = found[0]
    for _ in range(_MOST_ROUNDS if "%" in text else 0):
        if (decoded := unquote(text)) == text:
            break
        text = decoded
    return REDACTED if text != found[0] and _KEY.search(text) else found[0]
