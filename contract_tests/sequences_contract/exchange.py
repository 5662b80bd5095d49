"""One request and its answer, as values, and the curl line that repeats the request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

#: The role of a key, and the environment variable that stands for it in reports.
KEY_VARIABLES = {
    "key": "SEQUENCES_CONTRACT_KEY",
    "read": "SEQUENCES_CONTRACT_READ_KEY",
    "write": "SEQUENCES_CONTRACT_WRITE_KEY",
    "noscope": "SEQUENCES_CONTRACT_NOSCOPE_KEY",
    "other": "SEQUENCES_CONTRACT_OTHER_KEY",
}


#: What is sent for a role whose key is not known: the key of nobody.
UNKNOWN_KEY = "topo_unknownKeyOfTheContractSuite0000"


class NotJson(ValueError):
    """The body of an answer is not JSON."""


@dataclass(frozen=True)
class Sent:
    """A request as it was sent.

    `authorizations` hold `{key}` where the key of `role` stands, `{KEY}` where that in upper case stands; never the key.
    """

    method: str
    url: str
    path: str
    role: str | None
    authorizations: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    body: bytes | None

    def curl(self) -> str:
        """A line for a POSIX shell with bash quoting; keys stand as environment variables."""
        parts = ["curl -sS -i"]
        if self.method == "HEAD":
            parts = ["curl -sS --head"]
        elif self.method != "GET" or self.body is not None:
            parts.append(f"-X {self.method}")
        parts.append(quote(self.url))
        for authorization in self.authorizations:
            variable = KEY_VARIABLES.get(self.role or "key")
            shown = authorization.replace("{key}", f"${variable}" if variable else UNKNOWN_KEY)
            shown = shown.replace("{KEY}", f"${{{variable}^^}}" if variable else UNKNOWN_KEY.upper())
            parts.append(f'-H "Authorization: {shown}"' if shown else "-H 'Authorization;'")
        parts += [f"-H {quote(f'{name}: {value}')}" for name, value in self.headers]
        if self.body is not None:
            parts.append(f"--data-binary {_quote_body(self.body)}")
        return " ".join(parts)


@dataclass(frozen=True)
class Answer:
    """An answer. `began` and `ended` are seconds of the suite's own monotonic clock."""

    sent: Sent
    status: int
    headers: Mapping[str, str]
    body: bytes
    began: float
    ended: float
    redact: Callable[[str], str] = field(default=str, compare=False, repr=False)
    _parsed: list[Any] = field(default_factory=list, compare=False, repr=False)

    def json(self) -> Any:
        """The body as JSON. Raises NotJson."""
        if not self._parsed:
            try:
                self._parsed.append(json.loads(self.body))
            except ValueError as error:
                raise NotJson(f"the body is not JSON ({error})") from None
        return self._parsed[0]

    def text(self, limit: int = 300) -> str:
        """The body for people, cut after `limit` characters."""
        text = self.redact(self.body.decode("utf-8", "replace"))
        return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"

    def summary(self) -> str:
        """Status and body on one line."""
        return f"{self.status} {self.text()}".strip()


def quote(text: str) -> str:
    """`text` as one word of bash, safe for control characters too."""
    if all(32 <= ord(character) < 127 or ord(character) > 160 for character in text):
        return "'" + text.replace("'", "'\\''") + "'"
    return _ansi(text.encode("utf-8", "surrogatepass"))


def _ansi(raw: bytes) -> str:
    pieces = []
    for byte in raw:
        character = chr(byte)
        if character in "\\'":
            pieces.append("\\" + character)
        else:
            pieces.append(character if 32 <= byte < 127 else f"\\x{byte:02x}")
    return "$'" + "".join(pieces) + "'"


def _quote_body(raw: bytes) -> str:
    """The body as a word; a long run of one character becomes a command, so that the line stays short."""
    run = re.search(rb"([ -~])\1{300,}", raw)
    if run is not None:
        before, after = raw[: run.start()], raw[run.end() :]
        if len(before) + len(after) <= 2000:
            filler = f"head -c {len(run[0])} /dev/zero | tr '\\0' {_word(run[1])}"
            return f"@<(printf %s {_word(before)}; {filler}; printf %s {_word(after)})"
    if len(raw) > 4000:
        return f"{_word(raw[:200])} # cut here; the whole body has {len(raw)} bytes"
    return _word(raw)


def _word(raw: bytes) -> str:
    try:
        return quote(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return _ansi(raw)
